/** `clickstream check`: every stage of a running pipeline measured at its backend, each row as it is seen. */
import { type ConnectionOptions, openBackends, openKube, readPipeline, readPlatform } from '../../console/index.ts'
import { type KubeApi, systemClock } from '../../ports/index.ts'
import { type CheckContext, type CheckRow, runCheck } from '../check/index.ts'
import { print, printJson } from '../output.ts'

export interface CheckOptions extends ConnectionOptions {
  /** Also sends records of its own through the pipeline and recounts one whole minute. */
  readonly numbers?: boolean
  readonly json?: boolean
}

/** How long one row waits for what needs time. */
const PATIENCE_MS = 20_000

export async function check(name: string | undefined, options: CheckOptions): Promise<number> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const kube = openKube(options)
  const namespace = options.namespace ?? 'default'
  const pipeline = await readPipeline(kube, namespace, name)
  const rows = await checkPipeline(kube, { namespace, name: pipeline.metadata.name }, stop.signal, {
    numbers: options.numbers ?? false,
    onRow: (row) => options.json || print(formatRow(row)),
  })
  const bad = rows.filter((row) => !row.ok)
  if (options.json) printJson({ ok: bad.length === 0, rows })
  else printVerdict(rows, bad)
  return bad.length === 0 ? 0 : 1
}

export async function checkPipeline(
  kube: KubeApi,
  name: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
  options: { readonly numbers: boolean; readonly grafanaLogin?: CheckContext['grafanaLogin']; readonly onRow: (row: CheckRow) => void },
): Promise<readonly CheckRow[]> {
  const platform = await readPlatform(kube, await readPipeline(kube, name.namespace, name.name))
  const backends = await openBackends(kube, platform)
  const { grafanaLogin, numbers, onRow } = options
  try {
    const context = { kube, backends, platform, clock: systemClock, signal, patienceMs: PATIENCE_MS, ...(grafanaLogin ? { grafanaLogin } : {}) }
    return await runCheck(context, name, onRow, numbers)
  } finally {
    await backends.close()
  }
}

export const formatRow = (row: CheckRow) => `${row.ok ? 'ok  ' : 'BAD '} ${row.kind.padEnd(13)} ${row.subject.padEnd(34)} ${row.measured}`

export function printVerdict(rows: readonly CheckRow[], bad: readonly CheckRow[]): void {
  print(`\n${rows.length - bad.length} of ${rows.length} checks hold.`)
  if (bad.length > 0) print(`Not as it should be:\n${bad.map((row) => `  ${row.kind} ${row.subject}: ${row.measured}`).join('\n')}`)
}
