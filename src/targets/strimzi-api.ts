/** What KafkaTopics and KafkaConnectors have in common. */
import { Failure, type KubeApi, type KubeObject, type KubeResource } from '../ports/index.ts'

export const STRIMZI_GROUP = 'kafka.strimzi.io'
/** Of a KafkaTopic: its Kafka; of a KafkaConnector: its KafkaConnect. */
export const CLUSTER_LABEL = 'strimzi.io/cluster'

const PAGE = 500
const WATCH_SECONDS = 300

/** Strimzi 1 serves only v1, older ones only v1beta2. */
export async function strimziVersion(kube: KubeApi, signal: AbortSignal): Promise<string> {
  const versions = await kube.groupVersions(STRIMZI_GROUP, signal)
  const version = ['v1', 'v1beta2'].find((known) => versions.includes(known))
  if (version) return version
  const found = versions.length > 0 ? `serves ${STRIMZI_GROUP} only as ${versions.join(', ')}` : `has no ${STRIMZI_GROUP} API: Strimzi is not installed`
  throw new Failure('Retry', versions.length > 0 ? 'UnsupportedVersion' : 'Unreachable', `The cluster ${found}`)
}

interface Where {
  readonly namespace: string
  readonly labelSelector?: string
}

export async function listAll(kube: KubeApi, resource: KubeResource, where: Where, signal: AbortSignal): Promise<KubeObject[]> {
  const found: KubeObject[] = []
  let next: string | undefined
  do {
    const page = await kube.list(resource, { ...where, limit: PAGE, ...(next ? { continue: next } : {}) }, signal)
    found.push(...page.items)
    next = page.continue
  } while (next)
  return found
}

/** Rings at every change; returns when the watch ends. */
export async function ringAtChanges(kube: KubeApi, resource: KubeResource, where: Where, ring: () => void, signal: AbortSignal): Promise<void> {
  const { resourceVersion } = await kube.list(resource, { ...where, limit: 1 }, signal)
  for await (const event of kube.watch(resource, { ...where, resourceVersion, timeoutSeconds: WATCH_SECONDS }, signal)) {
    if (event.type === 'ERROR') return
    if (event.type !== 'BOOKMARK') ring()
  }
}
