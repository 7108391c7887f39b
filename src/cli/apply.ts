/** `kubectl apply` for the kinds that the commands handle. */

import { PIPELINE, PLATFORM } from '../api/index.ts'
import { UserError } from '../console/index.ts'
import type { KubeApi, KubeObject, KubeResource } from '../ports/index.ts'

const KINDS: readonly KubeResource[] = [
  PIPELINE,
  PLATFORM,
  { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' },
  { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
  { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnects', kind: 'KafkaConnect' },
]

function resourceOf(object: KubeObject): KubeResource {
  const found = KINDS.find((resource) => resource.kind === object.kind)
  if (!found) throw new UserError(`${object.kind} ${object.metadata.name}: this command handles ${KINDS.map(({ kind }) => kind).join(', ')}.`)
  return found
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Server-side apply, as the field manager `clickstream-cli`; a later plain `kubectl apply` finds what it looks for. */
export async function apply(kube: KubeApi, namespace: string, object: KubeObject): Promise<KubeObject> {
  const where = object.metadata.namespace ?? namespace
  const plain = { ...object, metadata: { ...object.metadata, namespace: where } }
  // What stands in a Secret has no place in an annotation.
  const body =
    object.kind === 'Secret'
      ? plain
      : { ...plain, metadata: { ...plain.metadata, annotations: { ...plain.metadata.annotations, [LAST_APPLIED]: JSON.stringify(plain) } } }
  return kube.patch(resourceOf(object), where, object.metadata.name, { type: 'apply', body, fieldManager: 'clickstream-cli', force: true })
}
