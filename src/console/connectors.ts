/** The connectors of a platform, whichever way they are made: over Kafka Connect's REST API, or as KafkaConnector objects. */
import { type ClickstreamPlatform, kafkaConnectOf } from '../api/index.ts'
import type { HttpClient, KubeApi } from '../ports/index.ts'
import { type ConnectorStatus, listConnectors, listKafkaConnectors } from '../targets/index.ts'

export interface ConnectorView {
  /** As declared. */
  readonly name: string
  /** What Kafka Connect calls it, and its consumer group after `connect-`. */
  readonly connector: string
  /** Empty: not known yet. */
  readonly type: string
  readonly config: Readonly<Record<string, string>>
  /** Those that a sink reads, or the one that a generator fills. */
  readonly topics: readonly string[]
  readonly state: string
  readonly tasks: readonly { readonly id: number; readonly state: string; readonly error?: string }[]
  /** The first line of why it, or one of its tasks, does not run. */
  readonly error?: string
}

export type ReadConnectors = (signal?: AbortSignal) => Promise<ConnectorView[]>

export function connectorsOver(http: HttpClient): ReadConnectors {
  return async (signal) =>
    Object.entries(await listConnectors(http, signal)).map(([name, { info, status }]) => {
      const config = Object.fromEntries(Object.entries(info?.config ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
      return view({ name, connector: name, type: info?.type, config, status })
    })
}

export function connectorsIn(kube: KubeApi, platform: ClickstreamPlatform): ReadConnectors {
  const { namespace, name: cluster } = kafkaConnectOf(platform)!
  return async (signal) => (await listKafkaConnectors(kube, { namespace, cluster }, signal)).map(view)
}

function view(seen: {
  readonly name: string
  readonly connector: string
  readonly type?: string | undefined
  readonly config: Readonly<Record<string, string>>
  readonly status?: ConnectorStatus | undefined
  readonly refusal?: string | undefined
}): ConnectorView {
  const { config, status } = seen
  const tasks = (status?.tasks ?? []).map(({ id, state, trace }) => ({ id, state, ...(trace ? { error: firstLine(trace) } : {}) }))
  const trace = status?.connector.trace
  const error = trace ? firstLine(trace) : (tasks.find((task) => task.error)?.error ?? seen.refusal)
  return {
    name: seen.name,
    connector: seen.connector,
    type: seen.type ?? status?.type ?? '',
    config,
    topics: (config.topics ?? config['kafka.topic'] ?? '').split(',').flatMap((topic) => (topic.trim() === '' ? [] : [topic.trim()])),
    state: status?.connector.state ?? 'UNASSIGNED',
    tasks,
    ...(error === undefined ? {} : { error }),
  }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
