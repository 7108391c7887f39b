/** How the contract talks to an API server. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { parse } from 'yaml'
import { systemClock } from '../../../src/ports/index.ts'
import { type Answer, ask, type HttpServer, type Question } from '../http.ts'

// biome-ignore lint/suspicious/noExplicitAny: an answer of any kind; what is wrong with it shows in the assertion
export type Loose = any

export interface Got extends Answer {
  readonly body: Loose
}

export const MERGE = 'application/merge-patch+json'
export const JSON_PATCH = 'application/json-patch+json'
export const STRATEGIC = 'application/strategic-merge-patch+json'
export const APPLY = 'application/apply-patch+yaml'
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

export class Kube {
  readonly #server: HttpServer
  #namespaces = 0

  constructor(server: HttpServer) {
    this.#server = server
  }

  /** The server of a kubeconfig file, as its first user. */
  static of(file: string): Kube {
    const config = parse(readFileSync(file, 'utf8')) as Loose
    const { server, 'certificate-authority': ca } = config.clusters[0].cluster
    const { token } = config.users[0].user
    return new Kube({
      url: server,
      ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    })
  }

  /** The same server, with other headers. */
  as(headers: Record<string, string>): Kube {
    return new Kube({ ...this.#server, headers: { ...this.#server.headers, ...headers } })
  }

  async ask(question: Question): Promise<Got> {
    const answer = await ask(this.#server, { ...question, headers: { 'user-agent': 'talker/1.0', ...question.headers } })
    return { ...answer, body: answer.json ?? answer.text }
  }

  get(path: string, accept = 'application/json'): Promise<Got> {
    return this.ask({ method: 'GET', path, headers: { accept } })
  }

  post(path: string, body: unknown): Promise<Got> {
    return this.ask({ method: 'POST', path, body })
  }

  put(path: string, body: unknown): Promise<Got> {
    return this.ask({ method: 'PUT', path, body })
  }

  patch(path: string, type: string, body: unknown): Promise<Got> {
    return this.ask({ method: 'PATCH', path, body, headers: { 'content-type': type } })
  }

  delete(path: string, body?: unknown): Promise<Got> {
    return this.ask({ method: 'DELETE', path, ...(body === undefined ? {} : { body }) })
  }

  /** A namespace of its own for a case. */
  async namespace(prefix = 'case'): Promise<string> {
    const name = `${prefix}-${++this.#namespaces}-${Math.random().toString(36).slice(2, 8)}`
    well(await this.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }), 201)
    return name
  }

  async until(path: string, holds: (got: Got) => boolean, what = path): Promise<Got> {
    const deadline = systemClock.now() + 30_000
    for (;;) {
      const got = await this.get(path)
      if (holds(got)) return got
      if (systemClock.now() > deadline) assert.fail(`${what}: not after 30 s; last ${got.status} ${got.text.slice(0, 2_000)}`)
      await systemClock.sleep(50)
    }
  }

  /** Opens a watch; `path` with its query, `watch=true` left out. */
  watch(path: string, accept = 'application/json'): Promise<Watch> {
    const send = this.#server.url.startsWith('https:') ? overHttps : overHttp
    return new Promise((resolve, reject) => {
      const request = send(
        `${this.#server.url}${path}${path.includes('?') ? '&' : '?'}watch=true`,
        { headers: { accept, ...this.#server.headers }, ...(this.#server.ca === undefined ? {} : { ca: this.#server.ca }) },
        (response) => {
          const watch = new Watch(response.statusCode ?? 0, () => request.destroy())
          let rest = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            rest += chunk
            for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
              watch.take(JSON.parse(rest.slice(0, end)))
              rest = rest.slice(end + 1)
            }
          })
          response.on('close', () => watch.end(rest))
          resolve(watch)
        },
      )
      request.on('error', reject)
      request.end()
    })
  }
}

export class Watch {
  readonly status: number
  readonly #stop: () => void
  readonly #events: Loose[] = []
  #wake: () => void = () => undefined
  #ended = false
  /** What came that was no line: the body of a refusal. */
  rest = ''

  constructor(status: number, stop: () => void) {
    this.status = status
    this.#stop = stop
  }

  take(event: unknown): void {
    this.#events.push(event)
    this.#wake()
  }

  end(rest: string): void {
    this.rest = rest
    this.#ended = true
    this.#wake()
  }

  /** The next events, of which there must be so many within 30 s. */
  async next(count = 1): Promise<Loose[]> {
    await this.#wait(() => this.#events.length >= count)
    assert.ok(this.#events.length >= count, `the watch told ${this.#events.length} of ${count} events: ${JSON.stringify(this.#events)}`)
    return this.#events.splice(0, count)
  }

  /** Waits until the server ends it; gives what is left. */
  async all(): Promise<Loose[]> {
    await this.#wait(() => false)
    assert.ok(this.#ended, 'the watch did not end')
    return this.#events.splice(0)
  }

  stop(): void {
    this.#stop()
  }

  async #wait(enough: () => boolean): Promise<void> {
    const deadline = systemClock.now() + 30_000
    while (!enough() && !this.#ended && systemClock.now() < deadline) {
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve
        }),
        systemClock.sleep(500),
      ])
    }
  }
}

/** The answer has that status; gives its body. */
export function well(got: Got, status = 200): Loose {
  assert.equal(got.status, status, got.text.slice(0, 2_000))
  return got.body
}

/** The answer is a Status of a failure with that code and reason; gives it. */
export function refused(got: Got, code: number, reason: string, message?: string | RegExp): Loose {
  assert.equal(got.status, code, got.text.slice(0, 2_000))
  const { kind, apiVersion, status, metadata } = got.body
  assert.deepEqual(
    { kind, apiVersion, status, metadata, code: got.body.code, reason: got.body.reason },
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', metadata: {}, code, reason },
  )
  if (typeof message === 'string') assert.equal(got.body.message, message)
  else if (message !== undefined) assert.match(got.body.message, message)
  return got.body
}

export const configMap = (name: string, data: Record<string, string> = {}, metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
})

export const configMaps = (namespace: string, name = '') => `/api/v1/namespaces/${namespace}/configmaps${name === '' ? '' : `/${name}`}`
