/** `clickstream status`: one pipeline as the operator sees it. */
import type { ClickstreamPipeline } from '../../api/index.ts'
import { type ConnectionOptions, openKube, readPipeline } from '../../console/index.ts'
import { age, formatTable, print, printJson } from '../output.ts'

export async function status(name: string | undefined, options: ConnectionOptions & { json?: boolean }, now: number): Promise<number> {
  const pipeline = await readPipeline(openKube(options), options.namespace ?? 'default', name)
  if (options.json)
    printJson({
      metadata: { name: pipeline.metadata.name, namespace: pipeline.metadata.namespace, generation: pipeline.metadata.generation },
      status: pipeline.status ?? null,
    })
  else print(formatStatus(pipeline, now))
  const ready = pipeline.status?.conditions?.find((condition) => condition.type === 'Ready')
  return ready?.status === 'True' ? 0 : 1
}

function formatStatus(pipeline: ClickstreamPipeline, now: number): string {
  const { metadata, status: seen } = pipeline
  const behind = (seen?.observedGeneration ?? -1) < (metadata.generation ?? 0) ? ' (the operator has not seen the newest change yet)' : ''
  const conditions = (seen?.conditions ?? []).map(({ type, status: value, reason, message, lastTransitionTime }) => [
    type,
    value,
    reason,
    age(Date.parse(lastTransitionTime), now),
    message,
  ])
  const resources = (seen?.resources ?? []).map(({ kind, name, state, id, message }) => [kind, name, state, id ?? '', message ?? ''])
  return [
    `${metadata.namespace}/${metadata.name}, generation ${metadata.generation ?? 0}${behind}`,
    '',
    formatTable(['CONDITION', 'STATUS', 'REASON', 'FOR', 'MESSAGE'], conditions),
    '',
    formatTable(['KIND', 'NAME', 'STATE', 'ID', 'MESSAGE'], resources),
  ].join('\n')
}
