/** Names that users, the API server and the backends see. They never change once released. */
export const GROUP = 'clickstream.dev'
export const VERSION = 'v1alpha1'
export const API_VERSION = `${GROUP}/${VERSION}`

export const PIPELINE = { group: GROUP, version: VERSION, plural: 'clickstreampipelines', kind: 'ClickstreamPipeline' } as const
export const PLATFORM = { group: GROUP, version: VERSION, plural: 'clickstreamplatforms', kind: 'ClickstreamPlatform' } as const

/** Prefix of every label, annotation and config key that marks an object as the operator's. */
export const MARK_PREFIX = `${GROUP}/`
/** Value `NAMESPACE.PIPELINE`, or `_` for the dot where the place forbids it. */
export const MARKS = {
  namespace: `${MARK_PREFIX}namespace`,
  pipeline: `${MARK_PREFIX}pipeline`,
  hash: `${MARK_PREFIX}hash`,
  /** Annotation of a KafkaConnector: the declared name, where no Kubernetes object can have it. */
  connector: `${MARK_PREFIX}connector`,
  /** Label of a ledger's ConfigMap. */
  ledgerOf: `${MARK_PREFIX}ledger-of`,
} as const

export const FINALIZERS = { pipeline: `${MARK_PREFIX}pipeline`, platform: `${MARK_PREFIX}platform` } as const

/** Annotations that a user may set. */
export const ANNOTATIONS = {
  /** `true`: a pipeline being deleted is released although a backend cannot be reached; an event says what stays. */
  forceRemoval: `${MARK_PREFIX}force-removal`,
  /** Any new value: reconcile now. */
  reconcileAt: `${MARK_PREFIX}reconcile-at`,
} as const

/** Manager of the fields that the operator applies; also the reporting component of its events. */
export const OPERATOR = 'clickstream-operator'

/** Generated names of connectors, templates and data source titles. */
export function generatedName(namespace: string, pipeline: string, name: string): string {
  return `${namespace}.${pipeline}.${name}`
}
