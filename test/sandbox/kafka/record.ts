/** Records what a real, empty broker answers to the conversation: `node test/sandbox/kafka/record.ts HOST:PORT`. */
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { conversation, requestOf } from './conversation.ts'
import { decodeResponse, RawClient } from './protocol.ts'

const [address] = process.argv.slice(2)
if (address === undefined) throw new Error('the address of a broker is missing')
const client = new RawClient(address)
// The first question for a coordinator makes a real broker create its internal topics.
for (const [api, version, request] of [
  ['FindCoordinator', 3, { key: 'warm-up', type: 0 }],
  ['OffsetFetch', 7, { group: 'warm-up', topics: null, stable: false }],
  ['InitProducerId', 4, { transactionalId: null, timeout: 1000, producer: -1, epoch: -1 }],
] as const) {
  while ((await client.call(api, version, request)).error !== 0) await new Promise((resolve) => setTimeout(resolve, 500))
}

const answers: { name: string; api: string; version: number; answer: string | null }[] = []
let memberId = ''
for (const step of conversation) {
  const { name, api, version } = step
  const answer = await client.callRaw(api, version, requestOf(step, memberId))
  if (!answer) throw new Error(`${name}: the broker closed the connection`)
  if (api === 'JoinGroup') memberId = String(decodeResponse(api, version, answer).memberId)
  answers.push({ name, api, version, answer: answer.toString('base64') })
}
client.close()
writeFileSync(new URL('../../data/kafka-4.3-answers.json.gz', import.meta.url), gzipSync(JSON.stringify(answers)))
process.stdout.write(`${answers.length} answers\n`)
