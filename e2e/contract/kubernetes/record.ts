/**
 * Records the answers of a real API server: `node e2e/contract/kubernetes/record.ts KUBECONFIG`. Neither the namespace `talk`
 * nor the definition of widgets may be there. Recorded last from kube-apiserver 1.37.2.
 */
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Kube } from './client.ts'
import { conversation, reply } from './conversation.ts'
import { trials, verdict } from './definition-trials.ts'

const [kubeconfig] = process.argv.slice(2)
if (!kubeconfig) throw new Error('usage: record.ts KUBECONFIG')
const server = Kube.of(kubeconfig)

const answers: Record<string, unknown>[] = []
for (const turn of conversation) answers.push({ turn: turn.name, ...(await reply(server, turn)) })
keep('kubernetes-answers', answers)

const verdicts: Record<string, unknown>[] = []
for (const [trial, definition] of trials) verdicts.push({ trial, causes: await verdict(server, definition) })
keep('kubernetes-definitions', verdicts)

function keep(name: string, entries: readonly unknown[]): void {
  writeFileSync(new URL(`../../../test/data/${name}.json.gz`, import.meta.url), gzipSync(JSON.stringify(entries), { level: 9 }))
}
