/** One suite in a process of its own, and what came of it. */
import { spawn } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Kind } from './components/index.ts'
import { logsOf } from './logs.ts'

const MOCHA = fileURLToPath(new URL('../node_modules/mocha/bin/mocha.js', import.meta.url))
const REPORTER = fileURLToPath(new URL('reporter.ts', import.meta.url))
const TIMEOUT_MS = 300_000

export interface Outcome {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What was missing, a word each. */
  readonly why: readonly string[]
  readonly minutes: number
}

/** `withinMinutes`: then it is ended, and has failed. Its output is printed as it comes, or when it ends, so that the words of suites side by side do not mix. */
export async function runSuite(name: string, real: readonly Kind[], options: { readonly streamed: boolean; readonly withinMinutes: number }): Promise<Outcome> {
  const logs = logsOf(name)
  await rm(logs, { recursive: true, force: true })
  await mkdir(logs, { recursive: true })
  const heading = `== ${name}, over ${real.length === 0 ? 'the stand-ins' : `real ${real.join(', ')}`}`
  if (options.streamed) console.log(heading)
  const startedAt = Date.now()
  const suite = fileURLToPath(new URL(`suites/${name}.e2e.ts`, import.meta.url))
  const child = spawn(process.execPath, [MOCHA, '--no-config', '--reporter', REPORTER, '--timeout', String(TIMEOUT_MS), '--forbid-only', suite], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CLICKSTREAM_E2E_SUITE: name, CLICKSTREAM_E2E_REAL: real.join(',') },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
      if (options.streamed) process.stdout.write(chunk)
    })
  }
  const end = () => void child.kill('SIGTERM')
  const late = setTimeout(() => {
    const words = `${name} did not end within ${options.withinMinutes} minutes\n`
    output += words
    if (options.streamed) process.stdout.write(words)
    end()
  }, options.withinMinutes * 60_000)
  process.once('exit', end)
  const code = await new Promise((resolve) => child.on('close', resolve))
  process.off('exit', end)
  clearTimeout(late)
  if (!options.streamed) console.log(`${heading}\n${output}`)
  const line = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/gm)].at(-1)
  const [passed, failed, skipped] = [1, 2, 3].map((at) => Number(line?.[at] ?? 0)) as [number, number, number]
  return {
    name,
    passed,
    // One that ends badly without a failed test has failed all the same.
    failed: code === 0 ? failed : Math.max(1, failed),
    skipped,
    why: [...new Set([...output.matchAll(/^\s*skipped: (.*)$/gm)].map(([, word]) => word!))],
    minutes: (Date.now() - startedAt) / 60_000,
  }
}

export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ name, passed, failed, skipped, minutes }) => [name, passed, failed, skipped, minutes.toFixed(1)].map(String))
  const all = [['suite', 'passed', 'failed', 'skipped', 'minutes'], ...rows]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  return all.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')).join('\n')
}
