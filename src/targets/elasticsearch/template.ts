/** An index template as this room reads it: whose it is, what it holds for, and what it wants of fields. */
import { MARKS } from '../../api/index.ts'
import type { JsonObject, Observed } from '../../plan/index.ts'
import { ownerIn } from '../mark.ts'

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const objectAt = (object: JsonObject | undefined, key: string): JsonObject | undefined => (isObject(object?.[key]) ? object[key] : undefined)

export function patternsOf(body: JsonObject): readonly string[] {
  const patterns = body.index_patterns
  return Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === 'string') : typeof patterns === 'string' ? [patterns] : []
}

/** Names without a wildcard: the indices that the template was made for. */
export const exactIndices = (body: JsonObject): readonly string[] => patternsOf(body).filter((pattern) => !pattern.includes('*'))

export const mappingsOf = (body: JsonObject): JsonObject | undefined => objectAt(objectAt(body, 'template'), 'mappings')

/** The date field that a document's time is in, if the template says which. */
export function timeFieldOf(body: JsonObject): string | undefined {
  return Object.entries(objectAt(mappingsOf(body), 'properties') ?? {}).find(([, field]) => isObject(field) && field.type === 'date')?.[0]
}

/** Types of the fields that a mapping names. */
export function fieldTypes(mapping: JsonObject | undefined): ReadonlyMap<string, string> {
  const types = new Map<string, string>()
  for (const [name, field] of Object.entries(objectAt(mapping, 'properties') ?? {}))
    if (isObject(field)) types.set(name, typeof field.type === 'string' ? field.type : 'object')
  return types
}

/** An index that was made from a template of ours carries the template's `_meta` in its mapping. */
export const ownerOfMapping = (mapping: JsonObject | undefined) => ownerIn(objectAt(mapping, '_meta'))

export function withMarks(body: JsonObject, marks: Readonly<Record<string, string>>): JsonObject {
  const template = objectAt(body, 'template') ?? {}
  const mappings = objectAt(template, 'mappings') ?? {}
  return {
    ...body,
    _meta: { ...(objectAt(body, '_meta') ?? {}), ...marks },
    template: { ...template, mappings: { ...mappings, _meta: { ...(objectAt(mappings, '_meta') ?? {}), ...marks } } },
  }
}

function withoutMarks(body: JsonObject): JsonObject {
  const strip = (meta: JsonObject | undefined): JsonObject =>
    Object.fromEntries(Object.entries(meta ?? {}).filter(([key]) => key !== MARKS.namespace && key !== MARKS.pipeline))
  const cleaned = (holder: JsonObject): JsonObject => {
    const { _meta, ...rest } = holder
    const kept = strip(isObject(_meta) ? _meta : undefined)
    return Object.keys(kept).length > 0 ? { ...rest, _meta: kept } : rest
  }
  const result = cleaned(body)
  const template = objectAt(result, 'template')
  const mappings = objectAt(template, 'mappings')
  return template && mappings ? { ...result, template: { ...template, mappings: cleaned(mappings) } } : result
}

export function observedTemplate(name: string, body: JsonObject): Observed<'IndexTemplate'> {
  const owner = ownerIn(objectAt(body, '_meta'))
  return {
    id: `IndexTemplate/${name}`,
    kind: 'IndexTemplate',
    name,
    ...(owner ? { owner } : {}),
    spec: { body: withoutMarks(body) },
    backendId: name,
    health: 'Ready',
  }
}
