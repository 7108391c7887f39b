/** The clickstream script over the recorded input with users, statuses, bytes and times changed by a seed, against a recount. */
import assert from 'node:assert/strict'
import { type CaseRecord, type Json, JsonNumber } from '../../src/engine/index.ts'
import { type Random, seededRandom } from '../../src/ports/index.ts'
import { recordedRun } from './recordings.ts'
import { type Click, type Event, recount, type Update } from './recount.ts'
import { startRun } from './run.ts'

type Fields = ReadonlyMap<string, Json>

const START_MS = 1_717_242_917_000
const HOUR_MS = 3_600_000

function changedClick({ timestamp = 0, value }: CaseRecord, random: Random): Click {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!
  const request = (value instanceof Map ? (value as Fields).get('request') : undefined) ?? null
  const shifted = random.next() < 0.2 ? timestamp + Math.floor((random.next() - 0.5) * 80_000) : timestamp
  return {
    time: shifted,
    userid: random.next() < 0.03 ? null : Math.floor(random.next() * 42) - 1,
    status: pick([200, 200, 302, 404, 404, 405, 406, 407, 500, null]),
    bytes: random.next() < 0.05 ? null : Math.floor(random.next() * 2 ** 33),
    ip: pick(['10.0.0.1', '10.0.0.2', null]),
    request: typeof request === 'string' ? request : null,
  }
}

function text(json: Json | undefined): string | null {
  return typeof json === 'string' ? json : null
}

/** Numbers as numbers or as texts, as the generator likes. */
function clickRecord(click: Click, random: Random): CaseRecord {
  const written = (value: number | null): Json => (value === null ? null : random.next() < 0.5 ? String(value) : new JsonNumber(String(value)))
  const value = new Map<string, Json>([
    ['ip', click.ip],
    ['userid', written(click.userid)],
    ['status', written(click.status)],
    ['bytes', written(click.bytes)],
    ['request', click.request],
  ])
  return { topic: 'clickstream', key: null, value, timestamp: click.time }
}

function changedInput(inputs: readonly CaseRecord[], seed: number): { records: CaseRecord[]; events: Event[] } {
  const random = seededRandom(seed)
  const records: CaseRecord[] = []
  const events: Event[] = []
  for (const record of inputs) {
    if (record.topic === 'clickstream') {
      const click = changedClick(record, random)
      events.push({ kind: 'click', click })
      records.push(clickRecord(click, random))
      continue
    }
    if (record.value !== null && !(record.value instanceof Map)) continue
    const fields = record.value as Fields | null
    const id = Number(record.key)
    if (record.topic === 'clickstream_codes') events.push({ kind: 'code', id, row: fields && { definition: text(fields.get('definition')) } })
    else events.push({ kind: 'user', id, row: fields && { username: text(fields.get('username')), city: text(fields.get('city')) } })
    records.push(record)
  }
  return { records, events }
}

function keyText(key: Json): string {
  return key instanceof Map ? [...(key as Fields).values()].join(',') : String(key)
}

const NUMBERS: Readonly<Record<string, string>> = {
  EVENTS_PER_MIN: 'EVENTS',
  PAGES_PER_MIN: 'PAGES',
  ERRORS_PER_MIN_ALERT: 'ERRORS',
  ERRORS_PER_MIN: 'ERRORS',
  ENRICHED_ERROR_CODES_COUNT: 'COUNT',
  USER_IP_ACTIVITY: 'COUNT',
  BYTES_PER_MIN: 'BYTES',
}

function updatesOf(outputs: readonly CaseRecord[], table: string): Update[] {
  return outputs
    .filter(({ topic }) => topic === table)
    .map(({ key, value, window }) => [`${keyText(key)}|${window!.start}`, Number((value as Fields).get(NUMBERS[table]!))] as const)
}

function liveSessions(outputs: readonly CaseRecord[]): Map<string, number> {
  const live = new Map<string, number>()
  for (const { topic, key, value, window } of outputs) {
    if (topic !== 'CLICK_USER_SESSIONS') continue
    const place = `${key}|${window!.start}|${window!.end}`
    if (value === null) live.delete(place)
    else live.set(place, Number((value as Fields).get('EVENTS')))
  }
  return live
}

describe('clickstream counted again', () => {
  const { statements, inputs } = recordedRun('ksqldb-clickstream')
  it('every update of every windowed table', () => {
    const { records, events } = changedInput(inputs, 1)
    const run = startRun(statements)
    run.feed(records)
    const { tables } = recount(events)
    for (const [table, updates] of Object.entries(tables)) {
      assert.ok(updates.length > 500, `${table} has ${updates.length} updates`)
      assert.deepEqual(updatesOf(run.outputs, table), updates, table)
    }
  }).timeout(20_000)

  it('sessions that are left in the end', () => {
    const near = inputs.filter(({ timestamp = 0 }) => Math.abs(timestamp - START_MS) < HOUR_MS)
    const { records, events } = changedInput(near, 2)
    const run = startRun(statements)
    run.feed(records)
    const { sessions } = recount(events)
    assert.ok(sessions.size > 20)
    assert.deepEqual(new Map([...liveSessions(run.outputs)].sort()), new Map([...sessions].sort()))
  }).timeout(20_000)
})
