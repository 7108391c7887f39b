/** What comes out record by record is what a computation over the whole input gives. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CaseRecord, Json } from '../../src/engine/index.ts'
import { startRun } from './run.ts'

type Fields = Readonly<Record<string, string | number | null>>

function input(topic: string, key: string | null, value: Fields | null, timestamp: number): CaseRecord {
  return { topic, key, value: value === null ? null : new Map<string, Json>(Object.entries(value)), timestamp }
}

function run(statements: string, records: readonly CaseRecord[]): CaseRecord[] {
  const started = startRun(statements)
  started.feed(records)
  assert.deepEqual(started.errors, [])
  return started.outputs.filter(({ topic }) => topic === 'OUT')
}

function fieldsOf(json: Json): Fields {
  return Object.fromEntries(json as ReadonlyMap<string, string | number | null>)
}

/** The rows that stand in the end, by key and window. */
function lastRows(outputs: readonly CaseRecord[]): Record<string, Fields> {
  const rows = new Map<string, Fields>()
  for (const { key, value, window } of outputs) {
    const place = window ? `${key}@${window.start}-${window.end}` : String(key)
    if (value === null) rows.delete(place)
    else rows.set(place, fieldsOf(value))
  }
  return sorted(Object.fromEntries(rows))
}

function sorted<T>(rows: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const KEYS = fc.constantFrom('a', 'b', 'c')
const NUMBER = fc.integer({ min: -5, max: 5 })

// ---------------------------------------------------------------- windows and sessions

const CLICKS = fc.array(fc.record({ key: KEYS, time: fc.integer({ min: 0, max: 60_000 }), n: NUMBER }), { maxLength: 40 })
const STREAM = "CREATE STREAM S (K VARCHAR KEY, N INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);"

describe('windows: incremental equals recomputed', () => {
  it('hopping windows', () => {
    const sql = `${STREAM} CREATE TABLE OUT AS SELECT K, COUNT(*) AS C, SUM(N) AS T, MIN(N) AS LO, MAX(N) AS HI FROM S WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 4 SECONDS) GROUP BY K;`
    fc.assert(
      fc.property(CLICKS, (clicks) => {
        const expected: Record<string, Fields> = {}
        for (let start = 0; start <= 60_000; start += 4000) {
          const inside = clicks.filter(({ time }) => time >= start && time < start + 10_000)
          for (const [key, own] of Map.groupBy(inside, (click) => click.key)) {
            const ns = own.map(({ n }) => n)
            expected[`${key}@${start}-${start + 10_000}`] = { C: ns.length, T: ns.reduce((a, b) => a + b, 0), LO: Math.min(...ns), HI: Math.max(...ns) }
          }
        }
        const outputs = run(
          sql,
          clicks.map(({ key, time, n }) => input('s', key, { N: n }, time)),
        )
        assert.deepEqual(lastRows(outputs), sorted(expected))
      }),
      { numRuns: 60 },
    )
  })

  it('sessions, whatever the order of arrival', () => {
    const sql = `${STREAM} CREATE TABLE OUT AS SELECT K, COUNT(*) AS C, SUM(N) AS T FROM S WINDOW SESSION (3 SECONDS) GROUP BY K;`
    fc.assert(
      fc.property(CLICKS, (clicks) => {
        const expected: Record<string, Fields> = {}
        for (const [key, own] of Map.groupBy(clicks, (click) => click.key)) {
          const inOrder = own.toSorted((a, b) => a.time - b.time)
          while (inOrder.length > 0) {
            let count = 1
            while (count < inOrder.length && inOrder[count]!.time - inOrder[count - 1]!.time <= 3000) count++
            const session = inOrder.splice(0, count)
            expected[`${key}@${session[0]!.time}-${session.at(-1)!.time}`] = { C: count, T: session.reduce((total, { n }) => total + n, 0) }
          }
        }
        const outputs = run(
          sql,
          clicks.map(({ key, time, n }) => input('s', key, { N: n }, time)),
        )
        assert.deepEqual(lastRows(outputs), sorted(expected))
      }),
      { numRuns: 60 },
    )
  })

  it('EMIT FINAL writes each closed window once, with its last value', () => {
    const tumbling = 'FROM S WINDOW TUMBLING (SIZE 5 SECONDS, GRACE PERIOD 2 SECONDS) GROUP BY K'
    fc.assert(
      fc.property(CLICKS, (clicks) => {
        const records = [...clicks.map(({ key, time, n }) => input('s', key, { N: n }, time)), input('s', 'end', { N: 0 }, 1_000_000)]
        const changes = lastRows(run(`${STREAM} CREATE TABLE OUT AS SELECT K, COUNT(*) AS C ${tumbling};`, records))
        delete changes['end@1000000-1005000']
        const finals = run(`${STREAM} CREATE TABLE OUT AS SELECT K, COUNT(*) AS C ${tumbling} EMIT FINAL;`, records)
        assert.equal(finals.length, Object.keys(changes).length)
        assert.deepEqual(lastRows(finals), changes)
      }),
      { numRuns: 40 },
    )
  })
})

// ---------------------------------------------------------------- joins

const SIDES = fc.array(fc.record({ side: fc.constantFrom('l', 'r'), key: KEYS, time: fc.integer({ min: 0, max: 30_000 }) }), { maxLength: 25 })
const STREAMS = `CREATE STREAM L (K VARCHAR KEY, LV INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM R (K VARCHAR KEY, RV INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);`

describe('joins: incremental equals recomputed', () => {
  for (const type of ['INNER', 'LEFT', 'RIGHT', 'FULL OUTER']) {
    it(`${type} join of streams`, () => {
      const key = type === 'FULL OUTER' ? 'ROWKEY AS K' : type === 'RIGHT' ? 'R.K' : 'L.K'
      const sql = `${STREAMS} CREATE STREAM OUT AS SELECT ${key}, LV, RV FROM L ${type} JOIN R WITHIN (4 SECONDS, 2 SECONDS) GRACE PERIOD 1 HOUR ON L.K = R.K;`
      fc.assert(
        fc.property(SIDES, (events) => {
          const numbered = events.map((event, n) => ({ ...event, n }))
          const [left, right] = ['l', 'r'].map((side) => numbered.filter((event) => event.side === side)) as [typeof numbered, typeof numbered]
          const pairs = left.flatMap((l) =>
            right.filter((r) => l.key === r.key && r.time >= l.time - 4000 && r.time <= l.time + 2000).map((r) => [l, r] as const),
          )
          const lonely = (list: typeof numbered): typeof numbered => list.filter((event) => !pairs.some((pair) => pair.includes(event)))
          const expected = [
            ...pairs.map(([l, r]) => `${l.key} ${l.n} ${r.n} ${Math.max(l.time, r.time)}`),
            ...(type === 'LEFT' || type === 'FULL OUTER' ? lonely(left).map((l) => `${l.key} ${l.n} null ${l.time}`) : []),
            ...(type === 'RIGHT' || type === 'FULL OUTER' ? lonely(right).map((r) => `${r.key} null ${r.n} ${r.time}`) : []),
          ]
          const records = [
            ...numbered.map(({ side, key: k, n, time }) => input(side, k, side === 'l' ? { LV: n } : { RV: n }, time)),
            input('l', 'end', { LV: 0 }, 100_000_000),
            input('r', 'end', { RV: 0 }, 100_000_000),
          ]
          const rows = run(sql, records)
            .filter((record) => record.key !== 'end')
            .map((record) => `${record.key} ${fieldsOf(record.value).LV} ${fieldsOf(record.value).RV} ${record.timestamp}`)
          assert.deepEqual(rows.sort(), expected.sort())
        }),
        { numRuns: 50 },
      )
    })
  }

  const TABLES = `CREATE TABLE L (K VARCHAR PRIMARY KEY, LV INT, REF VARCHAR) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE R (K VARCHAR PRIMARY KEY, RV INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);`
  const CHANGES = fc.array(
    fc.record({
      side: fc.constantFrom('l', 'r'),
      key: KEYS,
      n: fc.option(NUMBER, { nil: null }),
      ref: fc.constantFrom('a', 'b', 'x', null),
      gone: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  type Change = typeof CHANGES extends fc.Arbitrary<(infer T)[]> ? T : never

  function tables(changes: readonly Change[]): { left: Map<string, Change>; right: Map<string, Change>; records: CaseRecord[] } {
    const [left, right] = [new Map<string, Change>(), new Map<string, Change>()]
    const records = changes.map((change, i) => {
      const table = change.side === 'l' ? left : right
      if (change.gone) table.delete(change.key)
      else table.set(change.key, change)
      const value: Fields = change.side === 'l' ? { LV: change.n, REF: change.ref } : { RV: change.n }
      return input(change.side, change.key, change.gone ? null : value, i)
    })
    return { left, right, records }
  }

  for (const type of ['INNER', 'LEFT', 'RIGHT', 'FULL OUTER']) {
    it(`${type} join of tables`, () => {
      const key = type === 'FULL OUTER' ? 'ROWKEY AS K' : type === 'RIGHT' ? 'R.K' : 'L.K'
      const sql = `${TABLES} CREATE TABLE OUT AS SELECT ${key}, LV, RV FROM L ${type} JOIN R ON L.K = R.K;`
      fc.assert(
        fc.property(CHANGES, (changes) => {
          const { left, right, records } = tables(changes)
          const expected: Record<string, Fields> = {}
          for (const k of ['a', 'b', 'c']) {
            const [l, r] = [left.get(k), right.get(k)]
            if (type === 'INNER' ? l && r : type === 'LEFT' ? l : type === 'RIGHT' ? r : (l ?? r)) expected[k] = { LV: l?.n ?? null, RV: r?.n ?? null }
          }
          assert.deepEqual(lastRows(run(sql, records)), expected)
        }),
        { numRuns: 50 },
      )
    })
  }

  for (const type of ['INNER', 'LEFT']) {
    it(`${type} join by foreign key`, () => {
      const sql = `${TABLES} CREATE TABLE OUT AS SELECT L.K, LV, RV FROM L ${type} JOIN R ON L.REF = R.K;`
      fc.assert(
        fc.property(CHANGES, (changes) => {
          const { left, right, records } = tables(changes)
          const expected: Record<string, Fields> = {}
          for (const [k, l] of left) {
            const r = l.ref === null ? undefined : right.get(l.ref)
            if (r || type === 'LEFT') expected[k] = { LV: l.n, RV: r?.n ?? null }
          }
          assert.deepEqual(lastRows(run(sql, records)), sorted(expected))
        }),
        { numRuns: 50 },
      )
    })
  }

  it('aggregates of a table', () => {
    const sql = `${TABLES} CREATE TABLE OUT AS SELECT REF, COUNT(*) AS C, SUM(LV) AS T FROM L GROUP BY REF HAVING COUNT(*) > 0;`
    fc.assert(
      fc.property(CHANGES, (changes) => {
        const { left, records } = tables(changes)
        const expected: Record<string, Fields> = {}
        for (const [ref, rows] of Map.groupBy([...left.values()], (row) => row.ref)) {
          if (ref !== null) expected[ref] = { C: rows.length, T: rows.reduce((total, { n }) => total + (n ?? 0), 0) }
        }
        assert.deepEqual(
          lastRows(
            run(
              sql,
              records.filter(({ topic }) => topic === 'l'),
            ),
          ),
          sorted(expected),
        )
      }),
      { numRuns: 50 },
    )
  })
})
