/**
 * How many clicks per second the engine takes: one windowed count alone, and the whole clickstream script with everything that its
 * queries write being read again. Prints one line of JSON.
 */
import { readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { compileScript, createTopology, type InputRecord } from '../src/engine/index.ts'
import { seededRandom } from '../src/ports/index.ts'

const CLICKS = Number(process.argv[2] ?? 50_000)
const START_MS = 1_717_243_200_000
const REQUESTS = ['GET /index.html HTTP/1.1', 'GET /site/user_status.html HTTP/1.1', 'GET /site/login.html HTTP/1.1', 'GET /images/track.png HTTP/1.1']
const STATUSES = ['200', '302', '404', '405', '406', '407']

const files = JSON.parse(zstdDecompressSync(readFileSync(new URL('../test/data/ksqldb-clickstream.json.zst', import.meta.url))).toString()) as Record<
  string,
  string
>
const script = files['statements.sql']!
const random = seededRandom(1)
const encoder = new TextEncoder()

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(random.next() * list.length)]!
}

function record(topic: string, timestamp: number, key: Uint8Array | null, value: unknown): Omit<InputRecord, 'offset'> {
  return { topic, partition: 0, timestamp, key, value: encoder.encode(JSON.stringify(value)) }
}

function intKey(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

const tables = [
  ...STATUSES.map((code) => record('clickstream_codes', START_MS, intKey(Number(code)), { code: Number(code), definition: `Meaning of ${code}` })),
  ...Array.from({ length: 37 }, (_, i) =>
    record('clickstream_users', START_MS, intKey(i + 1), { user_id: i + 1, username: `user_${i % 18}`, city: pick(['London', 'Raleigh']), level: 'Gold' }),
  ),
]

/** Clicks as the generator makes them: one in 15 ms on average. */
const clicks = Array.from({ length: CLICKS }, (_, i) => {
  const time = START_MS + i * 15
  return record('clickstream', time, null, {
    ip: `111.90.${Math.floor(random.next() * 40)}.12`,
    userid: Math.floor(random.next() * 42) - 1,
    remote_user: '-',
    time: '01/Jun/2024:12:00:17 +0000',
    _time: Math.floor(time / 1000),
    request: pick(REQUESTS),
    status: pick(STATUSES),
    bytes: String(278 + Math.floor(random.next() * 13_000)),
    referrer: '-',
    agent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  })
})

function run(wanted: (id: string) => boolean): { clicksPerSecond: number; recordsWritten: number } {
  const topology = createTopology()
  for (const query of compileScript(script).queries) if (wanted(query.id)) topology.add(query)
  for (const input of tables) topology.process(input)
  let recordsWritten = 0
  const start = performance.now()
  for (const input of clicks) recordsWritten += topology.process(input).length
  return { clicksPerSecond: Math.round(CLICKS / ((performance.now() - start) / 1000)), recordsWritten }
}

const oneCount = run((id) => id.startsWith('CTAS_EVENTS_PER_MIN'))
const wholeSeed = run(() => true)
console.log(JSON.stringify({ clicks: CLICKS, oneCount, wholeSeed, ratio: Number((oneCount.clicksPerSecond / wholeSeed.clicksPerSecond).toFixed(2)) }))
