/** The graph of a pipeline of the cluster, compiled as the operator compiles it. */
import type { ClickstreamPipeline, ClickstreamPlatform } from '../api/index.ts'
import { References } from '../controller/index.ts'
import { type Compiled, compilePipeline, configMapRefs } from '../plan/index.ts'
import { type KubeApi, systemClock } from '../ports/index.ts'

export async function compileFrom(kube: KubeApi, pipeline: ClickstreamPipeline, platform: ClickstreamPlatform): Promise<Compiled> {
  const configMaps = await readConfigMaps(new References(kube, systemClock), pipeline)
  return compilePipeline({ pipeline, platform, configMaps, facts: { now: systemClock.now() } })
}

/** `NAME/KEY` -> text; one that does not exist is left out, and the compiler says so. */
export async function readConfigMaps(references: References, pipeline: ClickstreamPipeline): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const { name, key } of configMapRefs(pipeline)) {
    const text = (await references.configMap(pipeline.metadata.namespace ?? 'default', name))?.data[key]
    if (text !== undefined) texts.set(`${name}/${key}`, text)
  }
  return texts
}
