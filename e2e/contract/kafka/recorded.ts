/** What was recorded once is still so: the conversation, step by step, from an empty broker on. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { systemClock } from '../../../src/ports/index.ts'
import type { Case } from '../contract.ts'
import type { Broker } from './client.ts'
import { conversation, requestOf } from './conversation.ts'
import { type ApiName, decodeResponse, type Message, type Value } from './protocol.ts'

const answers: { name: string; api: ApiName; version: number; answer: string }[] = JSON.parse(
  gunzipSync(readFileSync(new URL('../../../test/data/kafka-4.3-answers.json.gz', import.meta.url))).toString(),
)

/** What cannot be the same twice. */
const VARYING = new Set(['throttle', 'topicId', 'clusterId', 'host', 'port', 'memberId', 'member', 'leader', 'producerId'])

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

/** What was just changed is seen a moment later: a real broker answers before it has taken the change over. */
const READS: readonly ApiName[] = ['Metadata', 'DescribeConfigs', 'ListOffsets', 'Fetch']
const SEEN_WITHIN_MS = 5_000

/** Waits until the broker leads what was created. */
async function lead(broker: Broker, created: Message): Promise<void> {
  const names = (created.topics as unknown as { name: string; error: number }[]).filter(({ error }) => error === 0).map(({ name }) => ({ name }))
  const deadline = systemClock.now() + SEEN_WITHIN_MS
  while (names.length > 0 && systemClock.now() < deadline) {
    const { topics } = await broker.call('Metadata', 4, { topics: names, auto: false })
    if ((topics as unknown as { error: number }[]).every(({ error }) => error === 0)) return
    await systemClock.sleep(50)
  }
}

export const recorded: readonly Case<Broker>[] = conversation.map((step, i) => ({
  call: step.api,
  name: step.name,
  async run(broker) {
    const { name, api, version, answer: bytes } = answers[i]!
    assert.deepEqual([name, api, version], [step.name, step.api, step.version])
    const expected = plain(decodeResponse(api, version, Buffer.from(bytes, 'base64')))
    const ask = () => broker.call(step.api, step.version, requestOf(step, broker.memberId))
    let answer = await ask()
    const deadline = systemClock.now() + SEEN_WITHIN_MS
    while (READS.includes(step.api) && !isDeepStrictEqual(plain(answer), expected) && systemClock.now() < deadline) {
      await systemClock.sleep(100)
      answer = await ask()
    }
    if (step.api === 'JoinGroup') broker.memberId = String(answer.memberId)
    assert.deepEqual(plain(answer), expected)
    const request = requestOf(step, broker.memberId)
    if (step.api === 'CreateTopics' && request.validateOnly === false) await lead(broker, answer)
  },
}))
