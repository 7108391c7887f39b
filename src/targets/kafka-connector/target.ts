/**
 * Connectors by Strimzi: KafkaConnector objects beside a KafkaConnect, which its operator turns into connectors. Kafka Connect
 * itself is never spoken to: Strimzi closes its REST API to others, and deletes what was made there.
 */
import { OPERATOR } from '../../api/index.ts'
import { type Action, connectorObjectName, type Desired, type Finding, type LedgerEntry, type Owner, placeOf, type ResourceId } from '../../plan/index.ts'
import { type Clock, Failure, type KafkaClient, type KubeApi, type KubeResource } from '../../ports/index.ts'
import { createRestarts, missingClass, refuseUnsafeSecret } from '../connect/index.ts'
import { type ReferenceReader, readSecretValues } from '../credentials.ts'
import { marksOf, ownerIn, sameOwner } from '../mark.ts'
import { sinkProgress } from '../offsets.ts'
import { CLUSTER_LABEL, listAll, ringAtChanges, STRIMZI_GROUP, strimziVersion } from '../strimzi-api.ts'
import type { Applied, Target } from '../target.ts'
import { reportOf, usableCluster } from './cluster.ts'
import { declaredNameOf, type KafkaConnector, MARK, OFFSETS, PAUSE_RECONCILIATION, readKafkaConnector } from './objects.ts'
import { observedKafkaConnector, specOf } from './observed.ts'
import { nextRemovalStep, OFFSETS_ASKED } from './removal.ts'
import { restartAnnotation } from './restart.ts'

export interface KafkaConnectorOptions {
  readonly kube: KubeApi
  /** For the lag of sinks. */
  readonly kafka: KafkaClient
  readonly clock: Clock
  /** Of the KafkaConnect and its KafkaConnectors. */
  readonly namespace: string
  /** Name of the KafkaConnect. */
  readonly cluster: string
  /** For secrets that stand in clear, where the platform allows it, and for authorities. */
  readonly references: ReferenceReader
  /** The platform lets connectors have configs that reach around it. Default: no. */
  readonly allowUnsafeConfig?: boolean
}

export function createKafkaConnectorTarget(options: KafkaConnectorOptions): Target {
  const { kube, kafka, clock, namespace, cluster } = options
  const where = { namespace, labelSelector: `${CLUSTER_LABEL}=${cluster}` }
  const restarts = createRestarts(clock)
  let version: string | undefined
  /** As seen last: the KafkaConnect says it, not the KafkaConnector. */
  let typeOfClass: ReadonlyMap<string, string> = new Map()

  async function resource(plural: string, kind: string, signal: AbortSignal): Promise<KubeResource> {
    version ??= await strimziVersion(kube, signal)
    return { group: STRIMZI_GROUP, version, plural, kind }
  }
  const connectors = (signal: AbortSignal) => resource('kafkaconnectors', 'KafkaConnector', signal)

  async function usable(signal: AbortSignal) {
    const connect = await usableCluster(kube, await resource('kafkaconnects', 'KafkaConnect', signal), options, signal)
    typeOfClass = new Map((connect.status?.connectorPlugins ?? []).map((plugin) => [plugin.class, plugin.type]))
    return connect
  }

  async function list(signal: AbortSignal): Promise<KafkaConnector[]> {
    return (await listAll(kube, await connectors(signal), where, signal)).flatMap((object) => readKafkaConnector(object) ?? [])
  }

  /** By the declared name. Undefined: there is none. */
  async function find(name: string, signal: AbortSignal): Promise<KafkaConnector | undefined> {
    const object = await kube.get(await connectors(signal), namespace, connectorObjectName(name), signal)
    if (!object) return undefined
    const connector = readKafkaConnector(object)
    if (!connector) throw new Failure('Retry', 'UnexpectedAnswer', `KafkaConnector ${namespace}/${object.metadata.name} has a form that is not known`)
    return connector
  }

  async function merge(objectName: string, body: unknown, signal: AbortSignal): Promise<void> {
    await kube.patch(await connectors(signal), namespace, objectName, { type: 'merge', body }, signal)
  }

  async function put(desired: Desired<'Connector'>, existing: KafkaConnector | undefined, owner: Owner, signal: AbortSignal): Promise<void> {
    const kind = await connectors(signal)
    const name = connectorObjectName(desired.name)
    const secret = await readSecretValues(options.references, desired.spec.secrets, signal)
    if (!options.allowUnsafeConfig) refuseUnsafeSecret(desired, secret)
    const body = {
      apiVersion: `${kind.group}/${kind.version}`,
      kind: kind.kind,
      metadata: {
        name,
        namespace,
        labels: { [CLUSTER_LABEL]: cluster, ...marksOf(owner) },
        ...(name === desired.name ? {} : { annotations: { [MARK]: desired.name } }),
        // What was looked at is what is changed.
        ...(existing?.metadata.uid ? { uid: existing.metadata.uid } : {}),
      },
      spec: specOf(desired.spec, secret),
    }
    if (!existing) {
      await kube.create(kind, body, signal)
      return
    }
    const applied = await kube.patch(kind, namespace, name, { type: 'apply', body, fieldManager: OPERATOR, force: true }, signal)
    const stale = leftovers(readKafkaConnector(applied), body.spec)
    if (stale) await merge(name, stale, signal)
  }

  async function restartFailed(name: string, signal: AbortSignal): Promise<Applied> {
    const connector = await find(name, signal)
    const annotation = connector && restartAnnotation(connector, (part) => restarts.due(`${name}/${part}`))
    if (connector && annotation) await merge(connector.metadata.name, { metadata: { annotations: Object.fromEntries([annotation]) } }, signal)
    return { backendId: connectorObjectName(name), pending: true }
  }

  return {
    backend: 'connect',
    kinds: ['Connector'],

    async probe(signal) {
      return reportOf(await usable(signal))
    },

    async observe(signal) {
      // KafkaConnectors say nothing of a KafkaConnect that no longer looks after them.
      await usable(signal)
      return (await list(signal)).map((connector) => {
        const observed = observedKafkaConnector(connector, typeOfClass)
        const parts = ['connector', ...(connector.status?.connectorStatus?.tasks ?? []).map(({ id }) => String(id))]
        if (observed.health === 'Ready') for (const part of parts) restarts.forget(`${observed.name}/${part}`)
        return observed
      })
    },

    async doorbell(ring, signal) {
      await ringAtChanges(kube, await connectors(signal), where, ring, signal)
    },

    async check(desired, signal) {
      await usable(signal)
      return (desired as readonly Desired<'Connector'>[]).flatMap((node) => {
        const { 'connector.class': className = '', 'tasks.max': tasksMax = '1' } = node.spec.config
        return [
          ...(typeOfClass.has(className) ? [] : [missingClass(node, className, [...typeOfClass.keys()])]),
          ...(/^[1-9]\d*$/.test(tasksMax) ? [] : [notANumber(node, tasksMax)]),
        ]
      })
    },

    async apply(action: Action, owner, signal) {
      const desired = action.desired as Desired<'Connector'>
      if (action.rule === 'Failed') return await restartFailed(desired.name, signal)
      const existing = await find(desired.name, signal)
      // The ledger knows that it is ours where somebody has taken our labels away.
      if (existing) refuseForeign(existing, desired.name, owner, action.class !== 'Create' || action.entry?.phase === 'done')
      await put(desired, existing, owner, signal)
      return { backendId: connectorObjectName(desired.name), pending: true }
    },

    async remove(entry: LedgerEntry, owner, signal) {
      const connector = await find(entry.name, signal)
      const marked = connector && ownerOf(connector)
      // Somebody else made a connector under this name meanwhile: it is not ours to delete.
      if (!connector || !marked || !sameOwner(marked, owner)) return {}
      const { name, uid } = connector.metadata
      const step = nextRemovalStep(connector, entry.onRemove === 'delete')
      if (step.kind === 'stuck') throw new Failure('Wait', 'Pending', `The offsets of connector ${entry.name}: ${step.message}`.slice(0, 400))
      if (step.kind === 'patch') await merge(name, step.body, signal)
      if (step.kind === 'delete') await kube.delete(await connectors(signal), namespace, name, uid ? { uid } : {}, signal)
      return { pending: (await find(entry.name, signal)) !== undefined }
    },

    async progress(ids: readonly ResourceId[], signal) {
      const all = (await list(signal)).map((connector) => ({
        id: `Connector/${declaredNameOf(connector)}`,
        connector: connector.metadata.name,
        topics: connector.spec.config?.topics === undefined ? undefined : String(connector.spec.config.topics),
      }))
      return await sinkProgress(
        kafka,
        all.filter(({ id }) => ids.includes(id)),
      )
    },
  }
}

const ownerOf = ({ metadata }: KafkaConnector): Owner | undefined => ownerIn({ ...metadata.annotations, ...metadata.labels })

/** What others have put there stays with server-side apply; undefined: there is nothing. */
function leftovers(connector: KafkaConnector | undefined, spec: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  if (!connector) return undefined
  const nothing = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]))
  const config = Object.keys(connector.spec.config ?? {}).filter((key) => !(key in (spec.config as object)))
  const fields = ['pause', 'version'].filter((key) => connector.spec[key] !== undefined && spec[key] === undefined)
  const annotations = [PAUSE_RECONCILIATION, OFFSETS, OFFSETS_ASKED].filter((key) => connector.metadata.annotations[key] !== undefined)
  if (config.length + fields.length + annotations.length === 0) return undefined
  return { metadata: { annotations: nothing(annotations) }, spec: { ...nothing(fields), config: nothing(config) } }
}

function refuseForeign(connector: KafkaConnector, declared: string, owner: Owner, known: boolean): void {
  const { name } = connector.metadata
  const marked = ownerOf(connector)
  const other = marked && sameOwner(marked, owner) && declaredNameOf(connector) !== declared
  if (!other && (marked ? sameOwner(marked, owner) : known)) return
  const whose = other
    ? `is connector ${declaredNameOf(connector)} of this pipeline`
    : marked
      ? `belongs to pipeline ${marked.namespace}/${marked.pipeline}`
      : 'was made by somebody else'
  throw new Failure('Stall', 'OwnedByAnother', `KafkaConnector ${name} of connector ${declared} ${whose}`)
}

function notANumber(node: Desired<'Connector'>, tasksMax: string): Finding {
  return {
    severity: 'error',
    reason: 'ConnectorConfigInvalid',
    ...placeOf(node, 'tasks.max'),
    message: `tasks.max of connector ${node.name} is ${tasksMax}, which is no number of tasks`,
    mend: 'Write a whole number of at least 1.',
  }
}
