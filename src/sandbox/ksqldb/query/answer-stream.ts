/** The three forms in which rows are answered. */
import type { FastifyReply } from 'fastify'
import type { Value } from '../../../engine/index.ts'
import { formatType } from '../../../sql/index.ts'
import type { ErrorBody } from '../rest/errors.ts'
import { DELIMITED_TYPE, JSON_TYPE } from '../rest/respond.ts'
import { rowJson, toJson } from '../rest/values.ts'
import { type AnswerColumn, headerSchema } from './columns.ts'

export interface AnswerStream {
  row(values: readonly Value[]): void
  /** `finalMessage` shows in the old form only. */
  end(finalMessage?: string): void
  fail(error: ErrorBody): void
}

export interface AnswerHead {
  readonly queryId: string
  readonly columns: readonly AnswerColumn[]
  /** Pull queries on tables say which columns are keys. */
  readonly keysInHeader: boolean
}

/** Writes the header at once, so that a client of a push query knows that it runs. */
export function openAnswer(reply: FastifyReply, contentType: string, head: AnswerHead): AnswerStream {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { 'content-type': contentType })
  const types = head.columns.map((column) => column.type)
  const write = (text: string) => {
    if (!raw.writableEnded && !raw.destroyed) raw.write(text)
  }
  const end = (text: string) => {
    if (raw.writableEnded) return
    // An empty last chunk garbles the ones before it in Node's HTTP/2.
    if (text === '') raw.end()
    else raw.end(text)
  }
  if (contentType === DELIMITED_TYPE || contentType === JSON_TYPE) {
    const delimited = contentType === DELIMITED_TYPE
    const header = toJson({ queryId: head.queryId, columnNames: head.columns.map((column) => column.name), columnTypes: types.map((type) => formatType(type)) })
    const item = (text: string) => (delimited ? `${text}\n` : `,${text}`)
    write(delimited ? `${header}\n` : `[${header}`)
    return {
      row: (values) => write(item(rowJson(values, types))),
      end: () => end(delimited ? '' : ']'),
      fail: (error) => end(`${item(toJson(error))}${delimited ? '' : ']'}`),
    }
  }
  // Elements are separated, not ended, where the whole answer is known: the last one has no comma.
  let pending = `[${toJson({ header: { queryId: head.queryId, schema: headerSchema(head.columns, head.keysInHeader) } })}`
  const flushes = !head.keysInHeader
  const push = (text: string) => {
    if (flushes) write(`${text},\n`)
    else {
      write(`${pending},\n`)
      pending = text
    }
  }
  if (flushes) {
    write(`${pending},\n`)
    pending = ''
  }
  return {
    row: (values) => push(`{"row":{"columns":${rowJson(values, types)}}}`),
    end(finalMessage) {
      const last = finalMessage === undefined ? '' : toJson({ finalMessage })
      if (flushes) end(`${last}]`)
      else end(last === '' ? `${pending}]` : `${pending},\n${last}]`)
    },
    fail: (error) => end(`${flushes ? '' : `${pending},\n`}${toJson({ errorMessage: error })},\n]`),
  }
}
