/** `clickstream sql`, a shell for ksqlDB, and `clickstream query`, one live query. */
import { createInterface } from 'node:readline/promises'
import { type ConnectionOptions, openBackends, openKube, readPipeline, readPlatform, UserError } from '../../console/index.ts'
import type { HttpClient } from '../../ports/index.ts'
import { print } from '../output.ts'
import { createSqlSession, runScript } from '../sql/session.ts'
import { splitStatements } from '../sql/split.ts'

export interface SqlOptions extends ConnectionOptions {
  readonly execute?: string
  readonly file?: string
  readonly pipeline?: string
}

async function withKsqldb<T>(options: ConnectionOptions & { pipeline?: string }, use: (ksqldb: HttpClient) => Promise<T>): Promise<T> {
  const kube = openKube(options)
  const pipeline = await readPipeline(kube, options.namespace ?? 'default', options.pipeline)
  const backends = await openBackends(kube, await readPlatform(kube, pipeline))
  try {
    return await use(backends.ksqldb)
  } finally {
    await backends.close()
  }
}

/** Ctrl-C ends what runs, not the shell. */
function interruptible(): { signal: AbortSignal; done(): void } {
  const stop = new AbortController()
  const abort = () => stop.abort(new UserError('Stopped.'))
  process.once('SIGINT', abort)
  return { signal: stop.signal, done: () => process.removeListener('SIGINT', abort) }
}

export function query(sql: string, options: ConnectionOptions & { pipeline?: string }): Promise<number> {
  return withKsqldb(options, async (ksqldb) => {
    const { statements, rest } = splitStatements(sql.trim().endsWith(';') ? sql : `${sql};`)
    const [statement] = statements
    if (!statement || statements.length > 1 || rest !== '') throw new UserError('One SELECT is needed.')
    await untilInterrupted((signal) => createSqlSession(ksqldb).run(statement, print, signal))
    return 0
  })
}

async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { signal, done } = interruptible()
  try {
    await work(signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    done()
  }
}

export function sql(options: SqlOptions): Promise<number> {
  return withKsqldb(options, async (ksqldb) => {
    const session = createSqlSession(ksqldb)
    if (options.file !== undefined) await untilInterrupted((signal) => runScript(session, options.file!, print, signal))
    if (options.execute !== undefined) {
      const { statements } = splitStatements(options.execute.trim().endsWith(';') ? options.execute : `${options.execute};`)
      for (const statement of statements) await untilInterrupted((signal) => session.run(statement, print, signal))
    }
    if (options.file === undefined && options.execute === undefined)
      await shell((statement) => untilInterrupted((signal) => session.run(statement, print, signal)))
    return 0
  })
}

/** Reads statements until `exit` or the end of the input; a mistake is told and the shell goes on. */
async function shell(run: (statement: string) => Promise<void>): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: 'sql> ', terminal: process.stdin.isTTY === true })
  if (process.stdin.isTTY) print("Statements end with a semicolon. RUN SCRIPT 'file'; runs a file, Ctrl-C ends a query, exit leaves.")
  terminal.prompt()
  let pending = ''
  for await (const line of terminal) {
    if (pending === '' && /^\s*(exit|quit);?\s*$/i.test(line)) break
    const { statements, rest } = splitStatements(`${pending}${line}\n`)
    pending = rest
    for (const statement of statements) {
      try {
        await run(statement)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        print(error.message)
      }
    }
    terminal.setPrompt(pending === '' ? 'sql> ' : '...> ')
    terminal.prompt()
  }
  terminal.close()
}
