/** The statuses that Strimzi writes, and whether they say anything new. */
import { isDeepStrictEqual } from 'node:util'
import type { KubeApi, KubeResource } from '../../../ports/index.ts'
import { type AutoRestart, ConnectorError, isPaused, type KafkaConnector } from './objects.ts'
import type { RestStatus } from './rest.ts'

export interface Condition {
  readonly type: string
  readonly status: string
  readonly lastTransitionTime: string
  readonly reason?: string
  readonly message?: string
}

export const warning = (reason: string, message: string, at: string): Condition => ({
  type: 'Warning',
  status: 'True',
  lastTransitionTime: at,
  reason,
  message,
})

/** One that is ready has no NotReady, and the other way round. */
export function readiness(error: { readonly reason: string; readonly message: string } | undefined, at: string): Condition {
  return { type: error ? 'NotReady' : 'Ready', status: 'True', lastTransitionTime: at, ...(error ? { reason: error.reason, message: error.message } : {}) }
}

export interface Reconciled {
  readonly connectorStatus: RestStatus
  readonly topics: readonly string[]
  readonly conditions: readonly Condition[]
  readonly autoRestart?: AutoRestart
}

export function connectorStatusAfter(connector: KafkaConnector, result: Reconciled | ConnectorError | undefined, at: string): Record<string, unknown> {
  if (isPaused(connector))
    return {
      observedGeneration: connector.status?.observedGeneration ?? 0,
      conditions: [{ type: 'ReconciliationPaused', status: 'True', lastTransitionTime: at }],
    }
  const observedGeneration = connector.metadata.generation
  if (result === undefined || result instanceof ConnectorError) return { observedGeneration, conditions: [readiness(result, at)], tasksMax: 0 }
  const { connectorStatus, topics, conditions, autoRestart } = result
  return {
    observedGeneration,
    conditions: [readiness(failureIn(connectorStatus), at), ...conditions],
    connectorStatus,
    tasksMax: connectorStatus.tasks.length,
    topics,
    ...(autoRestart ? { autoRestart } : {}),
  }
}

const failedTasks = (status: RestStatus) => status.tasks.filter(({ state }) => state === 'FAILED').map(({ id }) => id)
export const hasFailed = (status: RestStatus): boolean => status.connector.state === 'FAILED' || failedTasks(status).length > 0

function failureIn(status: RestStatus): { reason: string; message: string } | undefined {
  if (status.connector.state === 'FAILED') return { reason: 'Throwable', message: 'Connector has failed, see connectorStatus for more details.' }
  const tasks = failedTasks(status)
  if (tasks.length === 0) return undefined
  return { reason: 'Throwable', message: `The following tasks have failed: ${tasks.join(', ')}, see connectorStatus for more details.` }
}

/** Writes the status whole, unless it differs from the old one in times only. */
export async function writeStatus(
  kube: KubeApi,
  resource: KubeResource,
  object: { readonly metadata: { readonly namespace: string; readonly name: string }; readonly status?: Readonly<Record<string, unknown>> | undefined },
  status: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const before = object.status ?? {}
  if (isDeepStrictEqual(withoutTimes(before), withoutTimes(status))) return
  const gone = Object.fromEntries(Object.keys(before).flatMap((key) => (key in status ? [] : [[key, null]])))
  // A merge would mix the old map of Connect with the new one.
  const { namespace, name } = object.metadata
  const nested = { ...nulls(before.connectorStatus, status.connectorStatus), ...(status.connectorStatus as object | undefined) }
  const body = { status: { ...gone, ...status, ...('connectorStatus' in status ? { connectorStatus: nested } : {}) } }
  await kube.patch(resource, namespace, name, { type: 'merge', body, subresource: 'status' }, signal)
}

function nulls(before: unknown, after: unknown): Record<string, null> {
  const keys = Object.keys((before as object | undefined) ?? {}).filter((key) => !(key in ((after as object | undefined) ?? {})))
  return Object.fromEntries(keys.map((key) => [key, null]))
}

function withoutTimes(status: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(status, (key, value) => (key === 'lastTransitionTime' ? undefined : value)))
}
