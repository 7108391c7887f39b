/** Strimzi's own restarts, where spec.autoRestart asks for them: after 0, 2, 6, 12, ... minutes, at most an hour apart. */
import type { AutoRestart, KafkaConnector } from './objects.ts'

const MINUTE_MS = 60_000
const waitMs = (restarts: number) => Math.min(restarts * restarts + restarts, 60) * MINUTE_MS

export interface AutoRestartDecision {
  readonly restart: boolean
  /** For the status; undefined: nothing to remember. */
  readonly status?: AutoRestart
}

/** `failed`: the connector, or one of its tasks. */
export function decideAutoRestart(connector: KafkaConnector, failed: boolean, now: number): AutoRestartDecision {
  const { autoRestart } = connector.spec ?? {}
  if (!autoRestart?.enabled) return { restart: false }
  const before = connector.status?.autoRestart
  const since = before?.lastRestartTimestamp === undefined ? Number.POSITIVE_INFINITY : now - Date.parse(before.lastRestartTimestamp)
  const count = before?.count ?? 0
  if (failed && count < (autoRestart.maxRestarts ?? Number.POSITIVE_INFINITY) && since >= waitMs(count))
    return { restart: true, status: { count: count + 1, connectorName: connector.metadata.name, lastRestartTimestamp: new Date(now).toISOString() } }
  // It has run for as long as the next restart would have waited: it is sound.
  if (!before || (!failed && since > waitMs(count))) return { restart: false }
  return { restart: false, status: before }
}
