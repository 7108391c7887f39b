/** docs/parity.md: what the stand-ins can, out of contract runs, recordings, routes and tests; no row is written by hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import type { Outcome } from '../e2e/contract/contract.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')

/** Held by the real servers too: `e2e/contract/outcome/NAME.json`. */
const CONTRACTS = ['kubernetes', 'kafka', 'connect', 'elasticsearch', 'elasticsearch7']

const INTRO = `# How far the sandbox can be trusted

Made by \`npm run generate\`; do not edit. The sandbox stands in for six servers. This page says, call by call, how each stand-in
compares with the real server, by whom that was judged, and where the two differ.

- **yes**: every case of the call does the same on both. **partly**: some case has a listed difference. **refused**: the stand-in
  does not take the call and says so, in the form in which the real server refuses what it does not know.
- *cases* are tests that ask and assert, the same against the stand-in and the real server. \`npm test\` holds the stand-ins to them;
  \`npm run e2e -- --suite contract-NAME\` the real servers too. A case of a listed difference must fail on the stand-in in the
  way the list says: the test fails when a difference is gone, and when a new one appears.
- *used by*: whether the operator or the rest of the demo makes the call, as recorded in a run. Where a call of theirs is listed,
  \`npm test\` fails if it has a difference.
- Kubernetes, Kafka, Kafka Connect and Elasticsearch are judged by the real programs. ksqlDB is judged by what a real server was
  recorded to answer. **Grafana and Strimzi's operators are judged by documentation and source alone**: no package brings them, so
  nothing here was compared with one that runs.
- What is in no table is not known to work. Words in error messages, times, ids and the order of JSON keys are compared only where
  a client could depend on them.
`

export function parityPage(): string {
  const outcomes = CONTRACTS.filter((name) => existsSync(path.join(ROOT, `e2e/contract/outcome/${name}.json`))).map(
    (name) => JSON.parse(text(`e2e/contract/outcome/${name}.json`)) as Outcome,
  )
  return [INTRO, summary(outcomes), ...outcomes.map(contractSection), ksqldbSection(), grafanaSection(), strimziSection()].join('\n')
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')

function summary(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ title, real, calls, differences }) => {
    const of = (support: string) => String(calls.filter((call) => call.support === support).length)
    const cases = calls.reduce((sum, call) => sum + call.cases.length, 0)
    return [title, real, String(calls.length), of('yes'), of('partly'), of('refused'), String(cases), String(differences.length)]
  })
  return `${table(['stand-in', 'judged against', 'calls', 'yes', 'partly', 'refused', 'cases', 'differences'], rows)}\n`
}

function contractSection({ title, real, calls, differences }: Outcome): string {
  const rows = calls.map(({ call, support, usedBy, cases, differences: ids }) => [`\`${call}\``, support, usedBy, String(cases.length), ids.join(', ')])
  const listed = differences.map(({ id, real: there, standIn, reason }) => [id, there, standIn, reason])
  const differing = listed.length === 0 ? 'No differences are known.\n' : `${table(['difference', 'real', 'stand-in', 'why it stays'], listed)}\n`
  return `## ${title}\n\nJudged against ${real}.\n\n${table(['call', 'stand-in', 'used by', 'cases', 'differences'], rows)}\n\n${differing}`
}

interface Recorded {
  readonly number: string
  readonly recorded: { readonly request: { readonly method: string; readonly path: string; readonly body?: { ksql?: string; sql?: string } } }
}

const DIFFERENCES = 'test/sandbox/ksqldb/replay-differences.json'

function ksqldbSection(): string {
  const recordings = JSON.parse(brotliDecompressSync(readFileSync(path.join(ROOT, 'test/data/ksqldb-rest.json.br'))).toString()) as Recorded[]
  const differing = JSON.parse(text(DIFFERENCES)) as Record<string, string>
  const byCall = Map.groupBy(recordings, callOf)
  const rows = [...byCall]
    .map(([call, found]) => {
      const equal = found.filter(({ number }) => !(number in differing)).length
      return [call, equal === found.length ? 'yes' : equal === 0 ? 'otherwise' : 'partly', String(found.length), String(equal)]
    })
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  const reasons = Map.groupBy(Object.keys(differing), (number) => differing[number] ?? '')
  const listed = [...reasons].map(([reason, numbers]) => [reason, String(numbers.length), numbers.join(', ')])
  return `## ksqlDB

Judged against the answers of a ksqlDB 7.9.0, recorded once: ${recordings.length} interactions, played again in their order by
\`npm test\`. ${recordings.length - Object.keys(differing).length} are equal, after times, ids and hosts are taken out; the others differ for
${reasons.size} reasons. A recorded interaction that becomes equal fails the test until it is taken off the list.
After a restart the real server's queries have no tasks for 45 s. The replay has the stand-in do the same (\`handoverMs\`); in the demo
they go on at once.

${table(['call', 'stand-in', 'recorded', 'equal'], rows)}

${table(['difference', 'interactions', 'their numbers'], listed)}
`
}

/** Endpoint, and for statements their kind: `POST /ksql: CREATE TABLE`. */
function callOf({ recorded: { request } }: Recorded): string {
  const route = `${request.method} ${(request.path.split('?')[0] ?? '').replace(/\/(commandsequencenumber|status)\/.*/i, '/$1/{id}')}`
  const sql = (request.body?.ksql ?? request.body?.sql ?? '').toString().replaceAll(/--[^\n]*\n|\/\*[\s\S]*?\*\//g, ' ')
  const words = sql
    .trim()
    .toUpperCase()
    .replace(/\bOR REPLACE |\bSOURCE (?=STREAM|TABLE)/g, '')
    .split(/[\s;(]+/)
  const [first = '', second = ''] = words
  if (!/^[A-Z]+$/.test(first)) return `\`${route}\``
  const pairs = ['CREATE', 'DROP', 'INSERT', 'LIST', 'SHOW', 'ALTER', 'ASSERT']
  return `\`${route}\`: ${pairs.includes(first) && /^[A-Z]+$/.test(second) ? `${first} ${second}` : first}`
}

const ROUTE = /app\.(get|post|put|patch|delete)(?:<[^(]*>)?\(\s*(['`])(\/[^'`]*)\2/g

/** Of the HTTP API, as the stand-in registers them; its pages are left out. */
function routesOf(folder: string): string[] {
  const routes = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('pages.ts'))
    .flatMap((file) => [...text(`${folder}/${file}`).matchAll(ROUTE)])
    .map(([, method = '', , route = '']) => `${method.toUpperCase()} ${route.replaceAll(/\$\{(?:\w+\.)?(\w+)\}/g, '{$1}').replaceAll(/:(\w+)/g, '{$1}')}`)
  return [...new Set(routes)].sort()
}

function titlesOf(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder))
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => [...text(`${folder}/${file}`).matchAll(/^\s+it\((['"])(.*?)\1,/gm)].map(([, , title = '']) => title))
}

function grafanaSection(): string {
  const tests = ['test/sandbox/grafana/api.test.ts', 'test/sandbox/grafana/documented.test.ts'].map(text).join('\n')
  const mentions = (route: string) => {
    const parts = (route.split(' ')[1] ?? '').split(/\{\w+\}/).filter((part) => part.length > 1)
    return parts.every((part) => tests.includes(part.replace(/\/$/, '')))
  }
  const rows = routesOf('src/sandbox/grafana').map((route) => [`\`${route}\``, mentions(route) ? 'yes' : 'no'])
  const titles = titlesOf('test/sandbox/grafana').map((title) => `- ${title}`)
  return `## Grafana

Judged by the documentation of Grafana 13 and its source; never compared with a Grafana that runs. Every other path is answered 404
in Grafana's form. The table is that of the stand-in's routes; *in a test*: a test of the API names the path.

${table(['call', 'in a test'], rows)}

What its tests hold:

${titles.join('\n')}
`
}

function strimziSection(): string {
  const titles = titlesOf('test/sandbox/strimzi').map((title) => `- ${title}`)
  return `## Strimzi operators

Judged by the documentation and source of Strimzi 1.2; its operators are in no registry, so nothing was compared with ones that run.
The definitions of its kinds are those of its own generator. What the tests hold of the topic operator and of the part of the
cluster operator that serves KafkaConnector objects:

${titles.join('\n')}
`
}
