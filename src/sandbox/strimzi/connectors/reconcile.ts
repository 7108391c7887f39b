/** What Strimzi does with one KafkaConnector: make Connect's connector equal to it, do what annotations ask for, tell how it is. */
import type { Clock, KubeApi, Logger } from '../../../ports/index.ts'
import { decideAutoRestart } from './auto-restart.ts'
import { ConnectorError, configOf, type KafkaConnector, kafkaConnectors, OFFSETS, RESTART, RESTART_TASK } from './objects.ts'
import { manageOffsets } from './offsets.ts'
import type { ConnectRest, RestStatus } from './rest.ts'
import { type Condition, hasFailed, type Reconciled, warning } from './status.ts'

export interface ReconcileContext {
  readonly kube: KubeApi
  readonly clock: Clock
  readonly log: Logger
  readonly rest: ConnectRest
  readonly signal: AbortSignal
}

/** Throws a ConnectorError where Connect refuses. */
export async function reconcileConnector(connector: KafkaConnector, context: ReconcileContext): Promise<Reconciled> {
  const { rest, clock } = context
  const { name } = connector.metadata
  if (!connector.spec) throw new ConnectorError('InvalidResourceException', 'spec property is required')
  const wanted = configOf(connector.spec)
  const current = await rest.config(name)
  const conditions: Condition[] = []
  if (current === undefined || !sameConfig({ ...wanted, name }, current)) {
    await rest.putConfig(name, wanted)
    await setState(connector, await rest.status(name), rest)
  } else {
    await setState(connector, await rest.status(name), rest)
    conditions.push(...(await obeyAnnotations(connector, context)))
  }
  let status = await rest.status(name)
  const decision = decideAutoRestart(connector, hasFailed(status), clock.now())
  if (decision.restart) {
    await rest.restart(name, { includeTasks: true, onlyFailed: true })
    status = await rest.status(name)
  }
  return { connectorStatus: status, topics: await rest.topics(name), conditions, ...(decision.status ? { autoRestart: decision.status } : {}) }
}

function sameConfig(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}

/** One that starts, or has failed, is left alone. */
async function setState(connector: KafkaConnector, status: RestStatus, rest: ConnectRest): Promise<void> {
  const target = ({ running: 'RUNNING', paused: 'PAUSED', stopped: 'STOPPED' } as const)[connector.spec!.state]
  const { state } = status.connector
  if (!['RUNNING', 'PAUSED', 'STOPPED'].includes(state) || state === target) return
  await rest.setState(connector.metadata.name, ({ RUNNING: 'resume', PAUSED: 'pause', STOPPED: 'stop' } as const)[target])
}

/** What was done is taken off; what could not be done stays, with a warning. */
async function obeyAnnotations(connector: KafkaConnector, context: ReconcileContext): Promise<Condition[]> {
  const { rest, kube, clock } = context
  const { name, annotations } = connector.metadata
  const at = new Date(clock.now()).toISOString()
  const offsets = await manageOffsets(connector, rest, kube, at)
  const conditions = [...offsets.conditions]
  const done = offsets.done ? [OFFSETS] : []
  const attempt = async (annotation: string, reason: string, what: string, work: () => Promise<void>) => {
    try {
      await work()
      done.push(annotation)
    } catch (error) {
      conditions.push(warning(reason, `Failed to restart ${what}. ${error instanceof Error ? error.message : String(error)}`, at))
    }
  }
  const restart = annotations[RESTART]
  if (restart !== undefined && restart !== 'false') {
    const asked = restart.split(',').map((word) => word.trim())
    if (asked.every((word) => ['true', 'includeTasks', 'onlyFailed'].includes(word)))
      await attempt(RESTART, 'RestartConnector', `connector ${name}`, () =>
        rest.restart(name, { includeTasks: asked.includes('includeTasks'), onlyFailed: asked.includes('onlyFailed') }),
      )
    else conditions.push(warning('RestartConnector', 'Invalid annotation format', at))
  }
  const task = annotations[RESTART_TASK]
  if (task !== undefined && /^\d+$/.test(task))
    await attempt(RESTART_TASK, 'RestartConnectorTask', `connector task ${name}:${task}`, () => rest.restartTask(name, Number(task)))
  if (done.length > 0) await takeOff(connector, done, context)
  return conditions
}

async function takeOff(connector: KafkaConnector, names: readonly string[], { kube, signal }: ReconcileContext): Promise<void> {
  const { namespace, name } = connector.metadata
  const body = { metadata: { annotations: Object.fromEntries(names.map((one) => [one, null])) } }
  await kube.patch(kafkaConnectors, namespace, name, { type: 'merge', body }, signal)
}
