/** Passes: declared index templates, and one for every feed that none of them holds for. */
import { generatedName } from '../api/index.ts'
import type { SqlType } from '../sql/index.ts'
import { patternHolds } from './connectors.ts'
import { addNode, type Draft, dataPolicy, type Feed, refuse } from './draft.ts'
import { hashOf } from './hash.ts'
import type { Json, JsonObject } from './resources.ts'
import { columnOf } from './sinks.ts'

/** Over what Elasticsearch and its tools bring along, the highest of which is 500. */
const PRIORITY = 501

const TEXTS_AS_KEYWORDS: JsonObject = { strings: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }

export function declareTemplates(draft: Draft): void {
  for (const [index, template] of draft.pipeline.spec.indexTemplates.entries()) {
    const specPath = `spec.indexTemplates[${index}]`
    const properties = Object.fromEntries(Object.entries(template.fields).map(([name, type]) => [name, { type }]))
    const settings = Object.fromEntries(Object.entries(template.settings).map(([key, value]) => [key, String(value)]))
    addTemplate(draft, template.name, specPath, template.driftPolicy ?? draft.pipeline.spec.driftPolicy, {
      index_patterns: [...template.patterns],
      priority: template.priority,
      template: {
        ...(Object.keys(settings).length > 0 ? { settings } : {}),
        mappings: {
          date_detection: false,
          ...(template.strings === 'keyword' ? { dynamic_templates: [TEXTS_AS_KEYWORDS] } : {}),
          properties,
        },
      },
    })
  }
}

export function addFeedTemplates(draft: Draft): void {
  for (const feed of draft.feeds.values()) {
    const holding = draft.pipeline.spec.indexTemplates.filter(({ patterns }) => patterns.some((pattern) => patternHolds(pattern, feed.index)))
    if (holding.length > 0) {
      checkDeclared(draft, feed, holding)
      continue
    }
    // Named by the index, so that it stays when the sink gets another name.
    const name = generatedName(draft.owner.namespace, draft.owner.pipeline, feed.index)
    addTemplate(draft, name, feed.specPath, feed.driftPolicy, {
      index_patterns: [feed.index, `${feed.index}-*`],
      priority: PRIORITY,
      template: { mappings: { date_detection: false, dynamic_templates: [TEXTS_AS_KEYWORDS], properties: fieldsOf(feed) } },
    })
  }
}

/** The template with the highest priority is the one that an index is made from. */
function checkDeclared(draft: Draft, feed: Feed, holding: Draft['pipeline']['spec']['indexTemplates']): void {
  const strongest = holding.toSorted((a, b) => b.priority - a.priority)[0]!
  const type = strongest.fields[feed.timeField]
  if (type === 'date') return
  const path = `spec.indexTemplates[${draft.pipeline.spec.indexTemplates.indexOf(strongest)}].fields`
  refuse(
    draft,
    'TemplateInvalid',
    path,
    `Template ${strongest.name} holds for index ${feed.index}, and makes its time field ${feed.timeField} ${type === undefined ? 'a number' : `a ${type}`}`,
    `Add ${feed.timeField}: date.`,
  )
}

function addTemplate(draft: Draft, name: string, specPath: string, driftPolicy: Feed['driftPolicy'], body: JsonObject): void {
  addNode(draft, {
    kind: 'IndexTemplate',
    name,
    stage: 'Templates',
    specPath,
    spec: { body },
    hash: hashOf(effectiveTemplate(body)),
    dependsOn: [],
    onRemove: dataPolicy(draft),
    driftPolicy,
  })
}

const FIELD_TYPES: Readonly<Partial<Record<SqlType['kind'], string>>> = {
  BOOLEAN: 'boolean',
  INTEGER: 'integer',
  BIGINT: 'long',
  DOUBLE: 'double',
  DECIMAL: 'double',
  STRING: 'keyword',
  TIMESTAMP: 'date',
}

function fieldsOf(feed: Feed): JsonObject {
  const time = columnOf(feed.source, feed.timeField) ?? feed.timeField
  const properties: Record<string, Json> = { [time]: { type: 'date' } }
  for (const column of feed.source.value) {
    const type = FIELD_TYPES[column.type.kind]
    // Structs, arrays and maps are left to dynamic mapping.
    if (column.name !== time && type !== undefined) properties[column.name] = { type }
  }
  return properties
}

/** As Elasticsearch gives a template back: settings under `index.`, as texts; what is empty or default left out. */
export function effectiveTemplate(body: JsonObject): JsonObject {
  const template = isObject(body.template) ? body.template : {}
  const settings = flattened(isObject(template.settings) ? template.settings : {}, '')
  const mappings = isObject(template.mappings) ? template.mappings : {}
  return {
    index_patterns: typeof body.index_patterns === 'string' ? [body.index_patterns] : (body.index_patterns ?? []),
    priority: body.priority ?? 0,
    composed_of: body.composed_of ?? [],
    data_stream: body.data_stream ?? null,
    version: body.version ?? null,
    template: {
      settings: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key.startsWith('index.') ? key : `index.${key}`, value])),
      mappings: Object.fromEntries(Object.entries(mappings).map(([key, value]) => [key, typeof value === 'boolean' ? String(value) : value])),
      aliases: template.aliases ?? {},
    },
  }
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

function flattened(object: JsonObject, prefix: string): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [key, value] of Object.entries(object)) {
    if (isObject(value)) Object.assign(flat, flattened(value, `${prefix}${key}.`))
    else flat[`${prefix}${key}`] = String(value)
  }
  return flat
}
