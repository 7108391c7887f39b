/** Records what a real, empty broker answers to the conversation: `node e2e/contract/kafka/record.ts HOST:PORT`. */
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Broker } from './client.ts'
import { conversation, requestOf } from './conversation.ts'
import { decodeResponse } from './protocol.ts'

const [address] = process.argv.slice(2)
if (address === undefined) throw new Error('the address of a broker is missing')
const broker = Broker.at(address)
await broker.warmUp()

const answers: { name: string; api: string; version: number; answer: string | null }[] = []
let memberId = ''
for (const step of conversation) {
  const { name, api, version } = step
  const answer = await broker.callRaw(api, version, requestOf(step, memberId))
  if (!answer) throw new Error(`${name}: the broker closed the connection`)
  if (api === 'JoinGroup') memberId = String(decodeResponse(api, version, answer).memberId)
  answers.push({ name, api, version, answer: answer.toString('base64') })
}
broker.close()
writeFileSync(new URL('../../../test/data/kafka-4.3-answers.json.gz', import.meta.url), gzipSync(JSON.stringify(answers)))
process.stdout.write(`${answers.length} answers\n`)
