/** Answers with exactly the headers that the real server sends: some of its errors have no content type. */
import type { FastifyReply } from 'fastify'
import { RestError } from './errors.ts'
import { toJson } from './values.ts'

export const JSON_TYPE = 'application/json'
export const V1_TYPE = 'application/vnd.ksql.v1+json'
export const DELIMITED_TYPE = 'application/vnd.ksqlapi.delimited.v1'

export function answer(reply: FastifyReply, status: number, text: string, contentType?: string, headers: Readonly<Record<string, string>> = {}): void {
  reply.hijack()
  reply.raw.writeHead(status, {
    ...headers,
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    'content-length': Buffer.byteLength(text),
  })
  reply.raw.end(text)
}

export function answerJson(reply: FastifyReply, body: unknown, status = 200): void {
  answer(reply, status, toJson(body), JSON_TYPE)
}

/** `contentType`: faults that a resource finds have one, those that the HTTP layer finds have none. */
export function answerError(reply: FastifyReply, error: unknown, contentType: string | undefined): void {
  const fault = error instanceof RestError ? error : internalError(error)
  answer(reply, fault.status, toJson(fault.body), contentType)
}

function internalError(error: unknown): RestError {
  return new RestError(500, { '@type': 'generic_error', error_code: 50000, message: error instanceof Error ? error.message : String(error) })
}

/** The first type that the client accepts, in its order of preference; undefined: none (406). */
export function negotiate(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0]
  const wanted = accept
    .split(',')
    .map((item, index) => {
      const [type = '', ...parameters] = item.trim().split(/\s*;\s*/)
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      return { type: type.toLowerCase(), q: q === undefined ? 1 : Number(q.slice(2)), index }
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q || a.index - b.index)
  for (const { type } of wanted) {
    const match = offered.find((one) => type === '*/*' || type === one || (type.endsWith('/*') && one.startsWith(type.slice(0, -1))))
    if (match !== undefined) return match
  }
  return undefined
}
