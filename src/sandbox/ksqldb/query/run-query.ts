/** SELECT and PRINT through /query-stream and /query. */
import type { FastifyReply } from 'fastify'
import { compileQuery, type OutputRow } from '../../../engine/index.ts'
import type { KafkaRecord } from '../../../ports/index.ts'
import { type AnalysedQuery, analyseSelect, type ParseOptions, type Query, type Statement } from '../../../sql/index.ts'
import type { BodyValue } from '../rest/body.ts'
import { genericError, StatementFault, statementError } from '../rest/errors.ts'
import { JSON_TYPE } from '../rest/respond.ts'
import { QueryHost } from '../run/query-host.ts'
import { readToEnd, readTopic } from '../run/read-topic.ts'
import type { KsqldbServer } from '../server.ts'
import { catalogueOf } from '../statements/create.ts'
import { parseRequest } from '../statements/execute.ts'
import { toRestError } from '../statements/faults.ts'
import { singleValues } from '../statements/settings.ts'
import { analysisOptions } from '../statements/world.ts'
import { type AnswerStream, openAnswer } from './answer-stream.ts'
import { answerColumns, answerRow } from './columns.ts'
import { RecordPrinter } from './print.ts'
import { checkPullClauses, notQueryable, pullRows, SCANS_DISABLED } from './pull.ts'

export interface QueryRequest {
  readonly sql: string
  readonly properties: Readonly<Record<string, BodyValue>>
  readonly variables: NonNullable<ParseOptions['variables']>
  readonly contentType: string
  /** The old endpoint, /query. */
  readonly old: boolean
}

export async function runQuery(request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const { statement, text } = oneStatement(request)
  if (statement.kind === 'Print') return print(statement, request, reply, server)
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

function pullTable(query: AnalysedQuery, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): void {
  const { name, key } = query.from.source
  const running = server.state.queryOf(name)
  const host = running === undefined ? undefined : server.hostOf(running.id)
  if (host?.running.table === undefined) throw notQueryable(name)
  if (host.restoring) {
    const value = keyEquals(query, key[0]?.name ?? '')
    throw new StatementFault(
      `Error starting pull query: Materialized data for key [${value ?? ''}]-Optional.empty is not available yet. Please try again later.`,
    )
  }
  if (query.where === undefined && String(request.properties['ksql.query.pull.table.scan.enabled']) === 'false') throw SCANS_DISABLED
  const { columns, rows } = pullRows(query, host)
  const stream = openAnswer(reply, request.contentType, { queryId: `query_${server.now()}`, columns, keysInHeader: true })
  for (const row of rows) stream.row(row)
  stream.end()
}

/** The literal that the key is compared with, for a message. */
function keyEquals(query: AnalysedQuery, key: string): string | undefined {
  const where = query.where?.expression
  if (where?.kind !== 'Comparison' || where.operator !== '=' || where.left.kind !== 'ColumnReference' || where.left.name !== key) return undefined
  return 'value' in where.right ? String(where.right.value) : undefined
}

/** Reads the stream to where it ends now. */
async function pullStream(query: AnalysedQuery, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const { source } = query.from
  const queryId = `transient_${source.name}_${server.randomId()}`
  const records = await readToEnd({ kafka: server.kafka, log: server.log, groupId: `${server.transientGroupOf(queryId)}_${server.now()}`, topic: source.topic })
  const running = runnable(() =>
    compileQuery({ query, onError: (error) => server.log.debug({ queryId, message: error.message }, 'record skipped'), ...worldOf(server) }),
  )
  const columns = answerColumns(query)
  const stream = openAnswer(reply, request.contentType, { queryId, columns, keysInHeader: false })
  let count = 0
  for (const record of records.sort((a, b) => a.timestamp - b.timestamp || Number(a.offset - b.offset))) {
    for (const output of running.process(record)) {
      const row = answerRow(output, columns)
      if (row === undefined || count === query.limit) continue
      count++
      stream.row(row)
    }
  }
  stream.end(count === query.limit ? 'Limit Reached' : 'Query Completed')
}

/** What the engine does not run is refused before the answer begins. */
function runnable<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new StatementFault(`This server cannot run the query: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const worldOf = (server: KsqldbServer) => ({ random: () => server.random.next(), now: () => server.now() })

async function push(query: AnalysedQuery, text: string, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const queryId = `transient_${query.from.source.name}_${server.randomId()}`
  const groupId = `${server.transientGroupOf(queryId)}_${server.now()}`
  const columns = answerColumns(query)
  const startsAt = await server.runs.startOffsets(query, request.properties)
  let count = 0
  let ended = false
  const finish = (close: () => void) => {
    if (ended) return
    ended = true
    close()
    server.removeTransient(queryId)
    void host
      .stop()
      .then(() => server.kafka.deleteGroup(groupId))
      .catch((error: unknown) => server.log.debug({ queryId, err: error }, 'the group of a push query could not be deleted'))
  }
  const onRow = (output: OutputRow) => {
    const row = ended ? undefined : answerRow(output, columns)
    if (row === undefined) return
    count++
    stream.row(row)
    if (count === query.limit) finish(() => stream.end('Limit Reached'))
  }
  const host = runnable(
    () =>
      new QueryHost({
        ...server.runs.defaults(request.properties),
        groupId,
        // The limit counts rows that are sent, after the caches.
        query: withoutLimit(query),
        startsAt,
        onRow,
        onFatal: (error) => finish(() => stream.fail({ '@type': 'generic_error', error_code: 50000, message: error.errorMessage })),
      }),
  )
  const stream: AnswerStream = openAnswer(reply, request.contentType, { queryId, columns, keysInHeader: false })
  server.addTransient({ id: queryId, statementText: text, end: () => finish(() => stream.end()) })
  reply.raw.on('close', () => finish(() => {}))
  try {
    await host.start()
  } catch (error) {
    finish(() => stream.fail({ '@type': 'generic_error', error_code: 50000, message: error instanceof Error ? error.message : String(error) }))
  }
}

function withoutLimit(query: AnalysedQuery): AnalysedQuery {
  const { limit: _, ...rest } = query
  return rest
}

const IDLE_LINE_MS = 1_000
const FIRST_LOOK_MS = 2_000

async function print(statement: Extract<Statement, { kind: 'Print' }>, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const { topic, limit, interval = 1 } = statement
  const offsets = (await server.kafka.topicOffsets([topic])).get(topic)
  if (offsets === undefined) {
    const similar = (await server.kafka.listTopics()).find((name) => name.toLowerCase() === topic.toLowerCase())
    const hint = similar === undefined ? '' : `\nDid you mean:\n\tprint ${similar};`
    throw genericError(
      40000,
      `Could not find topic '${topic}', or the KSQL user does not have permissions to list the topic. Topic names are case-sensitive.${hint}`,
    )
  }
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, request.old ? { 'content-type': JSON_TYPE } : {})
  raw.flushHeaders()
  const printer = new RecordPrinter()
  let [seen, shown] = [0, 0]
  let formatsShown = !request.old
  let quiet = true
  let ended = false
  const show = (records: readonly KafkaRecord[]) => {
    if (ended) return
    quiet = false
    printer.observe(records)
    if (!formatsShown) raw.write(printer.formats())
    formatsShown = true
    for (const record of records) {
      if (seen++ % interval !== 0) continue
      raw.write(printer.line(record))
      if (++shown === limit) return end()
    }
  }
  // The first look is at all partitions, as one poll of the real server's consumer is: formats are guessed from all of it.
  const awaited = new Set(statement.fromBeginning ? offsets.filter(({ start, end: last }) => start < last).map(({ partition }) => partition) : [])
  let early: KafkaRecord[] | undefined = awaited.size > 1 ? [] : undefined
  const showEarly = () => {
    const records = early ?? []
    early = undefined
    show(records.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset)))
  }
  const cancelEarly = early === undefined ? () => {} : server.clock.after(FIRST_LOOK_MS, showEarly)
  const onRecords = (records: readonly KafkaRecord[]) => {
    if (early === undefined) return show(records)
    early.push(...records)
    for (const record of records) awaited.delete(record.partition)
    if (awaited.size > 0) return
    cancelEarly()
    showEarly()
  }
  const end = () => {
    if (ended) return
    ended = true
    cancelEarly()
    cancelIdle()
    raw.end()
    server.removePrint(id)
    void reading.stop()
  }
  const id = `print_${topic}_${server.randomId()}`
  const reading = readTopic({
    kafka: server.kafka,
    log: server.log,
    groupId: `${server.transientGroupOf(id)}`,
    topic,
    from: new Map(offsets.map(({ partition, start, end: last }) => [partition, statement.fromBeginning ? start : last])),
    onRecords,
    onError: (error) => {
      server.log.warn({ topic, err: error }, 'PRINT ended')
      end()
    },
  })
  let cancelIdle = () => {}
  const idle = () => {
    if (ended) return
    cancelIdle = server.clock.after(IDLE_LINE_MS, () => {
      if (quiet) raw.write('\n')
      quiet = true
      idle()
    })
  }
  reading.joined.then(idle, () => {})
  server.addPrint(id, end)
  raw.on('close', end)
}
