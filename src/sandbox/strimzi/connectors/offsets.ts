/** The annotation strimzi.io/connector-offsets: list into a ConfigMap, alter from one, reset. */
import type { KubeApi } from '../../../ports/index.ts'
import { configMaps, type KafkaConnector, OFFSETS } from './objects.ts'
import type { ConnectRest } from './rest.ts'
import { type Condition, warning } from './status.ts'

const ENTRY = 'offsets.json'

/** What could not be done, for the conditions; tried again at the next reconcile. `done`: the annotation is to go. */
export interface OffsetsOutcome {
  readonly done: boolean
  readonly conditions: readonly Condition[]
}

export async function manageOffsets(connector: KafkaConnector, rest: ConnectRest, kube: KubeApi, at: string): Promise<OffsetsOutcome> {
  const asked = connector.metadata.annotations[OFFSETS]
  if (asked === undefined) return { done: false, conditions: [] }
  const failed = (reason: string, message: string): OffsetsOutcome => ({ done: false, conditions: [warning(reason, message, at)] })
  const tried = async (reason: string, verb: string, work: () => Promise<void>): Promise<OffsetsOutcome> => {
    try {
      await work()
      return { done: true, conditions: [] }
    } catch (error) {
      return failed(reason, `Encountered error ${verb} connector offsets. ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const { name } = connector.metadata
  switch (asked) {
    case 'list': {
      const target = connector.spec?.listOffsets
      if (!target) return failed('ListOffsets', 'Failed to list the connector offsets due to missing property listOffsets in KafkaConnector CR.')
      return await tried('ListOffsets', 'listing', async () => await writeOffsets(connector, target.toConfigMap.name ?? '', await rest.offsets(name), kube))
    }
    case 'alter': {
      const origin = connector.spec?.alterOffsets
      if (!origin) return failed('AlterOffsets', 'Failed to alter the connector offsets due to missing property alterOffsets in KafkaConnector CR.')
      return await tried('AlterOffsets', 'altering', async () => {
        await requireStopped(name, rest)
        await rest.alterOffsets(name, await readOffsets(connector, origin.fromConfigMap.name ?? '', kube))
      })
    }
    case 'reset':
      return await tried('ResetOffsets', 'resetting', async () => {
        await requireStopped(name, rest)
        await rest.resetOffsets(name)
      })
    default:
      return failed('ManageOffsets', `Encountered error getting connector offsets annotation. Invalid value ${asked}`)
  }
}

async function requireStopped(name: string, rest: ConnectRest): Promise<void> {
  if ((await rest.status(name)).connector.state !== 'STOPPED') throw new Error('Connector is not in STOPPED state')
}

async function writeOffsets(connector: KafkaConnector, name: string, offsets: unknown, kube: KubeApi): Promise<void> {
  const { namespace, labels, name: owner, uid } = connector.metadata
  const data = { [ENTRY]: JSON.stringify(offsets, undefined, 2) }
  if (await kube.get(configMaps, namespace, name)) {
    await kube.patch(configMaps, namespace, name, { type: 'merge', body: { metadata: { labels }, data } })
    return
  }
  const ownerReferences = [{ apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaConnector', name: owner, uid, controller: false, blockOwnerDeletion: false }]
  await kube.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels, ownerReferences }, data })
}

async function readOffsets(connector: KafkaConnector, name: string, kube: KubeApi): Promise<unknown> {
  const { namespace } = connector.metadata
  const object = await kube.get(configMaps, namespace, name)
  const fault = 'Encountered error fetching offsets to use in alter operation.'
  if (!object) throw new Error(`${fault} ConfigMap ${namespace}/${name} does not exist.`)
  const text = (object.data as Record<string, string> | undefined)?.[ENTRY]
  if (text === undefined) throw new Error(`${fault} Data field ${ENTRY} is missing.`)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`Failed to parse contents of ${ENTRY} as JSON: ${String(error)}`)
  }
}
