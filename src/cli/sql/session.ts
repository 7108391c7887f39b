/** Runs statements one by one against a ksqlDB server, with the properties and variables of the session. */

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { UserError } from '../../console/index.ts'
import { Failure, type HttpClient } from '../../ports/index.ts'

import { entitySchema, renderEntity } from './render.ts'
import { splitStatements } from './split.ts'

export interface SqlSession {
  /** Runs one statement and hands on each line it prints. Throws UserError with the server's message. */
  run(statement: string, print: (line: string) => void, signal: AbortSignal): Promise<void>
}

const SET = /^SET\s+'((?:[^']|'')*)'\s*=\s*'((?:[^']|'')*)'\s*;$/i
const UNSET = /^UNSET\s+'((?:[^']|'')*)'\s*;$/i
const RUN_SCRIPT = /^RUN\s+SCRIPT\s+(?:'((?:[^']|'')*)'|(\S+?))\s*;$/i
const DEFINE = /^DEFINE\s+(\w+)\s*=\s*'((?:[^']|'')*)'\s*;$/i
const UNDEFINE = /^UNDEFINE\s+(\w+)\s*;$/i
const unquote = (text: string) => text.replaceAll("''", "'")

export function createSqlSession(ksqldb: HttpClient): SqlSession {
  // Like the server's own command line, a session reads from the beginning unless it is told otherwise.
  const properties: Record<string, string> = { 'auto.offset.reset': 'earliest' }
  const variables: Record<string, string> = {}

  async function statement(sql: string, print: (line: string) => void, signal: AbortSignal): Promise<void> {
    const { body } = await ksqldb.request({
      method: 'POST',
      path: ['ksql'],
      body: { ksql: sql, streamsProperties: properties, sessionVariables: variables },
      answer: z.array(entitySchema),
      timeoutMs: 60_000,
      signal,
    })
    for (const entity of body) print(renderEntity(entity))
  }

  async function select(sql: string, print: (line: string) => void, signal: AbortSignal): Promise<void> {
    const body = { sql, properties, sessionVariables: variables }
    const headers = { accept: 'application/vnd.ksqlapi.delimited.v1' }
    for await (const line of ksqldb.lines({ method: 'POST', path: ['query-stream'], body, headers, timeoutMs: 0, signal })) {
      const part: unknown = JSON.parse(line)
      if (Array.isArray(part)) print(part.map((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value))).join(' | '))
      else if (isHeader(part)) print(part.columnNames.join(' | '))
      else throw new UserError((part as { message?: string }).message ?? line)
    }
  }

  async function printTopic(sql: string, print: (line: string) => void, signal: AbortSignal): Promise<void> {
    const body = { ksql: sql, streamsProperties: properties, sessionVariables: variables }
    for await (const line of ksqldb.lines({ method: 'POST', path: ['query'], body, timeoutMs: 0, signal })) if (line !== '') print(line)
  }

  const session: SqlSession = {
    async run(sql, print, signal) {
      try {
        const set = SET.exec(sql)
        const unset = UNSET.exec(sql)
        const script = RUN_SCRIPT.exec(sql)
        const define = DEFINE.exec(sql)
        const undefine = UNDEFINE.exec(sql)
        if (set) {
          properties[unquote(set[1]!)] = unquote(set[2]!)
          print(`Set ${set[1]} to ${set[2]} for this session.`)
        } else if (unset) {
          delete properties[unquote(unset[1]!)]
          print(`Unset ${unset[1]}.`)
        } else if (define) variables[define[1]!] = unquote(define[2]!)
        else if (undefine) delete variables[undefine[1]!]
        else if (script) await runScript(session, unquote(script[1] ?? script[2]!), print, signal)
        else if (/^SELECT\b/i.test(withoutComments(sql))) await select(sql, print, signal)
        else if (/^PRINT\b/i.test(withoutComments(sql))) await printTopic(sql, print, signal)
        else await statement(sql, print, signal)
      } catch (error) {
        throw asUserError(error)
      }
    },
  }
  return session
}

const isHeader = (part: unknown): part is { columnNames: string[] } => typeof part === 'object' && part !== null && 'columnNames' in part
const withoutComments = (sql: string) => sql.replaceAll(/--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\//g, '').trim()

/** Stops at the first statement that fails, naming it. */
export async function runScript(session: SqlSession, path: string, print: (line: string) => void, signal: AbortSignal): Promise<void> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    throw new UserError(`The script ${path} cannot be read.`)
  }
  const { statements, rest } = splitStatements(text)
  if (rest !== '') throw new UserError(`${path}: the last statement has no semicolon at its end.`)
  for (const [index, sql] of statements.entries()) {
    print(`> ${withoutComments(sql).replaceAll(/\s+/g, ' ').slice(0, 100)}`)
    try {
      await session.run(sql, print, signal)
    } catch (error) {
      throw new UserError(`${path}, statement ${index + 1} of ${statements.length}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

/** The server's own message, which names line and column, without what is only of interest to programs. */
function asUserError(error: unknown): unknown {
  if (!(error instanceof Failure)) return error
  const body = error.body as { message?: string } | undefined
  return new UserError(typeof body?.message === 'string' ? body.message : error.message)
}
