/** What a real ksqlDB 7.9 made of statements, and which replacements it took or refused, against what planning thinks. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { compareWith, type Desired, type Graph, insertName, type Observed, typeName } from '../../src/plan/index.ts'
import { whatForbids } from '../../src/plan/replace.ts'
import { analyse, type Catalogue, createCatalogue, formatStatement, parseStatement } from '../../src/sql/index.ts'
import { listings } from '../../src/targets/ksqldb/answers.ts'
import { observedStatements } from '../../src/targets/ksqldb/observed.ts'

interface Made {
  readonly name: string
  readonly ksql: string
  readonly properties?: Record<string, string>
  readonly status: number
  readonly message?: string
}
const recorded = JSON.parse(gunzipSync(readFileSync(new URL('../data/ksqldb-statements.json.gz', import.meta.url))).toString()) as {
  listing: unknown
  failing: unknown
  made: Made[]
  replace: Made[]
  replaceSources: Made[]
}

function observed(): Observed<'Statement'>[] {
  const parts = listings.parse(recorded.listing)
  return observedStatements(
    {
      sources: parts.flatMap((part) => (part['@type'] === 'source_descriptions' ? part.sourceDescriptions : [])),
      descriptions: parts.flatMap((part) => (part['@type'] === 'query_descriptions' ? part.queryDescriptions : [])),
      queries: parts.flatMap((part) => (part['@type'] === 'queries' ? part.queries : [])),
      types: Object.assign({}, ...parts.map((part) => (part['@type'] === 'type_list' ? part.types : {}))),
    },
    1_795_509_900_000,
  )
}

function desired({ ksql, properties }: Made): Desired<'Statement'> {
  const statement = parseStatement(ksql)
  if (!('name' in statement) && statement.kind !== 'InsertInto') throw new TypeError(ksql)
  const name = statement.kind === 'InsertInto' ? insertName(statement) : statement.kind === 'CreateType' ? typeName(statement.name) : String(statement.name)
  const objectType = statement.kind === 'InsertInto' ? 'INSERT' : statement.kind === 'CreateType' ? 'TYPE' : (statement as { sourceType: 'STREAM' }).sourceType
  const objectName = statement.kind === 'InsertInto' ? statement.target : name
  return {
    id: `Statement/${name}`,
    kind: 'Statement',
    name,
    stage: 'Statements',
    specPath: '',
    spec: { objectType, objectName, sql: formatStatement(statement), properties: properties ?? {}, running: true },
    hash: '',
    dependsOn: [],
    onRemove: 'delete',
    driftPolicy: 'Repair',
  }
}

function catalogueAfter(statements: readonly Made[]): Catalogue {
  let catalogue = createCatalogue()
  for (const { ksql } of statements) {
    const statement = parseStatement(ksql)
    if (statement.kind === 'CreateSource' || statement.kind === 'CreateAsSelect') {
      const { sink } = analyse({ ...statement, orReplace: false }, catalogue.without(statement.name))
      catalogue = catalogue.with(sink)
    }
  }
  return catalogue
}

describe('Statements as a real ksqlDB stores them', () => {
  const graph: Graph = { nodes: recorded.made.map(desired) }
  const comparison = compareWith(graph)
  const seen = new Map(observed().map((object) => [object.id, object]))

  for (const node of graph.nodes as Desired<'Statement'>[]) {
    it(`${node.name} is what was declared: ${node.spec.sql.replaceAll('\n', ' ').slice(0, 90)}`, () => {
      const there = seen.get(node.id)
      assert.ok(there, `${node.id} is not among ${[...seen.keys()].join(', ')}`)
      assert.deepEqual(comparison.differences(node, there), [])
      assert.equal(there.health, 'Ready')
    })
  }

  it('differ when an expression, a window or a column does', () => {
    const differs = (id: string, from: string | RegExp, to: string) => {
      const node = graph.nodes.find((candidate) => candidate.id === id) as Desired<'Statement'>
      const other = { ...node, spec: { ...node.spec, sql: node.spec.sql.replace(from, to) } }
      assert.notEqual(other.spec.sql, node.spec.sql)
      assert.deepEqual(comparison.differences(other, seen.get(id)!), ['sql'])
    }
    differs('Statement/S1F', 'A > 0', 'A > 1')
    differs('Statement/CNTW', '60 SECONDS', '61 SECONDS')
    differs('Statement/S3', 'B STRING', 'B STRING, C STRING')
  })
})

describe('Replacing a statement', () => {
  const base = recorded.made
  const catalogue = catalogueAfter(base)
  const statements = [...recorded.replaceSources, ...recorded.replace]
  const current = new Map<string, string>()
  for (const { ksql } of base) {
    const statement = parseStatement(ksql)
    if ('name' in statement && typeof statement.name === 'string') current.set(statement.name, ksql)
  }
  // The recordings begin with S1 as it was before its fourth column.
  current.set('S1', "CREATE STREAM S1 (K INT KEY, A INT, B VARCHAR) WITH (KAFKA_TOPIC='s1', VALUE_FORMAT='JSON');")

  for (const { name, ksql, status } of statements) {
    if (!/^CREATE/.test(ksql)) continue
    const statement = parseStatement(ksql)
    if (statement.kind !== 'CreateSource' && statement.kind !== 'CreateAsSelect') continue
    const before = current.get(statement.name)
    if (before === undefined) {
      if (status === 200) current.set(statement.name, ksql)
      continue
    }
    // An append to a stream without its query is a trick that the planner does not play.
    const trick = statement.kind === 'CreateSource' && /AS SELECT/.test(before)
    // Partition counts are the topic's, and compared there; a table of another kind of statement is refused before.
    const elsewhere = /other partitions|if not exists|change timestamp|add window|identical/.test(name)
    if (!trick && !elsewhere) {
      it(`${status === 200 ? 'takes' : 'refuses'}: ${name}`, () => {
        const rule = whatForbids(before, ksql, catalogue)
        assert.equal(rule === undefined, status === 200, rule ?? 'nothing forbids it')
      })
    }
    if (status === 200 && !trick) current.set(statement.name, ksql)
  }
})
