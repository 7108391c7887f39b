/** What a failure leaves behind beside the logs: the Kubernetes objects as they were when it happened. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { PIPELINE, PLATFORM } from '../src/api/index.ts'
import type { KubeApi, KubeResource } from '../src/ports/index.ts'
import { LOGS } from './logs.ts'

/** No Secrets. */
const KINDS: readonly KubeResource[] = [
  PLATFORM,
  PIPELINE,
  { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' },
  { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnectors', kind: 'KafkaConnector' },
  { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnects', kind: 'KafkaConnect' },
  { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
  { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease' },
  { group: '', version: 'v1', plural: 'events', kind: 'Event' },
]
/** Later failures of a suite mostly follow from the first. */
const AT_MOST = 5

const watched = new Set<KubeApi>()
const writing = new Set<Promise<void>>()
let kept = 0

/** From now on a failure keeps the objects of this API server, until what is returned is called. */
export function watchForFailures(kube: KubeApi): () => Promise<void> {
  watched.add(kube)
  return async () => {
    await Promise.all(writing)
    watched.delete(kube)
  }
}

/** Called when a test or hook has failed. */
export function keepObjects(title: string): void {
  if (kept >= AT_MOST) return
  for (const kube of watched) {
    const file = join(LOGS, `objects-${++kept}.yaml`)
    const written = keep(kube, title, file).finally(() => writing.delete(written))
    writing.add(written)
  }
}

async function keep(kube: KubeApi, title: string, file: string): Promise<void> {
  const parts = await Promise.all(
    KINDS.map(async (resource) => {
      try {
        const { items } = await kube.list(resource, {})
        return items.map((item) => stringify(withoutManagedFields(item)))
      } catch (error) {
        return [`# ${resource.plural} could not be listed: ${error instanceof Error ? error.message : String(error)}\n`]
      }
    }),
  )
  await writeFile(file, `# ${title}\n${parts.flat().join('---\n')}`)
}

function withoutManagedFields<T extends { readonly metadata: object }>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as { managedFields?: unknown }
  return { ...object, metadata }
}
