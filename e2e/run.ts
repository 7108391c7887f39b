/**
 * Runs the end-to-end suites, each in a process of its own. `npm run e2e`: all of them, over real components that are installed on
 * first use; `--suite NAME`: one; `--real kafka,elasticsearch,connect,kubernetes`: only those real; `--stand-ins`: none of them;
 * `--jobs N`: so many side by side; `--list`: their names; `--install`: the components and no suite.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { choose } from './catalogue.ts'
import { installReal, KINDS, type Kind } from './components/index.ts'
import { logsOf } from './logs.ts'
import { type Outcome, runSuite, table } from './suite-run.ts'

const all = readdirSync(fileURLToPath(new URL('suites/', import.meta.url)))
  .filter((file) => file.endsWith('.e2e.ts'))
  .map((file) => file.replace(/\.e2e\.ts$/, ''))
  .sort()

const { values } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true },
    jobs: { type: 'string' },
    list: { type: 'boolean' },
    install: { type: 'boolean' },
    real: { type: 'string' },
    'stand-ins': { type: 'boolean' },
  },
})

function refuse(what: string, unknown: string | undefined, known: readonly string[]): void {
  if (unknown === undefined) return
  console.error(`There is no ${what} ${unknown}. There are: ${known.join(', ')}.`)
  process.exit(2)
}

/** The kinds that this machine cannot run or that do not install, each with the word that says why. */
async function install(kinds: readonly Kind[]): Promise<Map<Kind, string>> {
  const missing = new Map<Kind, string>()
  for (const kind of kinds) {
    const startedAt = Date.now()
    try {
      await installReal([kind])
    } catch (error) {
      missing.set(kind, error instanceof Error ? error.message : String(error))
      console.log(`not installed: ${kind}: ${missing.get(kind)}`)
    }
    const minutes = (Date.now() - startedAt) / 60_000
    if (minutes > 0.1) console.log(`installing ${kind}: ${minutes.toFixed(1)} minutes`)
  }
  return missing
}

if (values.list) {
  console.log(all.join('\n'))
  process.exit(0)
}
const kinds = values['stand-ins'] ? [] : (values.real?.split(',') ?? KINDS)
const chosen = KINDS.filter((kind) => kinds.includes(kind))
const names = values.suite ?? all
refuse(
  'suite',
  names.find((name) => !all.includes(name)),
  all,
)
refuse(
  'component',
  kinds.find((kind) => !(KINDS as readonly string[]).includes(kind)),
  KINDS,
)
const missing = await install(chosen)
if (values.install) process.exit(missing.size > 0 ? 1 : 0)

const jobs = Math.max(1, Number(values.jobs ?? (chosen.length > 0 ? 1 : 3)))
const waiting = [...names]
const outcomes: Outcome[] = []
async function work(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const choice = choose(name, chosen, missing)
    if (choice.run) outcomes.push(await runSuite(name, choice.real, { streamed: jobs === 1 }))
    else outcomes.push({ name, passed: 0, failed: 0, skipped: 1, why: [choice.why], minutes: 0 })
  }
}
await Promise.all(Array.from({ length: jobs }, work))

const sum = (key: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[key], 0)
console.log(`\n${table(outcomes)}`)
for (const [kind, why] of missing) console.log(`${kind} is a stand-in, or its suites are skipped: ${why}`)
for (const { name, why } of outcomes) for (const word of why) console.log(`skipped in ${name}: ${word}`)
for (const { name, failed } of outcomes) if (failed > 0) console.log(`logs and objects of ${name}: ${logsOf(name)}`)
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exitCode = sum('failed') > 0 ? 1 : 0
