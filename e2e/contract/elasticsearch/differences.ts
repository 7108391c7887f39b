/** Where the stand-in for Elasticsearch does otherwise, and the cases that show it. */
import assert from 'node:assert/strict'
import type { Case, Difference } from '../contract.ts'
import type { HttpServer } from '../http.ts'
import { answered, freshIndex, type Json, request, sources } from './asking.ts'

export const differences: readonly Difference[] = [
  {
    id: 'relevance',
    real: 'Scores a match by how rare its words are and how often they stand in the field.',
    standIn: 'Scores every clause that matches 1; the order of results that are sorted by fields is the same.',
    reason: 'Panels and checks sort by fields and count; scores take the statistics of a whole index.',
  },
  {
    id: 'highlight',
    real: 'Shows where the query matches.',
    standIn: 'Finds the same and leaves the highlighting out.',
    reason: 'A logs panel asks for it and does without; the words of a text are not kept with their places.',
  },
  {
    id: 'nested',
    real: 'Keeps the objects in a field of the type nested apart from each other.',
    standIn: 'Takes them as plain objects, so that a query can match across two of them; the query nested is refused.',
    reason: 'No record of a clickstream holds lists of objects.',
  },
  {
    id: 'estimates',
    real: 'Estimates cardinality beyond the precision threshold.',
    standIn: 'Counts exactly.',
    reason: 'An exact number lies within what the estimate promises, and the volumes here are small.',
  },
  {
    id: 'queries',
    real: 'Has more kinds of queries: fuzzy, function_score, span, geo and others.',
    standIn: 'Refuses them as unknown.',
    reason: 'Neither dashboards nor the operator send them.',
    refused: true,
  },
  {
    id: 'search-options',
    real: 'Collapses, suggests, rescores, and knows fields of the request.',
    standIn: 'Refuses them by name.',
    reason: 'Neither dashboards nor the operator send them.',
    refused: true,
  },
  {
    id: 'aggregations',
    real: 'Has more kinds of aggregations: composite, global, rare_terms, weighted_avg and others.',
    standIn: 'Refuses them as unknown.',
    reason: 'The Elasticsearch data source of Grafana and the dashboards made here ask for those that are there.',
    refused: true,
  },
  {
    id: 'field-types',
    real: 'Has field types for places, ranges, completions and vectors.',
    standIn: 'Refuses a mapping with them, in the words for a type that is not installed.',
    reason: 'Clickstream documents have none.',
    refused: true,
  },
  {
    id: 'administration',
    real: 'Opens and closes indices, shrinks and merges them, and tells of its nodes, shards, segments and tasks.',
    standIn: 'Has no handler for them.',
    reason: 'It is one process without shards; the operator administers templates, indices and aliases only.',
    refused: true,
  },
]

const PHRASES = { settings: { number_of_replicas: 0 }, mappings: { properties: { t: { type: 'text' }, n: { type: 'long' }, k: { type: 'keyword' } } } }

async function phrases(server: HttpServer): Promise<void> {
  await freshIndex(server, 'phrases', {}, { mappings: PHRASES.mappings })
  const documents = [{ index: {} }, { t: 'the quick brown fox', n: 1, k: 'a' }, { index: {} }, { t: 'quick quick quick', n: 2, k: 'b' }]
  await answered(server, 200, 'POST /phrases/_bulk?refresh=true', documents)
}

/** One that the real server answers with success, and the stand-in with a refusal that says these words. */
function refused(call: string, id: string, question: string, body: unknown, words: RegExp): Case<HttpServer> {
  return {
    call,
    name: 'is answered',
    async run(server) {
      await phrases(server)
      const { status, body: answer } = await request(server, question, body)
      assert.ok(status < 300, JSON.stringify(answer)?.slice(0, 500))
    },
    differs: {
      id,
      async instead(server) {
        await phrases(server)
        const { status, body: answer } = await request(server, question, body)
        assert.ok([400, 405].includes(status), String(status))
        assert.match(JSON.stringify(answer), words)
      },
    },
  }
}

const search = (call: string, id: string, body: object, words: RegExp) => refused(call, id, 'POST /phrases/_search', body, words)
const query = (name: string, body: object) => search(`query ${name}`, 'queries', { query: { [name]: body } }, /unknown query/)
const option = (name: string, body: object) => search(`search option ${name}`, 'search-options', { [name]: body }, /is not supported by this server/)
const aggregation = (name: string, body: object) =>
  search(`aggregation ${name}`, 'aggregations', { size: 0, aggs: { a: { [name]: body } } }, /Unknown aggregation type/)
const NO_HANDLER = /no handler found|Incorrect HTTP method|must not start with '_'/
const administration = (question: string, body?: unknown) => refused(question.replace('phrases', '{index}'), 'administration', question, body, NO_HANDLER)

const fieldType = (type: string, more: object = {}): Case<HttpServer> => ({
  call: `field type ${type}`,
  name: 'can be mapped',
  async run(server) {
    await freshIndex(server, 'types')
    await answered(server, 200, 'PUT /types/_mapping', { properties: { f: { type, ...more } } })
  },
  differs: {
    id: 'field-types',
    async instead(server) {
      await freshIndex(server, 'types')
      const { error } = await answered(server, 400, 'PUT /types/_mapping', { properties: { f: { type, ...more } } })
      assert.match(JSON.stringify(error), /The mapper type \[\w+\] declared on field \[f\] does not exist/)
    },
  },
})

const scoresOf = (body: Json): number[] => body.hits.hits.map((hit: Json) => hit._score)
const byText = { query: { match: { t: 'quick' } } }

async function manyValues(server: HttpServer): Promise<Json> {
  await freshIndex(server, 'many')
  await answered(server, 200, 'POST /many/_bulk?refresh=true', Array.from({ length: 2_000 }, (_, n) => [{ index: {} }, { n }]).flat())
  const body = await answered(server, 200, 'POST /many/_search', { size: 0, aggs: { c: { cardinality: { field: 'n', precision_threshold: 10 } } } })
  return body.aggregations.c.value
}

const NESTED = { mappings: { properties: { o: { type: 'nested', properties: { a: { type: 'long' }, b: { type: 'long' } } } } } }
async function acrossObjects(server: HttpServer): Promise<Json[]> {
  await freshIndex(server, 'objects', {}, NESTED)
  await answered(server, 201, 'PUT /objects/_doc/1?refresh=true', {
    o: [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ],
  })
  const both = { bool: { filter: [{ term: { 'o.a': 1 } }, { term: { 'o.b': 4 } }] } }
  return sources(await answered(server, 200, 'POST /objects/_search', { query: both }))
}

export const differing: readonly Case<HttpServer>[] = [
  {
    call: 'relevance (_score)',
    name: 'a field that holds a word more often scores higher',
    async run(server) {
      await phrases(server)
      const [first = 0, second = 0] = scoresOf(await answered(server, 200, 'POST /phrases/_search', byText))
      assert.ok(first > second && first < 1)
    },
    differs: {
      id: 'relevance',
      async instead(server) {
        await phrases(server)
        assert.deepEqual(scoresOf(await answered(server, 200, 'POST /phrases/_search', byText)), [1, 1])
      },
    },
  },
  {
    call: 'search option highlight',
    name: 'shows where the words are',
    async run(server) {
      await phrases(server)
      const body = await answered(server, 200, 'POST /phrases/_search', { ...byText, highlight: { fields: { t: {} } } })
      assert.match(body.hits.hits[0].highlight.t[0], /<em>quick<\/em>/)
    },
    differs: {
      id: 'highlight',
      async instead(server) {
        await phrases(server)
        const body = await answered(server, 200, 'POST /phrases/_search', { ...byText, highlight: { fields: { t: {} } } })
        assert.deepEqual([body.hits.total.value, body.hits.hits[0].highlight], [2, undefined])
      },
    },
  },
  {
    call: 'field type nested',
    name: 'a query of its fields from outside finds nothing',
    run: async (server) => assert.deepEqual(await acrossObjects(server), []),
    differs: { id: 'nested', instead: async (server) => assert.equal((await acrossObjects(server)).length, 1) },
  },
  {
    call: 'aggregation cardinality, precision_threshold',
    name: 'is an estimate beyond the threshold',
    run: async (server) => assert.notEqual(await manyValues(server), 2_000),
    differs: { id: 'estimates', instead: async (server) => assert.equal(await manyValues(server), 2_000) },
  },
  query('fuzzy', { k: 'aa' }),
  query('function_score', { query: { match_all: {} } }),
  query('span_term', { t: 'quick' }),
  search(
    'query match, fuzziness',
    'queries',
    { query: { match: { t: { query: 'quik', fuzziness: 'AUTO' } } } },
    /\[fuzziness\] is not supported by this server/,
  ),
  option('collapse', { field: 'k' }),
  option('suggest', { s: { text: 'quik', term: { field: 't' } } }),
  option('runtime_mappings', { r: { type: 'long' } }),
  aggregation('composite', { sources: [{ k: { terms: { field: 'k' } } }] }),
  aggregation('global', {}),
  aggregation('rare_terms', { field: 'k' }),
  aggregation('significant_terms', { field: 'k' }),
  aggregation('weighted_avg', { value: { field: 'n' }, weight: { field: 'n' } }),
  aggregation('percentile_ranks', { field: 'n', values: [1] }),
  aggregation('median_absolute_deviation', { field: 'n' }),
  fieldType('geo_point'),
  fieldType('ip_range'),
  fieldType('completion'),
  fieldType('dense_vector', { dims: 3 }),
  administration('POST /phrases/_close'),
  administration('POST /phrases/_open'),
  administration('POST /phrases/_forcemerge'),
  administration('GET /phrases/_segments'),
  administration('GET /phrases/_recovery'),
  administration('POST /phrases/_cache/clear'),
  administration('POST /phrases/_validate/query', { query: { match_all: {} } }),
  administration('POST /_analyze', { analyzer: 'standard', text: 'The Quick fox' }),
  administration('GET /_cat/nodes?format=json'),
  administration('GET /_cat/shards?format=json'),
  administration('GET /_cluster/stats'),
  administration('GET /_tasks'),
  administration('PUT /_template/old', { index_patterns: ['old-*'] }),
]
