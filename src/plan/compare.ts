/** Whether what exists means the same as what is declared: SQL by its tree, JSON by value, defaults taken out. */
import { analyse, type Catalogue, createCatalogue, parseStatement, SqlError, type Statement } from '../sql/index.ts'
import { effectiveConfig } from './connectors.ts'
import { canonicalJson } from './hash.ts'
import type { Desired, Graph, Json, JsonObject, Observed, ResourceSpecs } from './resources.ts'
import { canonicalStatement } from './statements.ts'
import { effectiveTemplate } from './templates.ts'

/** What of an object differs; empty: it is as declared. */
export type Difference =
  | 'partitions'
  | 'replicas'
  | 'config'
  | 'direction'
  | 'state'
  | 'sql'
  | 'properties'
  | 'running'
  | 'body'
  | 'url'
  | 'title'
  | 'index'
  | 'timeField'
  | 'json'
  | 'mark'

export interface Comparison {
  differences(desired: Desired, observed: Observed): readonly Difference[]
  /** The streams, tables and types of the graph. */
  readonly catalogue: Catalogue
}

/** A plan and a summary of one graph ask the same questions: understanding its statements once is enough. */
const known = new WeakMap<Graph, Comparison>()

export function compareWith(graph: Graph): Comparison {
  const before = known.get(graph)
  if (before) return before
  const catalogue = catalogueOf(graph)
  const meanings = new Map<string, string>()
  const meaningOf: MeaningOf = (sql, properties) => {
    const key = `${JSON.stringify(properties)}${sql}`
    const meant = meanings.get(key) ?? meaning(sql, properties, catalogue)
    meanings.set(key, meant)
    return meant
  }
  const made: Comparison = { catalogue, differences: (desired, observed) => differences(desired, observed, meaningOf) }
  known.set(graph, made)
  return made
}

/** Whether two specs of one kind mean the same. Statements need the catalogue of what they read. */
export function sameSpec<K extends Desired['kind']>(desired: Desired<K>, observed: Observed<K>, catalogue: Catalogue = createCatalogue()): boolean {
  return differences(desired, observed, (sql, properties) => meaning(sql, properties, catalogue)).length === 0
}

type MeaningOf = (sql: string, properties: Readonly<Record<string, string>>) => string

function differences(desired: Desired, observed: Observed, meaningOf: MeaningOf): readonly Difference[] {
  if (desired.kind !== observed.kind) throw new TypeError(`${desired.id} and ${observed.id} are of different kinds`)
  switch (desired.kind) {
    case 'KafkaTopic':
      return compareTopic(desired.spec as ResourceSpecs['KafkaTopic'], observed.spec as ResourceSpecs['KafkaTopic'])
    case 'Connector':
      return compareConnector(desired.spec as ResourceSpecs['Connector'], observed.spec as ResourceSpecs['Connector'])
    case 'Statement':
      return compareStatement(desired as Desired<'Statement'>, observed as Observed<'Statement'>, meaningOf)
    case 'IndexTemplate':
      return same(effectiveTemplate(bodyOf(desired)), effectiveTemplate(bodyOf(observed))) ? [] : ['body']
    case 'DataSource': {
      const [a, b] = [desired.spec as ResourceSpecs['DataSource'], observed.spec as ResourceSpecs['DataSource']]
      return (['title', 'url', 'index', 'timeField'] as const).filter((key) => a[key] !== b[key])
    }
    case 'Dashboard':
      return same(plainDashboard(desired), plainDashboard(observed)) ? [] : ['json']
  }
}

const same = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b)
const bodyOf = (object: { spec: Desired['spec'] }): JsonObject => (object.spec as ResourceSpecs['IndexTemplate']).body

/** What Grafana adds when it saves is no difference. */
function plainDashboard(object: { spec: Desired['spec'] }): JsonObject {
  const { id: _, version: __, iteration: ___, ...rest } = (object.spec as ResourceSpecs['Dashboard']).json
  return rest
}

function compareTopic(desired: ResourceSpecs['KafkaTopic'], observed: ResourceSpecs['KafkaTopic']): Difference[] {
  return [
    ...(desired.partitions === observed.partitions ? [] : (['partitions'] as const)),
    ...(desired.replicas === -1 || desired.replicas === observed.replicas ? [] : (['replicas'] as const)),
    ...(same(desired.config, observed.config) ? [] : (['config'] as const)),
  ]
}

function compareConnector(desired: ResourceSpecs['Connector'], observed: ResourceSpecs['Connector']): Difference[] {
  const secret = new Set(desired.secrets.map(({ key }) => key))
  const plain = (config: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(effectiveConfig(config)).filter(([key]) => !secret.has(key)))
  const lacksSecret = desired.secrets.some(({ key }) => observed.config[key] === undefined)
  return [
    ...(desired.direction === observed.direction ? [] : (['direction'] as const)),
    ...(!lacksSecret && same(plain(desired.config), plain(observed.config)) ? [] : (['config'] as const)),
    ...(desired.state === observed.state ? [] : (['state'] as const)),
  ]
}

function compareStatement(desired: Desired<'Statement'>, observed: Observed<'Statement'>, meaningOf: MeaningOf): Difference[] {
  const [a, b] = [desired.spec, observed.spec]
  // A query that is gone has neither properties nor a state of its own.
  const hasQuery = observed.backendId !== undefined
  const queried = hasQuery && Object.keys(a.properties).length > 0
  return [
    ...(meaningOf(a.sql, a.properties) === meaningOf(b.sql, a.properties) ? [] : (['sql'] as const)),
    ...(!queried || same(a.properties, b.properties) ? [] : (['properties'] as const)),
    ...(!hasQuery || a.running === b.running ? [] : (['running'] as const)),
  ]
}

/** One text for all statements that mean the same; the text itself where it means nothing here. */
function meaning(sql: string, properties: Readonly<Record<string, string>>, catalogue: Catalogue): string {
  try {
    const statement = parseStatement(sql)
    if (statement.kind !== 'CreateSource' && statement.kind !== 'CreateAsSelect' && statement.kind !== 'InsertInto') return typeText(statement)
    const plain = statement.kind === 'InsertInto' ? statement : { ...statement, orReplace: false, ifNotExists: false }
    const others = statement.kind === 'InsertInto' ? catalogue : catalogue.without(statement.name)
    return canonicalStatement(plain, analyse(plain, others, { properties }), catalogue, properties)
  } catch (error) {
    if (error instanceof SqlError) return sql
    throw error
  }
}

function typeText(statement: Statement): string {
  if (statement.kind !== 'CreateType') return JSON.stringify(statement)
  return canonicalJson(JSON.parse(JSON.stringify(statement.type)) as Json)
}

/** From the graph alone, so that planning needs nothing but values of its own making. */
function catalogueOf(graph: Graph): Catalogue {
  let catalogue = createCatalogue()
  const topics = new Map<string, number>()
  for (const node of graph.nodes) {
    if (node.kind === 'KafkaTopic') topics.set(node.name, (node.spec as ResourceSpecs['KafkaTopic']).partitions)
    if (node.kind !== 'Statement') continue
    const { sql, properties } = node.spec as ResourceSpecs['Statement']
    const statement = parseStatement(sql)
    if (statement.kind === 'CreateType') catalogue = catalogue.withType(statement.name, statement.type)
    if (statement.kind !== 'CreateSource' && statement.kind !== 'CreateAsSelect') continue
    const { sink } = analyse(statement, catalogue, { properties, partitionsOf: (topic) => topics.get(topic) })
    catalogue = catalogue.with(sink)
  }
  return catalogue
}
