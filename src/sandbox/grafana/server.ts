/** The HTTP side: who may ask, Grafana's form of errors, and the routes. */
import formBody from 'node:querystring'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Clock, type Random, systemRandom } from '../../ports/index.ts'
import { createHttpServer, type SandboxServer } from '../server.ts'
import { apisRoutes } from './api/apis.ts'
import { dashboardRoutes } from './api/dashboards.ts'
import { dataSourceRoutes } from './api/data-sources.ts'
import { folderRoutes } from './api/folders.ts'
import { queryRoutes } from './api/query.ts'
import { serviceAccountRoutes } from './api/service-accounts.ts'
import { logIn, loginOf, logOut, unauthorized } from './auth.ts'
import { badRequest, GrafanaFault, notFound } from './fault.ts'
import { pageRoutes } from './pages.ts'
import { GrafanaState, type GrafanaUser } from './state.ts'

export interface GrafanaOptions {
  readonly clock: Clock
  /** Default: one, `user` with the password `user`. */
  readonly users?: readonly GrafanaUser[]
  readonly random?: Random
  readonly port?: number
}

const VERSION = '13.2.3'
/** What anybody may ask. */
const OPEN = /^\/(login|logout|api\/health|public\/|healthz$|favicon\.ico$)/

function isMutating({ method, url }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  return !/^\/(api\/ds\/query|login|logout)\b/.test(url)
}

/** A stand-in for Grafana: its HTTP API, and pages that draw the dashboards with live data. Everything is kept in memory. */
export async function startGrafana(options: GrafanaOptions): Promise<SandboxServer> {
  const state = new GrafanaState(options.clock, options.random ?? systemRandom, options.users ?? [{ login: 'user', password: 'user' }])
  const { app, listen } = createHttpServer({ name: 'grafana', clock: options.clock, isMutating })

  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, { ...formBody.parse(String(body)) }),
  )
  // A client may announce JSON and send nothing, as with DELETE.
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser(['application/json', 'application/merge-patch+json'], { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined)
    try {
      done(null, JSON.parse(String(body)))
    } catch {
      done(badRequest('bad request data'))
    }
  })
  app.setErrorHandler((error, _request, reply) => fault(error, reply))
  app.setNotFoundHandler((_request, reply) => fault(notFound('Not found'), reply))

  const logins = new WeakMap<FastifyRequest, string>()
  app.addHook('onRequest', async (request, reply) => {
    if (OPEN.test(request.url)) return
    const login = loginOf(state, request)
    if (login !== undefined) logins.set(request, login)
    else if (request.url.startsWith('/api')) throw unauthorized()
    else {
      const target = encodeURIComponent(request.url)
      return reply.header('set-cookie', `redirect_to=${target}; Path=/; HttpOnly; SameSite=Lax`).redirect('/login', 302)
    }
  })
  const who = (request: FastifyRequest): string => logins.get(request) ?? ''

  app.get('/api/health', () => ({ database: 'ok', version: VERSION, commit: '0000000000' }))
  app.get('/healthz', () => 'Ok')
  app.post('/login', (request, reply) => logIn(state, request, reply))
  app.get('/logout', (request, reply) => logOut(state, request, reply))
  app.get('/api/user', (request) => user(state, who(request)))
  app.get('/api/org', () => ({ id: 1, name: 'Main Org.', address: { address1: '', address2: '', city: '', zipCode: '', state: '', country: '' } }))
  dataSourceRoutes(app, state)
  folderRoutes(app, state, who)
  dashboardRoutes(app, state, who)
  queryRoutes(app, state)
  serviceAccountRoutes(app, state)
  apisRoutes(app, state, who)
  pageRoutes(app, state)
  return listen(options.port)
}

function user(state: GrafanaState, login: string) {
  const id = state.users.findIndex((one) => one.login === login) + 1
  return {
    id,
    uid: `user-${id}`,
    email: `${login}@localhost`,
    name: login,
    login,
    theme: 'dark',
    orgId: 1,
    isGrafanaAdmin: true,
    isDisabled: false,
    isExternal: false,
    authLabels: [],
    avatarUrl: '',
  }
}

function fault(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof GrafanaFault) return reply.code(error.status).send(error.body())
  const status = typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  // What Fastify refuses by itself is a body that is no JSON.
  if (status >= 400 && status < 500) return reply.code(status).send({ message: 'bad request data', traceID: '' })
  return reply.code(500).send({ message: error instanceof Error ? (error.stack ?? error.message) : String(error), traceID: '' })
}
