/** Index templates, mappings that are there already, and panels that read what an index will not have. */
import { BASE, type Hands, type WrongCase, withTable } from './case.ts'

const board = (query: string, type = 'timeseries') =>
  `dashboards:\n  - name: $t-board\n    panels:\n      - {name: p, type: ${type}, queries: [{name: q, sink: $t-sink, ${query}}]}`
const template = (rest: string, fields = 'EVENT_TS: date') =>
  withTable(`indexTemplates:\n  - {name: $t-template, patterns: ["$t_per_*"], fields: {${fields}}${rest}}`)
const makeTemplate = (patterns: string[], priority: number, properties: Record<string, { type: string }>) => async (hands: Hands) => {
  await hands.backends.elasticsearch.indices.putIndexTemplate({
    name: hands.named('$t-foreign'),
    index_patterns: patterns.map(hands.named),
    priority,
    template: { mappings: { properties: properties as never } },
  })
}
const makeIndex = (properties: Record<string, { type: string }>) => async (hands: Hands) => {
  await hands.backends.elasticsearch.indices.create({ index: hands.named('$t_per_min'), mappings: { properties: properties as never } })
}

export const mappings: readonly WrongCase[] = [
  {
    sentence: 'a foreign template of the same priority for the same index',
    spec: withTable(),
    given: makeTemplate(['$t_per_*'], 501, {}),
    reason: 'TemplateOverlap',
    at: 'spec.sinks[0]',
    says: '$t-foreign',
    mend: 'another priority',
  },
  {
    sentence: 'a foreign template that is stronger and makes the time a text',
    spec: withTable(),
    given: makeTemplate(['$t_per_*'], 900, { EVENT_TS: { type: 'keyword' } }),
    reason: 'TemplateOverlap',
    at: 'spec.sinks[0]',
    says: 'Index $t_per_min would get EVENT_TS as keyword, not as date',
    mend: '$t-foreign',
  },
  {
    sentence: 'an index that is there and has the time as a number',
    spec: withTable(),
    given: makeIndex({ EVENT_TS: { type: 'long' } }),
    reason: 'MappingConflict',
    at: 'spec.sinks[0]',
    says: 'Index $t_per_min exists and has EVENT_TS as long, and template default.$t.$t_per_min wants date',
    mend: 'Reindex $t_per_min',
  },
  {
    sentence: 'an index that is there and contradicts a declared template whose pattern has a star',
    spec: template(''),
    given: makeIndex({ EVENT_TS: { type: 'text' } }),
    reason: 'MappingConflict',
    at: 'spec.indexTemplates[0]',
    says: 'Index $t_per_min exists and has EVENT_TS as text, and template $t-template wants date',
    mend: 'Reindex $t_per_min',
  },
  {
    sentence: 'a template that leaves the time a number',
    spec: template('', 'N: long'),
    reason: 'TemplateInvalid',
    at: 'spec.indexTemplates[0].fields',
    says: 'makes its time field EVENT_TS a number',
    mend: 'Add EVENT_TS: date.',
  },
  {
    sentence: 'a template with a type that the column does not fit into',
    spec: template('', 'EVENT_TS: date, N: boolean'),
    reason: 'TemplateInvalid',
    at: 'spec.indexTemplates[0].fields.N',
    says: 'Template $t-template makes N of index $t_per_min a boolean, and $T_PER_MIN has it as BIGINT',
    mend: 'long',
  },
  {
    sentence: 'a setting that does not exist',
    spec: template(', settings: {number_of_shards: 1, colour: blue}'),
    reason: 'TemplateInvalid',
    at: 'spec.indexTemplates[0]',
    says: 'unknown setting [index.colour]',
    mend: 'Correct',
  },
  {
    sentence: 'a setting whose value is none',
    spec: template(', settings: {number_of_shards: many}'),
    reason: 'TemplateInvalid',
    at: 'spec.indexTemplates[0]',
    says: 'Failed to parse value [many] for setting [index.number_of_shards]',
    mend: 'Correct',
  },
  {
    sentence: 'two templates of one priority for the same index',
    spec: template('').concat('\n  - {name: $t-other, patterns: ["$t*"], fields: {EVENT_TS: date}}'),
    reason: 'TemplateOverlap',
    at: 'spec.indexTemplates[1]',
    says: '$t-template',
    mend: 'priority',
  },
  {
    sentence: 'a panel on a field that its index will not have',
    spec: withTable(board('function: sum, field: HITS')),
    reason: 'FieldNotInIndex',
    at: 'spec.dashboards[0].panels[0].queries[0].field',
    says: 'Index $t_per_min will not have HITS: $T_PER_MIN has no such column',
    mend: 'It will have USER, ADDRESS, EVENT_TS, N, DOC_ID.',
  },
  {
    sentence: 'a panel by a column that is only in the key',
    spec: withTable(board('function: sum, field: N, by: [K2]')),
    reason: 'FieldNotInIndex',
    at: 'spec.dashboards[0].panels[0].queries[0].by[0]',
    says: '$T_PER_MIN has it only in the key',
    mend: 'AS_VALUE(IP)',
  },
  {
    sentence: 'the sum of a text',
    spec: withTable(board('function: sum, field: ADDRESS')),
    reason: 'FieldNotInIndex',
    at: 'spec.dashboards[0].panels[0].queries[0].field',
    says: 'sum needs a number, and ADDRESS of $T_PER_MIN is a STRING',
    mend: 'cardinality',
  },
  {
    sentence: 'the sum of a number that a template makes a text',
    spec: `${template('', 'EVENT_TS: date, N: keyword')}\n${board('function: sum, field: N')}`,
    reason: 'FieldNotInIndex',
    at: 'spec.dashboards[0].panels[0].queries[0].field',
    says: 'sum needs a number, and template $t-template makes N a keyword',
    mend: 'spec.indexTemplates[0].fields',
  },
  {
    sentence: 'a sum over an index that keeps every update',
    spec: withTable(board('function: sum, field: N'), 'mode: append'),
    reason: 'AggregationMisleading',
    at: 'spec.dashboards[0].panels[0].queries[0].function',
    says: 'Index $t_per_min keeps every update of $T_PER_MIN as a document',
    mend: 'Use max',
  },
  {
    sentence: 'an index whose name Elasticsearch does not allow',
    spec: `${BASE.replaceAll('$t-clicks', '-$t-clicks')}sinks: [{name: $t-sink, from: $T_CLICKS, elasticsearch: {timeField: USERID}}]`,
    reason: 'TemplateInvalid',
    at: 'spec.sinks[0].elasticsearch',
    says: 'Elasticsearch allows no index -$t-clicks',
    mend: 'elasticsearch.index',
  },
  {
    sentence: 'a dashboard that is no JSON',
    spec: `${BASE}dashboards: [{name: $t-board, json: "{"}]`,
    reason: 'DashboardInvalid',
    at: 'spec.dashboards[0].json',
    says: 'It is no JSON',
    mend: 'export',
  },
]
