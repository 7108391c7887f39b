/** What a pipeline refers to in its namespace: read it, watch it, and hand it to compilePipeline. */
import type { ClickstreamPipeline, ClickstreamPlatform } from '../api/index.ts'

export interface ConfigMapRef {
  readonly name: string
  readonly key: string
  /** Of the field: `spec.statements[0].configMapRef`. */
  readonly path: string
}

export function configMapRefs(pipeline: ClickstreamPipeline): readonly ConfigMapRef[] {
  const refs: ConfigMapRef[] = []
  for (const list of ['statements', 'dashboards'] as const) {
    for (const [index, entry] of pipeline.spec[list].entries()) {
      if (entry.configMapRef) refs.push({ ...entry.configMapRef, path: `spec.${list}[${index}].configMapRef` })
    }
  }
  return refs
}

/** What is handed on to a connector's config or a data source; `kind` ConfigMap: certificates of authorities. */
export interface HandedOn {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly namespace: string
  readonly name: string
}

/** In CompileFacts.secretVersions. */
export const versionKey = ({ kind, namespace, name }: HandedOn): string => `${kind === 'ConfigMap' ? 'ConfigMap ' : ''}${namespace}/${name}`

/** Secrets whose values reach a connector's config or a data source, and what holds certificates for them. */
export function secretRefs(pipeline: ClickstreamPipeline, platform: ClickstreamPlatform): readonly HandedOn[] {
  const refs = new Map<string, HandedOn>()
  const add = (namespace: string, name: string | undefined, kind: HandedOn['kind'] = 'Secret') => {
    if (name === undefined) return
    const ref = { kind, namespace, name }
    refs.set(versionKey(ref), ref)
  }
  const own = pipeline.metadata.namespace ?? 'default'
  for (const { connector } of [...pipeline.spec.sources, ...pipeline.spec.sinks])
    for (const { secretKeyRef } of connector?.configFrom ?? []) add(own, secretKeyRef.name)
  const shared = platform.metadata.namespace ?? 'default'
  for (const client of Object.values(platform.spec.elasticsearch.clients ?? {})) {
    add(shared, client?.secretRef?.name)
    add(shared, client?.caRef?.name, client?.caRef?.kind)
  }
  return [...refs.values()]
}
