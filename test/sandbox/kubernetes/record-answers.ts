/**
 * Records the answers of a real API server: `node test/sandbox/kubernetes/record-answers.ts URL [TOKEN]`. Neither the
 * namespace `talk` nor the definition of widgets may be there. Recorded last from kube-apiserver 1.37.2.
 */
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { ask, conversation } from './conversation.ts'
import { trials, verdict } from './definition-trials.ts'

const [url, token] = process.argv.slice(2)
if (!url) throw new Error('usage: record-answers.ts URL [TOKEN]')
const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
const data = process.env.OUT ? new URL(`file://${process.env.OUT}/`) : new URL('../../data/', import.meta.url)

const answers: Record<string, unknown>[] = []
for (const turn of conversation) answers.push({ turn: turn.name, ...(await ask(url, turn, headers)) })
keep('kubernetes-answers', answers)

const verdicts: Record<string, unknown>[] = []
for (const [trial, definition] of trials) verdicts.push({ trial, causes: await verdict(url, definition, headers) })
keep('kubernetes-definitions', verdicts)

function keep(name: string, entries: readonly unknown[]): void {
  writeFileSync(new URL(`${name}.json.gz`, data), gzipSync(JSON.stringify(entries), { level: 9 }))
}
