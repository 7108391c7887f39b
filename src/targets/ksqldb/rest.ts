/** The calls of a ksqlDB server that the target needs: one listing of everything, and one change at a time. */
import { z } from 'zod'
import { type Clock, createHttpClient, Failure, type HttpOptions } from '../../ports/index.ts'
import * as answers from './answers.ts'

export interface KsqldbRestOptions {
  readonly url: string
  readonly connection?: HttpOptions['connection']
  readonly timeoutMs?: number
  readonly adapter?: HttpOptions['adapter']
  readonly clock: Clock
}

export interface Listing {
  readonly sources: readonly answers.SourceDescription[]
  readonly descriptions: readonly answers.QueryDescription[]
  readonly queries: readonly answers.RunningQuery[]
  readonly types: Readonly<Record<string, answers.SqlTypeAnswer>>
}

export interface Change {
  readonly queryId?: string
  /** The server is still at work on it. */
  readonly pending: boolean
}

export interface KsqldbRest {
  version(signal: AbortSignal): Promise<string>
  list(signal: AbortSignal): Promise<Listing>
  /** Sends one statement and waits until it was carried out, but not for ever. Throws StatementRefused for a fault of the statement. */
  change(sql: string, properties: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Change>
}

const MEDIA_TYPE = 'application/vnd.ksql.v1+json'
const POLL_MS = 500
const POLLS = 20
const BUSY_WAIT_MS = 2000
const BUSY_TRIES = 8

/** The command runner is at work on an earlier statement: nothing was written, so the statement can be sent again. */
const BUSY = /Timeout while waiting for command topic consumer/i
/** A statement is answered after 5 s at the latest; a listing of a large server may take long as well. */
const CHANGE_TIMEOUT_MS = 30_000

export function createKsqldbRest(options: KsqldbRestOptions): KsqldbRest {
  const http = createHttpClient({
    baseUrl: options.url,
    service: 'ksqlDB',
    headers: { accept: MEDIA_TYPE },
    ...(options.connection ? { connection: options.connection } : {}),
    ...(options.timeoutMs !== undefined ? { timeoutMs: options.timeoutMs } : {}),
    ...(options.adapter ? { adapter: options.adapter } : {}),
  })
  /** Of our last change: the server carries ours out in order, and answers the next one only after it. */
  let lastSequence: number | undefined

  async function post(sql: string, properties: Readonly<Record<string, string>>, signal: AbortSignal) {
    return await http.request({
      method: 'POST',
      path: ['ksql'],
      headers: { 'content-type': MEDIA_TYPE },
      body: { ksql: sql, streamsProperties: properties, ...(lastSequence === undefined ? {} : { commandSequenceNumber: lastSequence }) },
      accept: [400, 500, 503],
      timeoutMs: Math.max(options.timeoutMs ?? 0, CHANGE_TIMEOUT_MS),
      answer: z.unknown(),
      signal,
    })
  }

  async function send(sql: string, properties: Readonly<Record<string, string>>, signal: AbortSignal) {
    for (let attempt = 1; ; attempt++) {
      const { status, body } = await post(sql, properties, signal)
      if (status < 300) {
        const parsed = answers.changed.safeParse(body)
        if (!parsed.success) throw new Failure('Retry', 'UnexpectedAnswer', `ksqlDB answered "${shortened(sql)}" in an unexpected form`)
        return parsed.data[0]!
      }
      const refusal = answers.refusal.safeParse(body)
      const message = refusal.success ? refusal.data.message : String(body)
      if (status === 503 && refusal.success && refusal.data.error_code === 50301) {
        // A sequence number of before the command topic was made anew is never reached.
        lastSequence = undefined
        throw new Failure('Retry', 'BackendError', `ksqlDB is behind with earlier statements: ${message}`, { status, body })
      }
      if (status === 503) throw new Failure('Retry', 'BackendError', `ksqlDB is not ready: ${message}`, { status, body })
      if (!BUSY.test(message)) throw refused(sql, status, message, body)
      if (attempt === BUSY_TRIES)
        throw new Failure('Retry', 'BackendError', `ksqlDB is busy with earlier statements: ${message}`.slice(0, 500), { status, body })
      await options.clock.sleep(BUSY_WAIT_MS, signal)
    }
  }

  async function commandStatus(commandId: string, signal: AbortSignal): Promise<answers.CommandStatus | undefined> {
    const { status, body } = await http.request({ method: 'GET', path: ['status', ...commandId.split('/')], accept: [404], answer: z.unknown(), signal })
    return status === 404 ? undefined : answers.commandStatus.parse(body)
  }

  return {
    async version(signal) {
      const { body } = await http.request({ method: 'GET', path: ['info'], answer: answers.info, signal })
      return body.KsqlServerInfo.version
    },

    async list(signal) {
      const { body } = await http.request({
        method: 'POST',
        path: ['ksql'],
        headers: { 'content-type': MEDIA_TYPE },
        body: { ksql: 'LIST STREAMS EXTENDED; LIST TABLES EXTENDED; LIST QUERIES; LIST QUERIES EXTENDED; LIST TYPES;' },
        answer: answers.listings,
        signal,
      })
      const sources: answers.SourceDescription[] = []
      const listing = { sources, descriptions: [] as answers.QueryDescription[], queries: [] as answers.RunningQuery[], types: {} }
      for (const part of body) {
        if (part['@type'] === 'source_descriptions') sources.push(...part.sourceDescriptions)
        else if (part['@type'] === 'query_descriptions') listing.descriptions = part.queryDescriptions
        else if (part['@type'] === 'queries') listing.queries = part.queries
        else listing.types = part.types
      }
      return listing
    },

    async change(sql, properties, signal) {
      const answer = await send(sql, properties, signal)
      if (answer.commandSequenceNumber !== undefined && answer.commandSequenceNumber >= 0) lastSequence = answer.commandSequenceNumber
      let status = answer.commandStatus
      for (let poll = 0; poll < POLLS && status && answer.commandId && isUnfinished(status.status); poll++) {
        await options.clock.sleep(POLL_MS, signal)
        status = (await commandStatus(answer.commandId, signal)) ?? status
      }
      if (status?.status === 'ERROR')
        throw new Failure('Stall', 'StatementRefused', `ksqlDB could not carry out "${shortened(sql)}": ${status.message}`.slice(0, 500))
      return { pending: status !== undefined && isUnfinished(status.status), ...(status?.queryId ? { queryId: status.queryId } : {}) }
    },
  }
}

const isUnfinished = (status: string): boolean => status === 'QUEUED' || status === 'PARSING' || status === 'EXECUTING' || status === 'RUNNING'

const shortened = (sql: string): string => sql.replaceAll(/\s+/g, ' ').slice(0, 80)

/** 500 stands also for faults of the user, such as a replica count, so 40000 to 42999 and 50000 both mean the statement. */
function refused(sql: string, status: number, message: string, body: unknown): Failure {
  return new Failure('Stall', 'StatementRefused', `ksqlDB refuses "${shortened(sql)}": ${message}`.slice(0, 500), { status, body })
}
