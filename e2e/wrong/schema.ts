/** Schema and CEL: the API server refuses them with 422, and no object comes to be. */
import { BASE, type RefusedCase } from './case.ts'

const metric = (window: string, measure = '{name: N, function: count}') =>
  `${BASE}metrics:\n  - {name: $T_M, from: $T_CLICKS, measures: [${measure}], by: [USERID], window: ${window}}`
const source = (rest: string) => `${BASE}sources:\n  - {name: $t-src${rest}}`
const sink = (rest: string) => `${BASE}sinks:\n  - {name: $t-sink, from: $T_CLICKS${rest}}`
const query = (rest: string) => `${BASE}dashboards:\n  - {name: d, panels: [{name: p, queries: [{name: q, sink: $t-sink${rest}}]}]}`

export const schema: readonly RefusedCase[] = [
  {
    sentence: 'a value that is no choice',
    spec: `${BASE}deletionPolicy: Keep`,
    field: 'spec.deletionPolicy',
    says: 'Unsupported value: "Keep": supported values: "RetainData", "DeleteData"',
  },
  {
    sentence: 'no partition at all',
    spec: 'topics: [{name: $t-clicks, partitions: 0}]',
    field: 'spec.topics[0].partitions',
    says: 'Invalid value: 0: spec.topics[0].partitions in body should be greater than or equal to 1',
  },
  {
    sentence: 'a number as a word',
    spec: 'topics: [{name: $t-clicks, partitions: three}]',
    field: 'spec.topics[0].partitions',
    says: 'Invalid value: "string": spec.topics[0].partitions in body must be of type integer: "string"',
  },
  {
    sentence: 'a topic without a name',
    spec: 'topics: [{partitions: 1}]',
    field: 'spec.topics[0].name',
    says: 'Required value',
  },
  {
    sentence: 'a topic with a space in its name',
    spec: 'topics: [{name: "the clicks"}]',
    field: 'spec.topics[0].name',
    says: "should match '^[a-zA-Z0-9._-]+$'",
  },
  {
    sentence: 'one topic twice',
    spec: 'topics: [{name: $t-clicks}, {name: $t-clicks, partitions: 2}]',
    field: 'spec.topics[1]',
    says: 'Duplicate value: {"name":"$t-clicks"}',
  },
  {
    sentence: 'a time without a unit',
    spec: `${BASE}freshness: "120"`,
    field: 'spec.freshness',
    says: 'spec.freshness in body should match',
  },
  {
    sentence: 'a name of SQL in lower case',
    spec: metric('{type: tumbling, size: 1m}').replace('name: $T_M', 'name: $t_m'),
    field: 'spec.metrics[0].name',
    says: "should match '^[A-Z_][A-Z0-9_]*$'",
  },
  {
    sentence: 'a config value that is a map',
    spec: 'topics: [{name: $t-clicks, config: {retention.ms: {days: 7}}}]',
    field: 'spec.topics[0].config.retention.ms',
    says: 'must have at most 0 items',
  },
  {
    sentence: 'a source that is both a generator and a connector',
    spec: source(', datagen: {preset: clickstream}, connector: {class: DatagenConnector}'),
    field: 'spec.sources[0]',
    says: 'exactly one of datagen, connector must be set',
  },
  {
    sentence: 'a source that is neither',
    spec: source(''),
    field: 'spec.sources[0]',
    says: 'exactly one of datagen, connector must be set',
  },
  {
    sentence: 'a schema of records without a topic for them',
    spec: source(`, datagen: {schema: '{"type": "record", "name": "r", "fields": []}'}`),
    field: 'spec.sources[0].datagen',
    says: 'a schema needs a topic',
  },
  {
    sentence: 'upsert without a column for the id',
    spec: sink(', mode: upsert, elasticsearch: {}'),
    field: 'spec.sinks[0]',
    says: 'mode upsert needs an idColumn',
  },
  {
    sentence: 'an id column where every record is a document',
    spec: sink(', mode: append, idColumn: USERID, elasticsearch: {}'),
    field: 'spec.sinks[0]',
    says: 'idColumn is only for mode upsert',
  },
  {
    sentence: 'a hopping window that does not say how far it hops',
    spec: metric('{type: hopping, size: 1m}'),
    field: 'spec.metrics[0].window',
    says: 'a hopping window needs advance, and only that has it',
  },
  {
    sentence: 'a sum of nothing',
    spec: metric('{type: tumbling, size: 1m}', '{name: N, function: sum}'),
    field: 'spec.metrics[0].measures[0]',
    says: 'every function but count needs a column, and count has none',
  },
  {
    sentence: 'a panel that sums no field',
    spec: query(', function: sum'),
    field: 'spec.dashboards[0].panels[0].queries[0]',
    says: 'sum, avg, min, max and cardinality need a field; count and raw have none',
  },
]
