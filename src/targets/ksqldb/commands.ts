/** The statements that the operator makes itself, each name in them exactly one name. */
import { Failure } from '../../ports/index.ts'
import { formatName } from '../../sql/index.ts'

/** Ids come from the server, which writes them without quotes: one that is more than an id would be a statement of its own. */
function queryIdText(id: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(id)) return id
  throw new Failure('Retry', 'UnexpectedAnswer', `ksqlDB has a query with an id that is none: ${JSON.stringify(id.slice(0, 80))}`)
}

export const terminateQuery = (id: string): string => `TERMINATE ${queryIdText(id)};`
export const pauseQuery = (id: string): string => `PAUSE ${queryIdText(id)};`
export const resumeQuery = (id: string): string => `RESUME ${queryIdText(id)};`
export const dropType = (name: string): string => `DROP TYPE IF EXISTS ${formatName(name)};`
export const dropSource = (type: 'STREAM' | 'TABLE', name: string): string => `DROP ${type} IF EXISTS ${formatName(name)};`
