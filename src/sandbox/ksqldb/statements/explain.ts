/** EXPLAIN of a running query or of a statement that is not run. */
import { analyseSelect, formatStatement, type Statement } from '../../../sql/index.ts'
import { describeQueries, describeUnrun } from '../describe/queries.ts'
import { StatementFault } from '../rest/errors.ts'
import { catalogueOf, complete, plan, sourcesOf } from './create.ts'
import { toRestError } from './faults.ts'
import { analysisOptions, type Entity, type Parsed, type World } from './world.ts'

export async function explain(parsed: Parsed, statement: Extract<Statement, { kind: 'Explain' }>, world: World): Promise<Entity> {
  const entity = (queryDescription: object): Entity => ({ '@type': 'queryDescription', statementText: parsed.text, queryDescription, warnings: [] })
  if ('queryId' in statement.target) {
    const id = statement.target.queryId.toUpperCase()
    const query = world.state.query(id)
    if (query === undefined) throw new StatementFault(`Query with id:${id} does not exist, use SHOW QUERIES to view the full set of queries.`)
    return world.sandbox ? entity({}) : entity((await describeQueries([query], world))[0] ?? {})
  }
  const target = statement.target.statement
  const text = parsed.text.replace(/^\s*EXPLAIN\s+/i, '')
  try {
    return entity(await explainStatement(target, text, world))
  } catch (error) {
    throw toRestError(error, parsed.text, parsed.text)
  }
}

async function explainStatement(target: Statement, text: string, world: World): Promise<object> {
  const common = { statementText: text, properties: { ...world.session.properties } }
  if (target.kind === 'Select') {
    const query = analyseSelect(target.query, catalogueOf(world.state), analysisOptions(world))
    const id = `transient_${query.from.source.name}_${world.server.randomId()}`
    return describeUnrun(query, { ...common, id, sources: sourcesOf(query), consumerGroupId: `${world.server.transientGroupOf(id)}_${world.server.now()}` })
  }
  if (target.kind !== 'CreateAsSelect' && target.kind !== 'InsertInto') throw new StatementFault('The provided statement does not run a ksql query')
  const completed = await complete(target, world)
  const planned = await plan(completed, formatStatement(completed), world, { ensureTopics: false })
  const made = planned.change.query
  if (made === undefined) throw new StatementFault('The provided statement does not run a ksql query')
  return describeUnrun(made.query, {
    ...common,
    id: made.id,
    sources: made.sources,
    consumerGroupId: world.server.groupOf(made.id),
    ...(made.sink === undefined ? {} : { sink: made.sink }),
  })
}
