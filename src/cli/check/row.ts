/** One measured row of a check, and how a check waits for what needs time. */
import type { ClickstreamPipeline, ClickstreamPlatform } from '../../api/index.ts'
import type { Backends } from '../../console/index.ts'
import type { Clock, KubeApi } from '../../ports/index.ts'

export interface CheckRow {
  readonly kind: string
  readonly subject: string
  /** What was seen, in numbers. */
  readonly measured: string
  readonly ok: boolean
}

export interface CheckContext {
  readonly kube: KubeApi
  readonly backends: Backends
  readonly platform: ClickstreamPlatform
  readonly pipeline: ClickstreamPipeline
  readonly clock: Clock
  readonly signal: AbortSignal
  /** A user of Grafana, who must get in, and nobody with another password. */
  readonly grafanaLogin?: { readonly username: string; readonly password: string }
  /** How long one row may wait for what needs time. */
  readonly patienceMs: number
}

export type Section = (context: CheckContext) => Promise<readonly CheckRow[]>

/** Measures again until the row is good or patience ends; a fault of the backend is a bad row, not the end of the check. */
export async function eventually(
  context: CheckContext,
  kind: string,
  subject: string,
  measure: () => Promise<{ measured: string; ok: boolean }>,
  patienceMs = context.patienceMs,
): Promise<CheckRow> {
  const deadline = context.clock.now() + patienceMs
  for (;;) {
    let last: { measured: string; ok: boolean }
    try {
      last = await measure()
    } catch (error) {
      last = { measured: error instanceof Error ? error.message : String(error), ok: false }
    }
    if (last.ok || context.clock.now() >= deadline) return { kind, subject, ...last }
    await context.clock.sleep(500, context.signal)
  }
}

export const sum = (values: Iterable<bigint | number>): number => [...values].reduce<number>((total, value) => total + Number(value), 0)

export const count = (value: number): string => value.toLocaleString('en-US')

/** Objects of one kind that the operator says it made. */
export function resourcesOf(context: CheckContext, kind: string): { name: string; id?: string | undefined }[] {
  return (context.pipeline.status?.resources ?? []).filter((resource) => resource.kind === kind)
}
