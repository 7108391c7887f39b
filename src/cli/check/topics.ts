/** Reads topics with a consumer of its own: what the recount is made of. */

import type { Click, Lookup, User } from './recounts.ts'
import type { CheckContext } from './row.ts'

const CLICKS = 'clickstream'
const USERS = 'clickstream_users'
const CODES = 'clickstream_codes'

/** Every value of the topic until its end at the time of the call, in order; from `start` on when given. */
async function readValues<T>(
  context: CheckContext,
  topic: string,
  start: number | undefined,
  read: (value: Record<string, unknown>, timestamp: number) => T,
): Promise<T[]> {
  const { kafka } = context.backends
  const offsets = (await kafka.topicOffsets([topic])).get(topic) ?? []
  const ends = new Map(offsets.filter(({ start: first, end }) => end > first).map(({ partition, end }) => [partition, end]))
  const found: T[] = []
  if (ends.size === 0) return found
  const from = start === undefined ? [] : await kafka.offsetsAt(topic, start)
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const consumer = kafka.consume({
    groupId: `clickstream-check-${topic}-${context.clock.now()}`,
    topics: [topic],
    from: 'earliest',
    commit: 'never',
    async onBatch(records, { partition }) {
      for (const record of records) {
        if (record.value === null || (start !== undefined && record.timestamp < start)) continue
        found.push(read(JSON.parse(record.value.toString('utf8')) as Record<string, unknown>, record.timestamp))
      }
      if ((records.at(-1)?.offset ?? -1n) + 1n >= (ends.get(partition) ?? 0n)) ends.delete(partition)
      if (ends.size === 0) resolve()
    },
    onError: (error, fatal) => fatal && reject(error),
  })
  try {
    await consumer.joined
    // A little before the time, since timestamps within a partition need not ascend.
    for (const { partition, offset } of from) if (offset >= 0n) consumer.seek(topic, partition, offset > 2_000n ? offset - 2_000n : 0n)
    await Promise.race([
      done,
      context.clock.sleep(60_000, context.signal).then(() => Promise.reject(new Error(`topic ${topic} could not be read to its end in a minute`))),
    ])
  } finally {
    await consumer.stop()
  }
  return found
}

export function readClicks(context: CheckContext, start?: number): Promise<Click[]> {
  return readValues(context, CLICKS, start, (value, timestamp) => ({
    timestamp,
    userid: typeof value.userid === 'number' ? value.userid : undefined,
    ip: String(value.ip),
    request: String(value.request),
    status: Number(value.status),
    bytes: Number(value.bytes),
  }))
}

/** Empty where the pipeline has no such topics. */
export async function readLookup(context: CheckContext): Promise<Lookup> {
  const topics = await context.backends.kafka.listTopics()
  const users = topics.includes(USERS)
    ? await readValues(
        context,
        USERS,
        undefined,
        (row, since) => [Number(row.user_id), { username: String(row.username), city: String(row.city), since }] as const,
      )
    : []
  const codes = topics.includes(CODES) ? await readValues(context, CODES, undefined, (row) => [Number(row.code), String(row.definition)] as const) : []
  const newest = new Map<number, User>()
  for (const [id, user] of users) newest.set(id, { ...user, since: Math.min(user.since, newest.get(id)?.since ?? user.since) })
  return { users: newest, codes: new Map(codes) }
}

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const json = (value: unknown) => Buffer.from(JSON.stringify(value))

export interface Fresh {
  readonly user: number
  readonly username: string
  readonly city: string
  readonly status: number
  readonly definition: string
  readonly ip: string
  readonly bytes: number
  readonly clicks: number
  readonly at: number
}

/** A user and a status that nobody has seen, then clicks of theirs, all at one instant. */
export async function produceFresh(context: CheckContext, clicks: number): Promise<Fresh> {
  const { kafka } = context.backends
  const number = context.clock.now() % 1_000_000
  const fresh = {
    user: 1_000_000 + number,
    username: `fresh_${number}`,
    city: 'Atlantis',
    status: 1_000 + number,
    definition: `Fresh ${number}`,
    ip: '192.0.2.7',
    bytes: 1_289,
    clicks,
  }
  const topics = await kafka.listTopics()
  if (topics.includes(USERS)) {
    const row = { user_id: fresh.user, username: fresh.username, registered_at: 0, first_name: 'F', last_name: 'R', city: fresh.city, level: 'Gold' }
    await kafka.produce(USERS, [{ key: int32(fresh.user), value: json(row) }])
  }
  if (topics.includes(CODES)) await kafka.produce(CODES, [{ key: int32(fresh.status), value: json({ code: fresh.status, definition: fresh.definition }) }])
  // The rows have to be in their tables before the clicks are joined with them.
  await context.clock.sleep(3_000, context.signal)
  const at = context.clock.now()
  const value = json({
    ip: fresh.ip,
    userid: fresh.user,
    remote_user: '-',
    time: '-',
    _time: at,
    request: 'GET /index.html HTTP/1.1',
    status: String(fresh.status),
    bytes: String(fresh.bytes),
    referrer: '-',
    agent: 'check',
  })
  await kafka.produce(
    CLICKS,
    Array.from({ length: clicks }, () => ({ key: null, value, timestamp: at })),
  )
  return { ...fresh, at }
}
