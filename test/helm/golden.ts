/** The rendered charts that are kept: one for each set of values, with the digest of what it was rendered from. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments } from 'yaml'
import { CHART } from '../../scripts/render-chart.ts'
import type { KubeObject } from '../../src/ports/index.ts'

const directory = fileURLToPath(new URL('.', import.meta.url))

export const SETS = ['default', 'ha', 'cluster-wide', 'locked-down', 'monitoring'] as const
export type ValueSet = (typeof SETS)[number]

export const RELEASE = 'clicks'
export const NAMESPACE = 'clickstream-system'

const valuesFile = (set: ValueSet) => join(directory, 'values', `${set}.yaml`)
export const goldenFile = (set: ValueSet) => join(directory, 'golden', `${set}.yaml`)
export const readValues = (set: ValueSet) => parse(readFileSync(valuesFile(set), 'utf8')) as object

/** Of everything that a golden file depends on. The definitions are left out of it: they are those of crds/. */
function digestOf(set: ValueSet): string {
  const hash = createHash('sha256')
  const files = readdirSync(CHART, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${sep}templates${sep}crds${sep}`) && !file.endsWith('NOTES.txt'))
    .sort()
  for (const file of [...files, valuesFile(set)]) hash.update(file.slice(file.lastIndexOf(sep))).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}

const HEAD = (set: ValueSet) =>
  `# Made by \`npm run e2e -- --suite chart\` with CLICKSTREAM_E2E_RECORD=1 from values/${set}.yaml; do not edit. Digest ${digestOf(set)}.\n`

/** The text of a golden file: what helm has rendered, without the definitions. */
export function goldenText(set: ValueSet, rendered: string): string {
  const documents = rendered.split(/^---\n/m).filter((text) => text.trim() !== '' && !/^kind: CustomResourceDefinition$/m.test(text))
  return `${HEAD(set)}${documents.map((text) => `---\n${text.trimEnd()}\n`).join('')}`
}

export function isFresh(set: ValueSet): boolean {
  return readFileSync(goldenFile(set), 'utf8').startsWith(HEAD(set))
}

export function readGolden(set: ValueSet): KubeObject[] {
  return parseAllDocuments(readFileSync(goldenFile(set), 'utf8')).map((document) => document.toJS() as KubeObject)
}
