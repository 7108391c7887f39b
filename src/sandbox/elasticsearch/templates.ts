/** Composable index templates: checked, put together from components, and found for a name. */
import type { Cluster } from './cluster.ts'
import { contentError, type ErrorCause, EsError, illegalArgument } from './errors.ts'
import { asList, asObject, deepMerge, isObject, type JsonObject, simpleMatch } from './json.ts'
import { checkDynamicTypes, Mapping } from './mapping/mapping.ts'
import { flatSettings, nestedSettings, type Settings } from './settings.ts'

/** A template after composition. */
export interface Composed {
  readonly settings: Settings
  readonly mappings: JsonObject
  readonly aliases: JsonObject
}

const TEMPLATE_KEYS = new Set([
  ...['index_patterns', 'template', 'composed_of', 'priority', 'version', '_meta', 'data_stream', 'allow_auto_create'],
  ...['ignore_missing_component_templates', 'deprecated'],
])

export function normalTemplate(body: JsonObject): JsonObject {
  for (const key of Object.keys(body)) {
    if (!TEMPLATE_KEYS.has(key)) throw contentError(`[1:1] [index_template] unknown field [${key}]`)
  }
  if (body.index_patterns === undefined) throw illegalArgument('Required [index_patterns]')
  return {
    index_patterns: asList(body.index_patterns),
    ...(isObject(body.template) ? { template: normalContent(body.template) } : {}),
    composed_of: asList(body.composed_of),
    ...(body.ignore_missing_component_templates === undefined ? {} : { ignore_missing_component_templates: asList(body.ignore_missing_component_templates) }),
    ...pick(body, ['priority', 'version', '_meta', 'data_stream', 'allow_auto_create', 'deprecated']),
  }
}

/** The `template` part: settings nested under `index` with string values. */
export function normalContent(content: JsonObject): JsonObject {
  for (const key of Object.keys(content)) {
    if (!['settings', 'mappings', 'aliases', 'lifecycle', 'data_stream_options'].includes(key)) throw contentError(`[1:1] [template] unknown field [${key}]`)
  }
  return {
    ...(isObject(content.settings) ? { settings: nestedSettings(flatSettings(content.settings)) } : {}),
    ...(isObject(content.mappings) ? { mappings: content.mappings } : {}),
    ...pick(content, ['aliases', 'lifecycle']),
  }
}

function pick(from: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key] ?? null]))
}

/** Refuses what Elasticsearch refuses of a new or changed template. */
export function checkTemplate(cluster: Cluster, name: string, template: JsonObject): void {
  const known = cluster.componentTemplates
  const optional = asList(template.ignore_missing_component_templates)
  const missing = asList(template.composed_of).filter((part) => !known.has(String(part)) && !optional.includes(part))
  if (missing.length > 0) {
    throw new EsError(400, {
      type: 'invalid_index_template_exception',
      reason: `index_template [${name}] invalid, cause [index template [${name}] specifies component templates [${missing.join(', ')}] that do not exist]`,
    })
  }
  try {
    compose(cluster, template)
  } catch (error) {
    if (!(error instanceof EsError)) throw error
    const cause: ErrorCause = { type: 'illegal_argument_exception', reason: `invalid composite mappings for [${name}]`, causedBy: error.cause1 }
    throw illegalArgument(`composable template [${name}] template after composition is invalid`, cause)
  }
  const clashes = overlapping(cluster, name, template).filter((other) => priorityOf(cluster.indexTemplates.get(other) ?? {}) === priorityOf(template))
  if (clashes.length > 0) {
    const listed = clashes.map((other) => `${other} => [${patternsOf(cluster.indexTemplates.get(other) ?? {}).join(', ')}]`).join(',')
    throw illegalArgument(
      `index template [${name}] has index patterns [${patternsOf(template).join(', ')}] matching patterns from existing templates [${clashes.join(',')}] with patterns (${listed}) that have the same priority [${priorityOf(template)}], multiple index templates may not match during index creation, please use a different priority`,
    )
  }
}

const patternsOf = (template: JsonObject): string[] => asList(template.index_patterns).map(String)
const priorityOf = (template: JsonObject): number => (typeof template.priority === 'number' ? template.priority : 0)

/** Other templates with a pattern that can match a name which this one matches too. */
export function overlapping(cluster: Cluster, name: string, template: JsonObject): string[] {
  const found: string[] = []
  for (const [other, body] of cluster.indexTemplates) {
    if (other !== name && patternsOf(template).some((a) => patternsOf(body).some((b) => patternsMeet(a, b)))) found.push(other)
  }
  return found.sort()
}

/** Whether some text matches both: two patterns with `*`, walked together. */
function patternsMeet(a: string, b: string): boolean {
  const seen = new Set<string>()
  const walk = (i: number, j: number): boolean => {
    if (i === a.length && j === b.length) return true
    const key = `${i},${j}`
    if (seen.has(key)) return false
    seen.add(key)
    const [x, y] = [a[i], b[j]]
    if (x === '*' && (walk(i + 1, j) || (j < b.length && walk(i, j + 1)))) return true
    if (y === '*' && (walk(i, j + 1) || (i < a.length && walk(i + 1, j)))) return true
    return x !== undefined && x === y && x !== '*' && walk(i + 1, j + 1)
  }
  return walk(0, 0)
}

/** Components in their order, then the template itself; the later one wins. */
export function compose(cluster: Cluster, template: JsonObject): Composed {
  const parts = asList(template.composed_of).flatMap((name) => {
    const component = cluster.componentTemplates.get(String(name))
    return component ? [asObject(component.template)] : []
  })
  parts.push(asObject(template.template))
  let settings: Settings = {}
  let mappings: JsonObject = {}
  let aliases: JsonObject = {}
  for (const part of parts) {
    settings = { ...settings, ...flatSettings(asObject(part.settings)) }
    mappings = mergeMappings(mappings, asObject(part.mappings))
    aliases = { ...aliases, ...asObject(part.aliases) }
  }
  if (cluster.version !== '7.17') checkDynamicTypes(mappings)
  return { settings, mappings: Mapping.parse(mappings).json, aliases }
}

/** Dynamic templates add up by name; fields of the later part replace those of the earlier. */
function mergeMappings(base: JsonObject, over: JsonObject): JsonObject {
  const merged = deepMerge(base, over)
  const lists = [...asList(base.dynamic_templates), ...asList(over.dynamic_templates)]
  if (lists.length > 0) {
    const byName = new Map(lists.map((entry) => [Object.keys(asObject(entry))[0] ?? '', entry]))
    merged.dynamic_templates = [...byName.values()]
  }
  return merged
}

/** The name of the template that wins for an index of this name. */
export function winnerFor(cluster: Cluster, index: string): string | undefined {
  let best: string | undefined
  for (const [name, body] of cluster.indexTemplates) {
    if (!patternsOf(body).some((pattern) => simpleMatch(pattern, index))) continue
    if (best === undefined || priorityOf(body) > priorityOf(cluster.indexTemplates.get(best) ?? {})) best = name
  }
  return best
}

export function templateFor(cluster: Cluster, index: string): Composed | undefined {
  const name = winnerFor(cluster, index)
  return name === undefined ? undefined : compose(cluster, cluster.indexTemplates.get(name) ?? {})
}

/** What the simulate calls answer. */
export function simulated(composed: Composed, overlaps: readonly string[], cluster: Cluster): JsonObject {
  return {
    template: {
      settings: nestedSettings(composed.settings),
      ...(Object.keys(composed.mappings).length > 0 ? { mappings: composed.mappings } : {}),
      aliases: composed.aliases,
    },
    overlapping: overlaps.map((name) => ({ name, index_patterns: patternsOf(cluster.indexTemplates.get(name) ?? {}) })),
  }
}
