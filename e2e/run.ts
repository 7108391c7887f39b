/**
 * Runs the end-to-end suites, each in a process of its own. `npm run e2e`: all of them, over real components that are installed on
 * first use; `--suite NAME`: one; `--real kafka,elasticsearch,connect,kubernetes`: only those real; `--stand-ins`: none of them;
 * `--jobs N`: so many side by side; `--minutes N`: no suite that would end later; `--list`: their names; `--install`: the components
 * and no suite.
 */
import { readdirSync } from 'node:fs'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Choice, choose, minutesOf } from './catalogue.ts'
import { installOthers, installReal, KINDS, type Kind } from './components/index.ts'
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
    minutes: { type: 'string' },
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

/** Why it cannot be installed; undefined: it is. */
async function install(what: string, installing: () => Promise<void>): Promise<string | undefined> {
  const startedAt = Date.now()
  try {
    await installing()
    const minutes = (Date.now() - startedAt) / 60_000
    if (minutes > 0.1) console.log(`installed ${what} in ${minutes.toFixed(1)} minutes`)
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    console.log(`not installed: ${what}: ${why}`)
    return why
  }
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
const startedAt = Date.now()
const missing = new Map<Kind, string>()
for (const kind of chosen) {
  const why = await install(kind, () => installReal([kind]))
  if (why !== undefined) missing.set(kind, why)
}
if (values.install) {
  const others = await install('what single suites need', installOthers)
  process.exit(missing.size > 0 || others !== undefined ? 1 : 0)
}

/** Real components of one suite take some 3 GB, and most suites wait more than they work. */
const usualJobs = chosen.length === 0 ? 3 : totalmem() >= 12 * 2 ** 30 ? 2 : 1
const jobs = Math.max(1, Number(values.jobs ?? usualJobs))
const waiting = [...names]
const outcomes: Outcome[] = []
const minutesLeft = () => Number(values.minutes ?? Number.POSITIVE_INFINITY) - (Date.now() - startedAt) / 60_000
function whatOf(name: string): Choice {
  const choice = choose(name, chosen, missing)
  if (choice.run && minutesOf(name) > minutesLeft()) return { run: false, why: `it takes some ${minutesOf(name)} minutes, and fewer are left` }
  return choice
}
async function work(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const choice = whatOf(name)
    if (choice.run) outcomes.push(await runSuite(name, choice.real, { streamed: jobs === 1, withinMinutes: 5 * minutesOf(name) + 10 }))
    else outcomes.push({ name, passed: 0, failed: 0, skipped: 1, why: [choice.why], minutes: 0 })
  }
}
// Whoever ends the runner ends its suites.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
await Promise.all(Array.from({ length: jobs }, work))

const sum = (key: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[key], 0)
console.log(`\n${table(outcomes)}`)
for (const [kind, why] of missing) console.log(`${kind} is a stand-in, or its suites are skipped: ${why}`)
for (const { name, why } of outcomes) for (const word of why) console.log(`skipped in ${name}: ${word}`)
for (const { name, failed } of outcomes) if (failed > 0) console.log(`logs and objects of ${name}: ${logsOf(name)}`)
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exitCode = sum('failed') > 0 ? 1 : 0
