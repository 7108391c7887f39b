/** Writes what is made: from the schemas crds/, docs/reference/ and the chart's definitions; from the recorded permissions the chart's rules; from its panels the operator's dashboard; from contracts, recordings and tests docs/parity.md. With --check it writes nothing and fails when a file is stale. */
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import { generateCrds, generateReference } from '../src/api/index.ts'
import { crdTemplate, rulesTemplate } from './chart.ts'
import { operatorDashboard } from './operator-dashboard.ts'
import { parityPage } from './parity.ts'
import { permissionsTable, readPermissions, readReasons } from './permissions.ts'

/** Folders of which every file is made. */
const FOLDERS = ['crds', 'docs/reference', 'helm/clickstream-operator/templates/crds']
/** Its table of permissions is made. */
const OPERATIONS = 'docs/operations.md'
const TEMPLATES = 'helm/clickstream-operator/templates'

/** Path from the root of the project -> content. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const crd of generateCrds()) {
    const text = stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false })
    files.set(`crds/${crd.spec.names.plural}.yaml`, `# Made by \`npm run generate\` from src/api; do not edit.\n${text}`)
    files.set(`${TEMPLATES}/crds/${crd.spec.names.plural}.yaml`, crdTemplate(crd))
  }
  for (const [name, text] of generateReference()) files.set(`docs/reference/${name}`, text)
  files.set(`${TEMPLATES}/_rules.tpl`, rulesTemplate(readPermissions(), readReasons()))
  files.set('docs/parity.md', parityPage())
  files.set('helm/clickstream-operator/files/dashboard.json', `${JSON.stringify(operatorDashboard(), undefined, 2)}\n`)
  const operations = readFileSync(path.resolve(import.meta.dirname, '..', OPERATIONS), 'utf8')
  const table = permissionsTable(readPermissions(), readReasons())
  files.set(
    OPERATIONS,
    operations.replace(/(<!-- permissions: [^\n]* -->\n)[\s\S]*?(<!-- end of permissions -->)/, (_, start, end) => `${start}${table}${end}`),
  )
  return files
}

/** Files that differ from what would be written, or that nothing would write. */
export async function staleFiles(root: string): Promise<string[]> {
  const wanted = generatedFiles()
  const stale: string[] = []
  for (const [file, text] of wanted) {
    const found = await readFile(path.join(root, file), 'utf8').catch(() => undefined)
    if (found !== text) stale.push(file)
  }
  for (const folder of FOLDERS) {
    const names = await readdir(path.join(root, folder)).catch(() => [])
    stale.push(...names.map((name) => `${folder}/${name}`).filter((file) => !wanted.has(file)))
  }
  return stale
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '..')
  if (process.argv.includes('--check')) {
    const stale = await staleFiles(root)
    for (const file of stale) console.error(`${file} is stale: run npm run generate`)
    process.exitCode = stale.length ? 1 : 0
  } else {
    for (const [file, text] of generatedFiles()) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true })
      await writeFile(path.join(root, file), text)
    }
  }
}
