/** Programs that run beside a suite: started on free ports of the loopback, waited for, stopped by their id. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/ports/index.ts'
import { LOGS } from '../logs.ts'

const STARTS_WITHIN_MS = 180_000
const STOPS_WITHIN_MS = 20_000

export interface Running {
  /** Ends it and waits until it is gone. `SIGKILL`: as in a crash. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts it again as it was, on its ports and data, and waits until it is ready; nothing while it runs. */
  start(): Promise<void>
  /** It keeps its sockets open and does nothing, until `thaw`. */
  freeze(): void
  thaw(): void
  /** `ended with 1`, `ended with SIGKILL`; undefined while it runs. */
  ended(): string | undefined
}

export interface Program {
  /** Of its log, `NAME.log` among those of the suite. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Asked again and again until it is true; a throw counts as not yet. */
  readonly ready: () => Promise<boolean>
}

/** What runs now. A suite that dies takes its programs along, also one that is told to end. */
const alive = new Set<() => void>()
const killAll = () => {
  for (const kill of alive) kill()
}
process.once('exit', killAll)
process.once('SIGTERM', () => process.exit(143))

export async function start(program: Program): Promise<Running> {
  let current = await spawned(program)
  return {
    stop: (signal) => current.end(signal ?? 'SIGTERM'),
    async start() {
      if (current.ended() !== undefined) current = await spawned(program)
    },
    freeze: () => current.signal('SIGSTOP'),
    thaw: () => current.signal('SIGCONT'),
    ended: () => current.ended(),
  }
}

interface Spawned {
  readonly ended: () => string | undefined
  signal(signal: NodeJS.Signals): void
  end(signal: NodeJS.Signals): Promise<void>
}

async function spawned(program: Program): Promise<Spawned> {
  mkdirSync(LOGS, { recursive: true })
  const file = join(LOGS, `${program.name}.log`)
  const log = openSync(file, 'a')
  const child = spawn(program.command, [...program.args], {
    cwd: program.cwd,
    env: { ...process.env, ...program.env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  let ended: string | undefined
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended = error.message
      resolve()
    })
    child.once('exit', (code, signal) => {
      ended = `ended with ${signal ?? code}`
      resolve()
    })
  })
  const kill = () => void child.kill('SIGKILL')
  alive.add(kill)
  const end = async (signal: NodeJS.Signals) => {
    if (ended === undefined) {
      child.kill(signal)
      // A frozen one hears of it when it goes on.
      child.kill('SIGCONT')
    }
    const force = setTimeout(kill, STOPS_WITHIN_MS)
    await gone
    clearTimeout(force)
    alive.delete(kill)
  }
  const deadline = systemClock.now() + STARTS_WITHIN_MS
  for (;;) {
    const up = ended === undefined && (await program.ready().catch(() => false))
    if (up) return { ended: () => ended, signal: (signal) => void child.kill(signal), end }
    if (ended !== undefined || systemClock.now() > deadline) {
      await end('SIGTERM')
      throw new Error(`${program.name} did not start (${ended}); the end of ${file}:\n${readFileSync(file, 'utf8').slice(-3_000)}`)
    }
    await systemClock.sleep(200)
  }
}

/** Ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports: number[] = []
  for (const server of servers) {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    const address = server.address()
    if (address !== null && typeof address === 'object') ports.push(address.port)
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  return ports
}

/** A directory for the data of a program, gone when it is. */
export async function scratch(name: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `clickstream-${name}-`))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export const answers = async (url: string): Promise<boolean> => (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok
