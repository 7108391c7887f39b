/**
 * Runs the end-to-end suites, each in a process of its own, a few side by side, since most of their time is waiting:
 * `npm run e2e`, `npm run e2e -- --suite NAME`, `--jobs N`, `--list`. `--components` adds the suite over
 * real servers; `--real kafka,elasticsearch,connect,kubernetes` runs the others over those too, one after the other.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installReal, KINDS, type Kind, Unavailable } from './components/index.ts'

const directory = fileURLToPath(new URL('suites/', import.meta.url))
const all = readdirSync(directory)
  .filter((file) => file.endsWith('.e2e.ts'))
  .map((file) => file.replace(/\.e2e\.ts$/, ''))
  .sort()

const { values } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true },
    jobs: { type: 'string' },
    list: { type: 'boolean' },
    components: { type: 'boolean' },
    real: { type: 'string' },
  },
})
if (values.list) {
  console.log(all.join('\n'))
  process.exit(0)
}
const unknown = values.suite?.find((name) => !all.includes(name))
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}. There are: ${all.join(', ')}.`)
  process.exit(2)
}

const unknownKind = values.real?.split(',').find((kind) => !(KINDS as readonly string[]).includes(kind))
if (unknownKind !== undefined) {
  console.error(`There is no component ${unknownKind}. There are: ${KINDS.join(', ')}.`)
  process.exit(2)
}

if (values.real !== undefined) {
  try {
    await installReal(values.real.split(',') as Kind[])
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    console.log(`skipped: ${error.message}\n0 passed, 0 failed`)
    process.exit(0)
  }
}

interface Outcome {
  readonly passed: number
  readonly failed: number
}

/** The whole output of a suite is printed when it ends, so that those side by side do not mix. */
function runSuite(name: string): Promise<Outcome> {
  const mocha = fileURLToPath(new URL('../node_modules/mocha/bin/mocha.js', import.meta.url))
  const options = ['--no-config', '--reporter', fileURLToPath(new URL('reporter.ts', import.meta.url)), '--timeout', '300000', '--forbid-only']
  const child = spawn(process.execPath, [mocha, ...options, `${directory}${name}.e2e.ts`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(values.real === undefined ? {} : { CLICKSTREAM_E2E_REAL: values.real }) },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  }
  return new Promise((resolve) => {
    child.on('close', (code) => {
      console.log(`== ${name}\n${output}`)
      const line = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1)
      const [passed, failed] = [Number(line?.[1] ?? 0), Number(line?.[2] ?? 0)]
      // A suite that ends badly without a failed test has failed all the same.
      resolve({ passed, failed: code === 0 ? failed : Math.max(1, failed) })
    })
  })
}

/** They download and take minutes, so that one has to ask for them. */
const ON_REQUEST = new Set(['components'])
const waiting = [...(values.suite ?? all.filter((name) => values.components || !ON_REQUEST.has(name)))]
const outcomes: Outcome[] = []
async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) outcomes.push(await runSuite(next))
}
await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs ?? (values.real === undefined ? 3 : 1))) }, work))
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
