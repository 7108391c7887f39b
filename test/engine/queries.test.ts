/** Queries without sink, and the tables that pull queries read. */
import assert from 'node:assert/strict'
import { type CaseRecord, compileQuery, encodeCaseRecord, parseJson, type RunningQuery, type TableRow } from '../../src/engine/index.ts'
import { analyseSelect, parseStatement, type Source } from '../../src/sql/index.ts'
import { type Run, startRun } from './run.ts'

const STREAM = "CREATE STREAM S (K VARCHAR KEY, N INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);"

function record(key: string | null, value: string, timestamp: number): CaseRecord {
  return { topic: 's', key, value: parseJson(value), timestamp }
}

function tableOf(run: Run): NonNullable<RunningQuery['table']> {
  const { table } = run.script.queries[0]!.query
  assert.ok(table)
  return table
}

function shown(rows: Iterable<TableRow>): unknown[] {
  return [...rows].map(({ key, value, window }) => [...key, ...(window ? [window.start] : []), ...value])
}

describe('push queries', () => {
  it('give rows as they come, up to LIMIT', () => {
    const { script } = startRun(STREAM)
    const source = script.catalogue.source('S') as Source
    const select = parseStatement('SELECT K, N + 1 AS M, ROWTIME FROM S WHERE N > 0 EMIT CHANGES LIMIT 2;')
    assert.ok(select.kind === 'Select')
    const query = compileQuery({ query: analyseSelect(select.query, script.catalogue), onError: (error) => assert.fail(error.message) })
    const feed = (n: number) => query.process(encodeCaseRecord(record('a', `{"N":${n}}`, Math.abs(n)), source, BigInt(n)))
    assert.deepEqual(
      [feed(1), feed(-1), feed(2), feed(3)].map((rows) => rows.map(({ key, value }) => [key, value])),
      [[[['a'], [2, 1n]]], [], [[['a'], [3, 2n]]], []],
    )
    assert.equal(query.done, true)
    assert.throws(() => query.encode({ key: null, value: null, timestamp: 0 }), /without sink/)
  })
})

describe('tables for pull queries', () => {
  it('an aggregate shows what passes HAVING, by key or whole', () => {
    const run = startRun(`${STREAM} CREATE TABLE O AS SELECT K, SUM(N) AS T FROM S GROUP BY K HAVING SUM(N) > 1;`)
    run.feed([record('a', '{"N":1}', 1), record('b', '{"N":2}', 2), record('a', '{"N":5}', 3)])
    const table = tableOf(run)
    assert.deepEqual(shown(table.get(['a'])), [['a', 6]])
    assert.deepEqual(shown(table.get(['x'])), [])
    assert.deepEqual(shown(table.rows()), [
      ['a', 6],
      ['b', 2],
    ])
  })

  it('a windowed aggregate gives one row per window, by its start, as long as it is retained', () => {
    const run = startRun(
      `${STREAM} CREATE TABLE O AS SELECT K, COUNT(*) AS C FROM S WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS, RETENTION 30 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY K;`,
    )
    const table = tableOf(run)
    run.feed([record('a', '{}', 5000), record('a', '{}', 2000)])
    assert.deepEqual(shown(table.get(['a'])), [
      ['a', 0, 2n],
      ['a', 5000, 1n],
    ])
    run.feed([record('b', '{}', 33_000)])
    assert.deepEqual(shown(table.get(['a'])), [['a', 5000, 1n]])
  })

  it('a table made of a table shows its rows', () => {
    const run = startRun(
      "CREATE TABLE T (ID VARCHAR PRIMARY KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1); CREATE TABLE O AS SELECT ID, V FROM T WHERE V > 1;",
    )
    run.feed([record('a', '{"V":2}', 1), record('b', '{"V":1}', 2), record('c', '{"V":3}', 3), { topic: 's', key: 'a', value: null, timestamp: 4 }])
    assert.deepEqual(shown(tableOf(run).rows()), [['c', 3]])
    assert.deepEqual(shown(tableOf(run).get(['c'])), [['c', 3]])
  })

  it('the parts of a key stand in the order of the sink', () => {
    const run = startRun(`${STREAM} CREATE TABLE O WITH (KEY_FORMAT='JSON') AS SELECT N, K, COUNT(*) AS C FROM S GROUP BY K, N;`)
    run.feed([record('a', '{"N":7}', 1)])
    const names = run.script.queries[0]!.sink.key.map(({ name }) => name)
    const key = names.map((name) => (name === 'K' ? 'a' : 7))
    assert.deepEqual(shown(tableOf(run).get(key)), [[...key, 1n]])
  })
})
