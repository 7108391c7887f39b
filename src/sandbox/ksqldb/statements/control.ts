/** TERMINATE, PAUSE and RESUME of one query or of all. */
import type { Statement } from '../../../sql/index.ts'
import { StatementFault } from '../rest/errors.ts'
import type { State } from '../store/state.ts'
import type { Change } from './change.ts'
import { submitted } from './drop.ts'
import type { Entity, Parsed, World } from './world.ts'

type Control = Extract<Statement, { kind: 'Terminate' | 'Pause' | 'Resume' }>

export async function control(parsed: Parsed, statement: Control, world: World): Promise<Entity> {
  const verb = statement.kind.toLowerCase()
  const queryId = statement.queryId?.toUpperCase()
  const transient = queryId === undefined || world.state.query(queryId) !== undefined ? undefined : world.server.transient(queryId)
  if (transient !== undefined && statement.kind === 'Terminate') {
    if (!world.sandbox) transient.end()
    return { '@type': 'terminate_query', statementText: parsed.text, queryId, wasTerminated: true, warnings: [] }
  }
  const id = `${verb}/${queryId ?? 'ALL'}/execute`
  return submitted(parsed.text, id, await world.submit({ id, statement: parsed.text, text: parsed.text, change: controlChange(statement, world.state) }))
}

export function controlChange(statement: Control, state: State): Change {
  const kind = statement.kind === 'Terminate' ? 'terminate' : statement.kind === 'Pause' ? 'pause' : 'resume'
  if (statement.queryId === undefined) {
    const all = state.queries().filter((query) => kind !== 'terminate' || query.kind !== 'CREATE_SOURCE')
    return { kind, queryIds: all.map((query) => query.id) }
  }
  const queryId = statement.queryId.toUpperCase()
  const query = state.query(queryId)
  if (query === undefined) throw new StatementFault(`Unknown queryId: ${queryId}`)
  if (kind === 'terminate' && query.kind === 'CREATE_SOURCE') {
    throw new StatementFault(`Cannot terminate query '${queryId}' because it is linked to a source table.`)
  }
  return { kind, queryIds: [queryId] }
}
