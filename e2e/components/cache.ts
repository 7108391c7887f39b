/** Where the real components lie once they are installed: outside the tree, so that a fresh clone finds them again. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export const run = promisify(execFile)

const CACHE = process.env.CLICKSTREAM_E2E_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clickstream-e2e')

/** Something that this machine lacks, or that could not be installed; a suite that meets it is skipped with these words. */
export class Unavailable extends Error {}

/**
 * The directory `name` of the cache, made by `build` in a directory beside it that takes its place when all went well: one
 * that was interrupted is not taken for whole, and of two at once either is as good.
 */
export async function installed(name: string, build: (directory: string) => Promise<void>): Promise<string> {
  const target = join(CACHE, name)
  if (existsSync(target)) return target
  await mkdir(CACHE, { recursive: true })
  const making = await mkdtemp(join(CACHE, `.making-${name}-`))
  try {
    await build(making)
    await rename(making, target)
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    if (existsSync(target)) return target
    if (error instanceof Unavailable) throw error
    throw new Unavailable(`${name} could not be installed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  return target
}

/** A directory of the cache that survives versions, such as that of a compiler's results. */
export async function kept(name: string): Promise<string> {
  const directory = join(CACHE, name)
  await mkdir(directory, { recursive: true })
  return directory
}

export async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** Runs a build tool at low priority; what it says stands in the failure. */
export async function tool(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<string> {
  try {
    const { stdout } = await run('nice', ['-n', '10', command, ...args], { ...options, env: { ...process.env, ...options.env }, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string }
    throw new Error(`${command} ${args.slice(0, 3).join(' ')} failed: ${`${message}\n${stdout}\n${stderr}`.slice(0, 4_000)}`, { cause: error })
  }
}

/** Path of a program, or Unavailable. */
export async function needed(program: string): Promise<string> {
  try {
    return (await run('which', [program])).stdout.trim()
  } catch {
    throw new Unavailable(`${program} is not on this machine`)
  }
}
