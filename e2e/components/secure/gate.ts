/**
 * TLS and a login before a server that has neither: whatever passes is handed on. For Elasticsearch, whose security module no
 * registry brings, and for the stand-ins of ksqlDB and Grafana.
 */
import { once } from 'node:events'
import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Identity } from '../../../test/ports/certificates.ts'

export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface GateOptions {
  /** `http://HOST:PORT` of the server behind. */
  readonly upstream: string
  readonly identity: Identity
  /** What an `Authorization` header may say; absent: the server behind looks at it itself. */
  readonly allowed?: readonly string[]
  readonly refusal?: Refusal
}

export interface Gate {
  readonly url: string
  /** Only these from now on. */
  allow(allowed: readonly string[]): void
  /** Certificate of the connections to come; those that stand are cut. */
  setIdentity(identity: Identity): void
  close(): Promise<void>
}

export const basic = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

export async function startGate({ upstream, identity, allowed: first, refusal }: GateOptions): Promise<Gate> {
  let allowed = first
  const { hostname, port } = new URL(upstream)
  const server = createServer({ ...identity }, (request, response) => {
    if (allowed !== undefined && !allowed.includes(request.headers.authorization ?? '')) return refuse(response, refusal)
    pass(request, response, hostname, Number(port), allowed !== undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    allow(next) {
      allowed = next
    },
    setIdentity(next) {
      server.setSecureContext(next)
      server.closeAllConnections()
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function refuse(response: ServerResponse, refusal: Refusal | undefined): void {
  response.writeHead(refusal?.status ?? 401, { 'content-type': 'application/json', ...refusal?.headers }).end(JSON.stringify(refusal?.body ?? {}))
}

function pass(request: IncomingMessage, response: ServerResponse, hostname: string, port: number, stripped: boolean): void {
  const { authorization, ...rest } = request.headers
  const headers = stripped || authorization === undefined ? rest : { ...rest, authorization }
  const onward = forward({ hostname, port, method: request.method, path: request.url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

/** As Elasticsearch 9 with its security on refuses: with the ways to log in, and the reason in the body. */
export const ELASTICSEARCH_REFUSAL: Refusal = {
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="security", charset="UTF-8", ApiKey', 'x-elastic-product': 'Elasticsearch' },
  body: {
    error: {
      root_cause: [
        {
          type: 'security_exception',
          reason: 'missing authentication credentials for REST request [/]',
          header: { 'WWW-Authenticate': ['Basic realm="security", charset="UTF-8"', 'ApiKey'] },
        },
      ],
      type: 'security_exception',
      reason: 'missing authentication credentials for REST request [/]',
      header: { 'WWW-Authenticate': ['Basic realm="security", charset="UTF-8"', 'ApiKey'] },
    },
    status: 401,
  },
}

/** As ksqlDB with `authentication.method=BASIC` refuses: its HTTP server answers with its own words. */
export const KSQLDB_REFUSAL: Refusal = {
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="KsqlServer"' },
  body: { '@type': 'generic_error', error_code: 40100, message: 'Unauthorized' },
}
