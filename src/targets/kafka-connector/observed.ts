/** A KafkaConnector in the shape of a declared connector, and how it is. */
import type { Observed, ResourceSpecs } from '../../plan/index.ts'
import { type ConnectorHealth, healthOf, withoutSecrets } from '../connect/index.ts'
import { ownerIn } from '../mark.ts'
import { conditionOf, declaredNameOf, type KafkaConnector, PAUSE_RECONCILIATION } from './objects.ts'

type ConnectorSpec = ResourceSpecs['Connector']

/** `typeOfClass`: source or sink, as the installed plugins say. */
export function observedKafkaConnector(connector: KafkaConnector, typeOfClass: ReadonlyMap<string, string>): Observed<'Connector'> {
  const name = declaredNameOf(connector)
  const owner = ownerIn({ ...connector.metadata.annotations, ...connector.metadata.labels })
  const { health, reason, message } = healthOfObject(connector)
  return {
    id: `Connector/${name}`,
    kind: 'Connector',
    name,
    ...(owner ? { owner } : {}),
    spec: {
      direction: directionOf(connector, typeOfClass),
      config: withoutSecrets(configOf(connector), owner !== undefined),
      secrets: [],
      state: declaredState(connector),
      scheduled: false,
      autoRestart: false,
    },
    backendId: connector.metadata.name,
    health,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message: withoutValues(message, connector) }),
  }
}

/** With the keys that Strimzi has taken out of the config. */
export function configOf({ spec }: KafkaConnector): Record<string, string> {
  const config: Record<string, string> = {}
  for (const [key, value] of Object.entries(spec.config ?? {})) if (value !== null && value !== undefined) config[key] = String(value)
  if (spec.class !== undefined) config['connector.class'] = spec.class
  if (spec.tasksMax !== undefined) config['tasks.max'] = String(spec.tasksMax)
  if (spec.version !== undefined) config['connector.plugin.version'] = spec.version
  return config
}

function declaredState({ spec }: KafkaConnector): ConnectorSpec['state'] {
  if (spec.state !== undefined) return ({ running: 'RUNNING', paused: 'PAUSED', stopped: 'STOPPED' } as const)[spec.state]
  return spec.pause === true ? 'PAUSED' : 'RUNNING'
}

function directionOf(connector: KafkaConnector, typeOfClass: ReadonlyMap<string, string>): ConnectorSpec['direction'] {
  const type = connector.status?.connectorStatus?.type ?? typeOfClass.get(connector.spec.class ?? '')
  if (type !== undefined) return type === 'sink' ? 'sink' : 'source'
  // Before Strimzi has seen it: Connect starts no sink without topics.
  const { config } = connector.spec
  return config?.topics !== undefined || config?.['topics.regex'] !== undefined ? 'sink' : 'source'
}

/** Strimzi says NotReady=True of a connector that has failed, and has no Ready then. */
function healthOfObject(connector: KafkaConnector): ConnectorHealth {
  const { metadata, status } = connector
  if (metadata.deletionTimestamp) return { health: 'Pending', reason: 'Deleting', message: 'It is being deleted' }
  if (metadata.annotations[PAUSE_RECONCILIATION] === 'true')
    return { health: 'Pending', reason: 'Unmanaged', message: `Strimzi leaves it alone: it carries ${PAUSE_RECONCILIATION}: "true"` }
  if (status?.observedGeneration === undefined || status.observedGeneration !== metadata.generation)
    return { health: 'Pending', reason: 'Starting', message: 'Strimzi has not seen its last change yet' }
  const seen = status.connectorStatus && healthOf(status.connectorStatus)
  const wrong = conditionOf(connector, 'NotReady')
  if (wrong) return seen && seen.health !== 'Ready' && seen.health !== 'Pending' ? seen : refusal(wrong)
  if (!conditionOf(connector, 'Ready') || !seen || !status.connectorStatus) return healthOf(undefined)
  const [wanted, is] = [declaredState(connector), status.connectorStatus.connector.state]
  if (seen.health === 'Ready' && wanted !== is) return { health: 'Pending', reason: 'Starting', message: `The connector is ${is}, and becomes ${wanted}` }
  return seen
}

function refusal({ reason, message }: { reason?: string | undefined; message?: string | undefined }): ConnectorHealth {
  const text = `Strimzi: ${message ?? reason ?? 'it is not ready'}`.slice(0, 400)
  if (/\b409\b/.test(text)) return { health: 'Pending', reason: 'Rebalancing', message: text }
  // Nobody could ask for a validation before: this is how Connect's own check is told of.
  if (reason === 'ConnectRestException' && /\b400\b/.test(text)) return { health: 'Failed', reason: 'ConnectorConfigInvalid', message: text }
  return { health: 'Failed', reason: 'Failed', message: text }
}

/** What Strimzi says of one that is not ready, without the values of Secrets. */
export function refusalOf(connector: KafkaConnector): string | undefined {
  const wrong = conditionOf(connector, 'NotReady')
  return wrong && withoutValues(refusal(wrong).message ?? '', connector)
}

/** Connect repeats values of a config that it refuses; those of Secrets are not for everybody. */
function withoutValues(message: string, connector: KafkaConnector): string {
  const config = configOf(connector)
  const shown = withoutSecrets(config, ownerIn({ ...connector.metadata.annotations, ...connector.metadata.labels }) !== undefined)
  const hidden = Object.entries(config).flatMap(([key, value]) => (value !== '' && shown[key] !== value ? [value] : []))
  return hidden.reduce((text, value) => text.replaceAll(value, '***'), message)
}

/** How a declared connector stands in a KafkaConnector. */
export function specOf(spec: ConnectorSpec, values: Readonly<Record<string, string>>): Record<string, unknown> {
  const { 'connector.class': className, 'tasks.max': tasksMax = '1', 'connector.plugin.version': version, name: _, ...config } = { ...spec.config, ...values }
  return {
    class: className,
    tasksMax: Number(tasksMax),
    ...(version === undefined ? {} : { version }),
    config,
    state: { RUNNING: 'running', PAUSED: 'paused', STOPPED: 'stopped' }[spec.state],
  }
}
