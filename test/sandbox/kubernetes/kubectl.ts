/** kubectl of this machine, run against a sandbox server. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** KUBECTL, or what is on the PATH; undefined: there is none. */
export const kubectlPath: string | undefined = (() => {
  const path = process.env.KUBECTL ?? 'kubectl'
  try {
    execFileSync(path, ['version', '--client'], { stdio: 'ignore' })
    return path
  } catch {
    return undefined
  }
})()

export interface Output {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export class Kubectl {
  readonly #directory = mkdtempSync(join(tmpdir(), 'kubectl-'))
  readonly #children = new Set<ChildProcess>()

  constructor(kubeconfig: string) {
    writeFileSync(join(this.#directory, 'config'), kubeconfig)
  }

  #env(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
    return { ...process.env, KUBECONFIG: join(this.#directory, 'config'), KUBECACHEDIR: join(this.#directory, 'cache'), ...extra }
  }

  /** Runs to the end; `input` goes to standard input. */
  run(args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}): Promise<Output> {
    const child = spawn(kubectlPath!, args, { env: this.#env(options.env) })
    this.#children.add(child)
    child.stdin.end(options.input ?? '')
    return new Promise((resolve, reject) => {
      let stdout = ''
      let stderr = ''
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString()
      })
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString()
      })
      child.on('error', reject)
      child.on('close', (code) => {
        this.#children.delete(child)
        resolve({ code: code ?? -1, stdout, stderr })
      })
    })
  }

  /** Runs to the end and must succeed; gives what it printed. */
  async ok(args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}): Promise<string> {
    const output = await this.run(args, options)
    if (output.code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${output.code}: ${output.stderr}`)
    return output.stdout
  }

  /** Starts a command that goes on; `lines` grows as it prints. */
  start(args: readonly string[]): { readonly lines: string[]; until(count: number): Promise<void>; stop(): void } {
    const child = spawn(kubectlPath!, args, { env: this.#env() })
    this.#children.add(child)
    const lines: string[] = []
    const waiting: { count: number; resolve: () => void }[] = []
    let rest = ''
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n')
      rest = parts.pop()!
      lines.push(...parts)
      for (const waiter of waiting) if (lines.length >= waiter.count) waiter.resolve()
    })
    return {
      lines,
      until: (count) => (lines.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve }))),
      stop: () => child.kill(),
    }
  }

  close(): void {
    for (const child of this.#children) child.kill()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
