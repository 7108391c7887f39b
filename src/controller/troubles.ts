/** What is wrong, or may surprise, as it is told in events: when it begins, not at every look. */
import type { PipelineStatus, Reason } from '../api/index.ts'
import { findingText, type Run } from './run.ts'

export interface Trouble {
  /** The same trouble has the same key, however its message is worded at the moment. */
  readonly key: string
  readonly reason: Reason
  readonly message: string
  /** It may surprise, but stops nothing. */
  readonly warns: boolean
}

export function troublesOf(run: Run): Trouble[] {
  const findings = run.findings.map((finding): Trouble => {
    const reason = (finding.reason === 'Drifted' ? 'DriftFound' : finding.reason) as Reason
    return { key: `${reason} ${finding.path}:${finding.line}:${finding.column}`, reason, message: findingText(finding), warns: finding.severity === 'warning' }
  })
  const failures = run.failures
    .filter((failure) => failure.class !== 'Wait')
    .map(({ reason, message }) => ({ key: reason, reason: reason as Reason, message, warns: false }))
  return [...findings, ...failures]
}

/** What the status tells already was told by the operator that ran before this one. */
export function toldBefore(run: Run, troubles: readonly Trouble[]): ReadonlySet<string> {
  const status = run.object.status as Partial<PipelineStatus> | undefined
  if (status?.observedGeneration !== run.object.metadata.generation) return new Set()
  const reasons = new Set(status?.conditions?.map(({ reason }) => reason))
  const shownAs = (reason: Reason) => (reason === 'DriftFound' ? ['Drifted', 'Missing'] : ['ValidWithWarnings'])
  const told = ({ reason, warns }: Trouble) => reasons.has(reason) || (warns && shownAs(reason).some((one) => reasons.has(one)))
  return new Set(troubles.filter(told).map(({ key }) => key))
}
