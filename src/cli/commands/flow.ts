/** `clickstream flow`: the way of the data through a pipeline, as a tree, as mermaid or as JSON. */
import { type ClickstreamPipeline, type ClickstreamPlatform, PIPELINE } from '../../api/index.ts'
import { References } from '../../controller/index.ts'
import { type Compiled, compilePipeline, configMapRefs } from '../../plan/index.ts'
import { type KubeApi, systemClock } from '../../ports/index.ts'
import { flowAsMermaid, flowAsText, flowOf } from '../flow/flow.ts'
import { formatFinding, print, printJson, UserError } from '../output.ts'
import { type ConnectionOptions, openKube, readPipeline, readPlatform } from '../session.ts'

export type FlowFormat = 'text' | 'mermaid' | 'json'

export async function flow(name: string | undefined, options: ConnectionOptions & { json?: boolean; output?: FlowFormat }): Promise<number> {
  const kube = openKube(options)
  const pipeline = await readPipeline(kube, options.namespace ?? 'default', name)
  const compiled = await compileFrom(kube, pipeline, await readPlatform(kube, pipeline))
  if (!compiled.graph) throw new UserError(`${PIPELINE.kind} ${pipeline.metadata.name} has errors:\n${compiled.findings.map(formatFinding).join('\n')}`)
  const found = flowOf(compiled)
  if (options.json || options.output === 'json') printJson(found)
  else print(options.output === 'mermaid' ? flowAsMermaid(found) : flowAsText(found))
  return 0
}

/** The graph of a pipeline of the cluster, as the operator would make it. */
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
