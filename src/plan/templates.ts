/** Passes: declared index templates, and one for every feed that none of them holds for. */
import { generatedName, type IndexTemplate } from '../api/index.ts'
import type { SqlType } from '../sql/index.ts'
import { patternHolds } from './connectors.ts'
import { addNode, type Draft, dataPolicy, type Feed, refuse } from './draft.ts'
import { hashOf } from './hash.ts'
import { mayUseIndex, patternsMeet, textsOf } from './index-access.ts'
import type { Desired, Json, JsonObject } from './resources.ts'
import { columnOf } from './sinks.ts'

/** Over what Elasticsearch and its tools bring along, the highest of which is 500. */
const PRIORITY = 501

const TEXTS_AS_KEYWORDS: JsonObject = { strings: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }

export function declareTemplates(draft: Draft): void {
  for (const [index, template] of draft.pipeline.spec.indexTemplates.entries()) {
    const specPath = `spec.indexTemplates[${index}]`
    const properties = Object.fromEntries(Object.entries(template.fields).map(([name, type]) => [name, { type }]))
    for (const [at, pattern] of template.patterns.entries())
      mayUseIndex(draft, pattern, `Pattern ${pattern} of index template ${template.name}`, `${specPath}.patterns[${at}]`)
    const settings = Object.fromEntries(Object.entries(template.settings).map(([key, value]) => [key, String(value)]))
    const indices = [...draft.feeds.values()].filter((feed) => strongestFor(draft, feed) === template).map((feed) => feed.index)
    addTemplate(
      draft,
      { name: template.name, specPath, indices, driftPolicy: template.driftPolicy ?? draft.pipeline.spec.driftPolicy },
      {
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
      },
    )
  }
}

export function addFeedTemplates(draft: Draft): void {
  for (const feed of draft.feeds.values()) {
    const declared = strongestFor(draft, feed)
    if (declared) {
      checkDeclared(draft, feed, declared)
      continue
    }
    // Named by the index, so that it stays when the sink gets another name.
    const name = generatedName(draft.owner.namespace, draft.owner.pipeline, feed.index)
    addTemplate(
      draft,
      { name, specPath: feed.specPath, indices: [feed.index], driftPolicy: feed.driftPolicy },
      {
        index_patterns: [feed.index, `${feed.index}-*`],
        priority: PRIORITY,
        template: { mappings: { date_detection: false, dynamic_templates: [TEXTS_AS_KEYWORDS], properties: fieldsOf(feed) } },
      },
    )
  }
  refuseOverlaps(draft)
}

/** The declared template that the index of the feed is made from: of those that hold for it the one with the highest priority. */
export function strongestFor(draft: Draft, feed: Feed): IndexTemplate | undefined {
  const holding = draft.pipeline.spec.indexTemplates.filter(({ patterns }) => patterns.some((pattern) => patternHolds(pattern, feed.index)))
  return holding.toSorted((a, b) => b.priority - a.priority)[0]
}

/** Types of fields that take no value of a column; what is not listed takes any, or a text that may look right. */
const UNFIT: Readonly<Partial<Record<SqlType['kind'], readonly string[]>>> = {
  BOOLEAN: ['date', 'long', 'integer', 'double', 'float', 'ip', 'geo_point', 'object', 'flattened'],
  INTEGER: ['boolean', 'ip', 'geo_point', 'object', 'flattened'],
  BIGINT: ['boolean', 'ip', 'geo_point', 'object', 'flattened'],
  DOUBLE: ['boolean', 'ip', 'geo_point', 'object', 'flattened'],
  DECIMAL: ['boolean', 'ip', 'geo_point', 'object', 'flattened'],
  STRING: ['object', 'flattened'],
}

function checkDeclared(draft: Draft, feed: Feed, template: IndexTemplate): void {
  const fields = `spec.indexTemplates[${draft.pipeline.spec.indexTemplates.indexOf(template)}].fields`
  for (const { name, type } of feed.source.value) {
    const field = template.fields[name]
    if (field === undefined || !UNFIT[type.kind]?.includes(field)) continue
    refuse(
      draft,
      'TemplateInvalid',
      `${fields}.${name}`,
      `Template ${template.name} makes ${name} of index ${feed.index} a ${field}, and ${feed.source.name} has it as ${type.kind}`,
      `Make it ${FIELD_TYPES[type.kind]}, or leave it out.`,
    )
  }
  const time = template.fields[feed.timeField]
  if (time === 'date') return
  refuse(
    draft,
    'TemplateInvalid',
    fields,
    `Template ${template.name} holds for index ${feed.index}, and makes its time field ${feed.timeField} ${time === undefined ? 'a number' : `a ${time}`}`,
    `Add ${feed.timeField}: date.`,
  )
}

/** Elasticsearch refuses the second of two templates of one priority that could hold for one index. */
function refuseOverlaps(draft: Draft): void {
  const templates = draft.nodes.filter(({ kind }) => kind === 'IndexTemplate') as Desired<'IndexTemplate'>[]
  for (const [at, template] of templates.entries()) {
    const { priority, index_patterns: patterns } = template.spec.body
    const other = templates
      .slice(0, at)
      .find(({ spec: { body } }) => body.priority === priority && haveCommonName(textsOf(body.index_patterns), textsOf(patterns)))
    if (!other) continue
    refuse(
      draft,
      'TemplateOverlap',
      template.specPath,
      `Index templates ${template.name} and ${other.name} (${other.specPath}) could hold for the same index, and both have priority ${priority}`,
      'Give one of the two another priority, or narrower patterns.',
    )
  }
}

const haveCommonName = (some: readonly string[], others: readonly string[]): boolean => some.some((a) => others.some((b) => patternsMeet(a, b)))

interface Made {
  readonly name: string
  readonly specPath: string
  readonly indices: readonly string[]
  readonly driftPolicy: Feed['driftPolicy']
}

function addTemplate(draft: Draft, { name, specPath, indices, driftPolicy }: Made, body: JsonObject): void {
  addNode(draft, {
    kind: 'IndexTemplate',
    name,
    stage: 'Templates',
    specPath,
    spec: { body, indices },
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
