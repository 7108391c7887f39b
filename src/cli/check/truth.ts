/**
 * Are the numbers true? One closed minute is recounted from the topic with a consumer of its own, and the recount is
 * compared with what the table, the index and the panel say of that minute. Then fresh clicks must move each by as many.
 */
import { z } from 'zod'
import { endOffset } from './backends.ts'
import { type Frame, queryPanel, readDashboards } from './grafana.ts'
import { type CheckContext, type CheckRow, count, eventually } from './row.ts'

/** One table whose numbers are recounted. */
export interface Recount {
  /** What is counted, for the row: `events per user`. */
  readonly what: string
  readonly topic: string
  readonly table: string
  readonly windowMs: number
  readonly groupColumn: string
  readonly valueColumn: string
  /** Group of a click; undefined: it does not count. */
  group(click: Click): string | undefined
  value(click: Click): number
}

export interface Click {
  readonly timestamp: number
  readonly fields: Readonly<Record<string, unknown>>
}

type Numbers = ReadonlyMap<string, number>

/** Every click of the topic from `start` on until its end at the time of the call. */
export async function readClicks(context: CheckContext, topic: string, start: number): Promise<Click[]> {
  const offsets = (await context.backends.kafka.topicOffsets([topic])).get(topic) ?? []
  const ends = new Map(offsets.filter(({ start: first, end }) => end > first).map(({ partition, end }) => [partition, end]))
  const from = new Map((await context.backends.kafka.offsetsAt(topic, start)).map(({ partition, offset }) => [partition, offset]))
  const clicks: Click[] = []
  if (ends.size === 0) return clicks
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const consumer = context.backends.kafka.consume({
    groupId: `clickstream-check-${context.clock.now()}`,
    topics: [topic],
    from: 'earliest',
    commit: 'never',
    async onBatch(records, { partition }) {
      for (const record of records) {
        if (record.value !== null && record.timestamp >= start)
          clicks.push({ timestamp: record.timestamp, fields: JSON.parse(record.value.toString('utf8')) as Record<string, unknown> })
      }
      if ((records.at(-1)?.offset ?? -1n) + 1n >= (ends.get(partition) ?? 0n)) ends.delete(partition)
      if (ends.size === 0) resolve()
    },
    onError: (error, fatal) => fatal && reject(error),
  })
  await consumer.joined
  // A little before the time, since timestamps within a partition need not ascend.
  for (const [partition, offset] of from) if (offset >= 0n) consumer.seek(topic, partition, offset > 2_000n ? offset - 2_000n : 0n)
  try {
    await Promise.race([
      done,
      context.clock.sleep(60_000, context.signal).then(() => Promise.reject(new Error(`topic ${topic} could not be read to its end in a minute`))),
    ])
  } finally {
    await consumer.stop()
  }
  return clicks
}

function recount(recounted: Recount, clicks: readonly Click[], windowStart: number): Numbers {
  const numbers = new Map<string, number>()
  for (const click of clicks) {
    if (click.timestamp < windowStart || click.timestamp >= windowStart + recounted.windowMs) continue
    const group = recounted.group(click)
    if (group !== undefined) numbers.set(group, (numbers.get(group) ?? 0) + recounted.value(click))
  }
  return numbers
}

const pullAnswer = z.array(z.unknown())

/** The table's rows of one window, by a pull query. */
async function fromTable(context: CheckContext, recounted: Recount, windowStart: number): Promise<Numbers> {
  const sql = `SELECT * FROM ${recounted.table} WHERE WINDOWSTART = ${windowStart};`
  const { body } = await context.backends.ksqldb.request({
    method: 'POST',
    path: ['query-stream'],
    body: { sql, properties: {} },
    headers: { accept: 'application/json' },
    answer: pullAnswer,
    signal: context.signal,
  })
  const header = body[0] as { columnNames: string[] }
  const groupAt = header.columnNames.indexOf(recounted.groupColumn)
  const valueAt = header.columnNames.indexOf(recounted.valueColumn)
  return new Map((body.slice(1) as unknown[][]).map((row) => [String(row[groupAt]), Number(row[valueAt])]))
}

async function fromIndex(context: CheckContext, recounted: Recount, windowStart: number): Promise<Numbers> {
  const found = await context.backends.elasticsearch.search<Record<string, unknown>>({
    index: recounted.table.toLowerCase(),
    size: 10_000,
    query: { term: { EVENT_TS: windowStart } },
  })
  return new Map(found.hits.hits.map((hit) => [String(hit._source?.[recounted.groupColumn]), Number(hit._source?.[recounted.valueColumn])]))
}

/** The panel whose series are the groups: Grafana names a series after the values it was split by. */
async function fromPanel(context: CheckContext, recounted: Recount, windowStart: number): Promise<Numbers> {
  const dashboards = await readDashboards(context)
  for (const panel of dashboards.flatMap((dashboard) => dashboard.panels)) {
    if (!JSON.stringify(panel.targets).includes(`"${recounted.valueColumn}"`) || panel.type !== 'timeseries') continue
    const frames = await queryPanel(context, panel, windowStart, windowStart + recounted.windowMs - 1)
    const numbers = new Map(frames.flatMap((frame) => seriesOf(frame, windowStart)))
    if (numbers.size > 0) return numbers
  }
  return new Map()
}

function seriesOf(frame: Frame, windowStart: number): [string, number][] {
  const timeAt = frame.schema.fields.findIndex((field) => field.type === 'time')
  const valueAt = frame.schema.fields.findIndex((field) => field.type === 'number')
  const row = frame.data.values[timeAt]?.indexOf(windowStart) ?? -1
  const value = frame.data.values[valueAt]?.[row]
  // Buckets without documents are zeros: a group that was not there in this window.
  return typeof value === 'number' && value !== 0 ? [[frame.schema.name ?? '', value]] : []
}

function difference(expected: Numbers, actual: Numbers): string | undefined {
  for (const group of new Set([...expected.keys(), ...actual.keys()])) {
    if (expected.get(group) !== actual.get(group)) return `${group}: recounted ${expected.get(group) ?? 'none'}, found ${actual.get(group) ?? 'none'}`
  }
  return undefined
}

const VIEWS = { 'pull query': fromTable, documents: fromIndex, panel: fromPanel } as const

/** Waits for a whole minute to pass, then compares. */
export async function closedMinute(context: CheckContext, recounts: readonly Recount[]): Promise<CheckRow[]> {
  const rows: CheckRow[] = []
  const began = context.clock.now()
  for (const recounted of recounts) {
    const windowStart = Math.ceil(began / recounted.windowMs) * recounted.windowMs
    const closed = windowStart + recounted.windowMs + 1_000
    if (closed > context.clock.now()) await context.clock.sleep(closed - context.clock.now(), context.signal)
    const expected = recount(recounted, await readClicks(context, recounted.topic, windowStart), windowStart)
    const total = [...expected.values()].reduce((all, value) => all + value, 0)
    const minute = new Date(windowStart).toISOString().slice(11, 16)
    for (const [view, read] of Object.entries(VIEWS)) {
      rows.push(
        await eventually(context, 'true numbers', `${recounted.what} at ${minute}: ${view}`, async () => {
          const wrong = difference(expected, await read(context, recounted, windowStart))
          return { measured: wrong ?? `${expected.size} groups, ${count(total)} in all, equal to the recount`, ok: wrong === undefined && expected.size > 0 }
        }),
      )
    }
  }
  return rows
}

const FRESH_CLICKS = 7

/** Clicks of a user that nobody has seen move each view by exactly as many. */
export async function freshClicks(
  context: CheckContext,
  recounted: Recount,
  click: (user: number, at: number) => Record<string, unknown>,
): Promise<CheckRow[]> {
  const user = 1_000_000 + (context.clock.now() % 1_000_000)
  const at = context.clock.now()
  const before = await endOffset(context, [recounted.topic])
  const value = Buffer.from(JSON.stringify(click(user, at)))
  await context.backends.kafka.produce(
    recounted.topic,
    Array.from({ length: FRESH_CLICKS }, () => ({ key: null, value, timestamp: at })),
  )
  const windowStart = Math.floor(at / recounted.windowMs) * recounted.windowMs
  const expected = FRESH_CLICKS * recounted.value({ timestamp: at, fields: click(user, at) })
  return Promise.all(
    Object.entries(VIEWS).map(([view, read]) =>
      eventually(context, 'fresh clicks', `${FRESH_CLICKS} of user ${user} after ${count(before)} others: ${view}`, async () => {
        const found = (await read(context, recounted, windowStart)).get(String(user))
        return { measured: `${recounted.valueColumn} ${found ?? 'none'}`, ok: found === expected }
      }),
    ),
  )
}
