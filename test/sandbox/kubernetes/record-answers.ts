/**
 * Records the answers of a real API server: `node test/sandbox/kubernetes/record-answers.ts URL [TOKEN]`. Neither the
 * namespace `talk` nor the definition of widgets may be there. Recorded last from kube-apiserver 1.37.2.
 */
import { writeFileSync } from 'node:fs'
import { ask, conversation } from './conversation.ts'

const [url, token] = process.argv.slice(2)
if (!url) throw new Error('usage: record-answers.ts URL [TOKEN]')
const answers: Record<string, unknown>[] = []
for (const turn of conversation) answers.push({ turn: turn.name, ...(await ask(url, turn, token ? { authorization: `Bearer ${token}` } : {})) })
const out = process.env.OUT ?? new URL('../../data/kubernetes-answers.json', import.meta.url)
writeFileSync(out, `[\n${answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]\n`)
