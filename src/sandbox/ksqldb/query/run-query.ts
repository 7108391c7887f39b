/** SELECT and PRINT through /query-stream and /query. */
import type { FastifyReply } from 'fastify'
import { analyseSelect, type Query, type Statement } from '../../../sql/index.ts'
import { genericError, statementError } from '../rest/errors.ts'
import type { KsqldbServer } from '../server.ts'
import { catalogueOf } from '../statements/create.ts'
import { parseRequest } from '../statements/execute.ts'
import { toRestError } from '../statements/faults.ts'
import { singleValues } from '../statements/settings.ts'
import { analysisOptions } from '../statements/world.ts'
import { printTopic } from './print-topic.ts'
import { checkPullClauses } from './pull.ts'
import { pullStream, pullTable } from './pull-requests.ts'
import { push } from './push.ts'
import type { QueryRequest } from './request.ts'

export async function runQuery(request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const { statement, text } = oneStatement(request)
  if (statement.kind === 'Print') return printTopic(statement, request, reply, server)
  if (statement.kind !== 'Select') {
    if (request.old) throw genericError(40000, "Statement type `io.confluent.ksql.parser.KsqlParser$PreparedStatement' not supported for this resource")
    throw statementError(`Neither a query nor a print statement\nStatement: ${text}`, text)
  }
  try {
    await select(statement.query, text, request, reply, server)
  } catch (error) {
    throw withStatement(toRestError(error, text, text), text)
  }
}

function oneStatement(request: QueryRequest): { statement: Statement; text: string } {
  const { sql } = request
  let parsed: ReturnType<typeof parseRequest>
  try {
    parsed = parseRequest(sql, { variables: singleValues(request.variables) })
  } catch (error) {
    throw withStatement(toRestError(error, sql, sql), sql)
  }
  const [first] = parsed
  if (first === undefined || parsed.length !== 1) {
    throw statementError(`Expected exactly one KSQL statement; found ${parsed.length} instead\nStatement: ${sql}`, sql)
  }
  return first
}

/** Faults of syntax and of a WHERE name the statement once more. */
function withStatement(fault: ReturnType<typeof toRestError>, text: string) {
  const { body } = fault
  if (body['@type'] !== 'statement_error' || !/^(?:line \d+:\d+:|Error in WHERE expression)/.test(body.message)) return fault
  return statementError(`${body.message}\nStatement: ${text}`, text, body.error_code)
}

async function select(query: Query, text: string, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const world = await server.world({ properties: { ...request.properties }, variables: {} })
  const pull = query.emit === undefined
  const entry = server.state.entry(query.from.name)
  if (pull && entry !== undefined) checkPullClauses(query)
  const analysed = analyseSelect(query, catalogueOf(world.state), analysisOptions(world))
  if (!pull) return push(analysed, text, request, reply, server)
  if (server.properties['ksql.pull.queries.enable'] === 'false' || String(request.properties['ksql.pull.queries.enable']) === 'false') {
    throw genericError(50000, 'The server encountered an internal error when processing the query. Please consult the server logs for more information.')
  }
  return analysed.from.source.sourceType === 'STREAM' ? pullStream(analysed, request, reply, server) : pullTable(analysed, request, reply, server)
}
