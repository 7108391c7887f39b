/** How the cases ask: one request, its answer as JSON, its status as it should be. */
import assert from 'node:assert/strict'
import { ask, type HttpServer } from '../http.ts'

/** JSON of any shape. */
// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
export type Json = any

export interface Asked {
  readonly status: number
  readonly body: Json
  readonly headers: Readonly<Record<string, string>>
}

/** `POST /index/_search`; a list becomes NDJSON. */
export async function request(server: HttpServer, question: string, body?: unknown, headers: Record<string, string> = {}): Promise<Asked> {
  const [method = '', path = ''] = question.split(' ')
  const lines = Array.isArray(body)
  const answer = await ask(server, {
    method,
    path,
    ...(body === undefined ? {} : { body: lines ? body.map((line) => `${JSON.stringify(line)}\n`).join('') : body }),
    headers: { ...(lines ? { 'content-type': 'application/x-ndjson' } : {}), ...headers },
  })
  return { status: answer.status, headers: answer.headers, body: answer.json ?? answer.text }
}

/** The body of an answer that has this status. */
export async function answered(server: HttpServer, status: number, question: string, body?: unknown, headers?: Record<string, string>): Promise<Json> {
  const answer = await request(server, question, body, headers)
  assert.equal(answer.status, status, `${question}: ${JSON.stringify(answer.body)?.slice(0, 800)}`)
  return answer.body
}

/** An index without replicas, empty, made anew if it is there. */
export async function freshIndex(server: HttpServer, name: string, settings: object = {}, more: object = {}): Promise<void> {
  await request(server, `DELETE /${name}`)
  await answered(server, 200, `PUT /${name}`, { settings: { number_of_replicas: 0, ...settings }, ...more })
}

export const sources = (body: Json): Json[] => body.hits.hits.map((hit: Json) => hit._source)
