/** The state of one reconcile of one pipeline, which its steps fill in one after the other, and what they work with. */
import type { ClickstreamPipeline, ClickstreamPlatform } from '../api/index.ts'
import type { Action, Compiled, Finding, Flow, Observed, Owner, Plan, Summary } from '../plan/index.ts'
import type { Clock, Failure, KubeApi, KubeObject, Logger } from '../ports/index.ts'
import type { AttemptMemory } from './attempts.ts'
import type { CheckMemory } from './checks.ts'
import type { EventWriter } from './events.ts'
import type { LedgerFile } from './ledger.ts'
import type { Memo } from './memo.ts'
import type { Metrics } from './metrics.ts'
import type { Platforms } from './platforms.ts'
import type { References } from './references.ts'
import type { Session } from './session.ts'
import type { Watched } from './watched.ts'

/** What lasts longer than one reconcile. */
export interface Services {
  readonly kube: KubeApi
  readonly clock: Clock
  readonly log: Logger
  readonly events: EventWriter
  readonly metrics: Metrics
  readonly references: References
  readonly pipelines: Watched
  readonly platforms: Platforms
  readonly checks: CheckMemory
  readonly memo: Memo
  readonly attempts: AttemptMemory
  /** uid of a pipeline -> its ledger, once read. */
  readonly ledgers: Map<string, LedgerFile>
}

export interface Run {
  readonly key: string
  readonly owner: Owner
  readonly signal: AbortSignal
  /** True as soon as the operator is to stop: no further action begins. */
  readonly stopping: () => boolean
  object: KubeObject
  pipeline?: ClickstreamPipeline
  platform?: ClickstreamPlatform
  session?: Session | undefined
  ledger?: LedgerFile
  configMaps: ReadonlyMap<string, string>
  secretVersions: ReadonlyMap<string, string>
  compiled?: Compiled
  observed?: readonly Observed[]
  plan?: Plan
  findings: Finding[]
  /** Actions that were done in this run. */
  done: { readonly action: Action; readonly pending: boolean }[]
  /** Actions that wait for others, or for a backend. */
  held: Action[]
  failures: Failure[]
  summary?: Summary
  flow?: Flow
  /** Look again after so many milliseconds, the least of all wishes. */
  againMs?: number
  /** The backends have not been looked at yet, or not since the last write: what the status says still holds. */
  blind?: boolean
  /** The object has been released: there is no status to write any more. */
  released?: boolean
}

/** `stop`: the steps after it have nothing to do. A Failure that is thrown stops as well. */
export type Step = (run: Run, services: Services) => Promise<'next' | 'stop'>

export function lookAgain(run: Run, ms: number): void {
  run.againMs = Math.min(run.againMs ?? Number.POSITIVE_INFINITY, Math.max(0, ms))
}

/** One line for a status or an event: where, what, and the mend. */
export function findingText(finding: Finding): string {
  const place = finding.line === undefined ? finding.path : `${finding.path}:${finding.line}:${finding.column ?? 1}`
  return `${place}: ${finding.message}${finding.mend ? ` (${finding.mend})` : ''}`
}
