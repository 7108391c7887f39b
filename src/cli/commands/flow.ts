/** `clickstream flow`: the way of the data through a pipeline, as a tree, as mermaid or as JSON. */
import { PIPELINE } from '../../api/index.ts'
import { type ConnectionOptions, compileFrom, flowAsMermaid, flowAsText, flowOf, openKube, readPipeline, readPlatform, UserError } from '../../console/index.ts'
import { formatFinding } from '../../plan/index.ts'
import { print, printJson } from '../output.ts'

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
