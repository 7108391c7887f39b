/** Runs every benchmark of this folder, one after the other: their lines of JSON, then a table. `npm run bench -- engine` runs one. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

type Measured = number | string | { readonly [key: string]: Measured }

const wanted = process.argv[2]
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3))
  .filter((name) => wanted === undefined || name === wanted)
  .sort()
if (names.length === 0) throw new Error(`There is no benchmark ${wanted}`)

function flatten(measured: Measured, path: string): [string, string][] {
  if (typeof measured !== 'object') return [[path, typeof measured === 'number' ? measured.toLocaleString('en-US') : measured]]
  return Object.entries(measured).flatMap(([key, inner]) => flatten(inner, `${path} ${key}`))
}

const rows = names.flatMap((name) => {
  const { stdout, status } = spawnSync(process.execPath, [`${import.meta.dirname}/${name}.ts`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`Benchmark ${name} ended with ${status}`)
  process.stdout.write(stdout)
  const line = stdout
    .trim()
    .split('\n')
    .findLast((text) => text.startsWith('{'))
  return line === undefined ? [] : flatten(JSON.parse(line) as Measured, name)
})

const width = Math.max(...rows.map(([path]) => path.length))
for (const [path, value] of rows) console.log(`${path.padEnd(width)}  ${value.padStart(12)}`)
