import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { type KafkaServer, startKafka } from '../../../src/sandbox/kafka/index.ts'
import { conversation, requestOf } from './conversation.ts'
import { type ApiName, decodeResponse, type Message, RawClient, type Value } from './protocol.ts'

const recorded: { name: string; api: ApiName; version: number; answer: string }[] = JSON.parse(
  gunzipSync(readFileSync(new URL('../../data/kafka-4.3-answers.json.gz', import.meta.url))).toString(),
)

/** What cannot be the same twice. */
const VARYING = new Set(['throttle', 'topicId', 'clusterId', 'host', 'port', 'memberId', 'member', 'leader', 'producerId'])

/** Where this broker is known to answer otherwise, and why. */
const DEVIATIONS: Readonly<Record<string, string>> = {}

/** The real broker shuffles topics and groups, lest their order tells who may see what. */
function sorted(values: unknown[]): unknown[] {
  const keyOf = (value: unknown) => (typeof value === 'object' && value !== null && 'error' in value ? JSON.stringify(value) : '')
  return values.every((value) => keyOf(value) !== '') ? values.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) : values
}

/** BigInt and Buffer as text, varying parts cut out. */
function plain(value: Value, name = ''): unknown {
  if (VARYING.has(name) && typeof value !== 'object') return typeof value === 'number' && name === 'leader' ? value : `<${name}>`
  if (typeof value === 'bigint') return `${value}n`
  // The broker's clock is in these words.
  if (typeof value === 'string') return value.replace(/within \[\d+, \d+\]/g, 'within [..]')
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (Array.isArray(value)) return sorted(value.map((item) => plain(item)))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item as Value, key)]))
  return value
}

describe('Kafka stand-in, compared with recorded answers of Apache Kafka 4.3.1', () => {
  let server: KafkaServer
  let client: RawClient
  const answers: Message[] = []

  before(async () => {
    server = await startKafka({ clock: new VirtualClock(Date.parse('2026-11-24T12:00:00Z')), random: seededRandom(5) })
    client = new RawClient(server.url)
    let memberId = ''
    for (const step of conversation) {
      const answer = await client.call(step.api, step.version, requestOf(step, memberId))
      if (step.api === 'JoinGroup') memberId = String(answer.memberId)
      answers.push(answer)
    }
  })
  after(async () => {
    client.close()
    await server.close()
  })

  for (const [index, { name, api, version, answer }] of recorded.entries()) {
    const deviation = DEVIATIONS[name]
    it(`${api} v${version}: ${name}${deviation ? ` (differs: ${deviation})` : ''}`, () => {
      const real = plain(decodeResponse(api, version, Buffer.from(answer, 'base64')))
      const ours = plain(answers[index] ?? null)
      if (deviation) assert.notDeepEqual(ours, real)
      else assert.deepEqual(ours, real)
    })
  }
})
