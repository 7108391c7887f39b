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

/** Secrets whose values reach a connector's config or a data source. */
export function secretRefs(pipeline: ClickstreamPipeline, platform: ClickstreamPlatform): readonly { readonly namespace: string; readonly name: string }[] {
  const refs = new Map<string, { namespace: string; name: string }>()
  const add = (namespace: string, name: string | undefined) => {
    if (name !== undefined) refs.set(`${namespace}/${name}`, { namespace, name })
  }
  const own = pipeline.metadata.namespace ?? 'default'
  for (const { connector } of [...pipeline.spec.sources, ...pipeline.spec.sinks])
    for (const { secretKeyRef } of connector?.configFrom ?? []) add(own, secretKeyRef.name)
  const clients = platform.spec.elasticsearch.clients
  const shared = platform.metadata.namespace ?? 'default'
  add(shared, clients?.connect?.secretRef?.name)
  add(shared, clients?.grafana?.secretRef?.name)
  return [...refs.values()]
}
