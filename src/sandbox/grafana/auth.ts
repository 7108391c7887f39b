/** Who asks: a session cookie, basic authentication, or the token of a service account. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { GrafanaFault } from './fault.ts'
import { asObject, text } from './json.ts'
import type { GrafanaState, ServiceAccount } from './state.ts'

const COOKIE = 'grafana_session'
const LIFETIME_MS = 7 * 24 * 3_600_000

function wrongPassword(): GrafanaFault {
  return GrafanaFault.named(401, 'password-auth.failed', 'Invalid username or password')
}

export function unauthorized(): GrafanaFault {
  return new GrafanaFault(401, 'Unauthorized', { extra: null, messageId: 'auth.unauthorized', statusCode: 401, traceID: '' })
}

/** The login of who asks; undefined when nobody says. Throws when somebody says it wrongly. */
export function loginOf(state: GrafanaState, request: FastifyRequest): string | undefined {
  const { authorization, cookie } = request.headers
  if (authorization?.startsWith('Basic ')) {
    const [login = '', ...rest] = Buffer.from(authorization.slice(6), 'base64').toString().split(':')
    if (!matches(state, login, rest.join(':'))) throw wrongPassword()
    return login
  }
  const account = authorization?.startsWith('Bearer ') ? accountOf(state, authorization.slice(7)) : undefined
  if (account !== undefined) return account.login
  if (authorization !== undefined) throw GrafanaFault.named(401, 'api-key.invalid', 'Invalid API key')
  const token = cookieValue(cookie, COOKIE)
  const session = token === undefined ? undefined : state.sessions.get(token)
  return session && session.expires > state.clock.now() ? session.login : undefined
}

function accountOf(state: GrafanaState, key: string): ServiceAccount | undefined {
  return [...state.serviceAccounts.values()].find(({ tokens }) => [...tokens.values()].some((token) => token.key === key))
}

function matches(state: GrafanaState, login: string, password: string): boolean {
  return state.users.some((user) => user.login === login && user.password === password)
}

/** `POST /login`, from the page's script or a plain form. */
export function logIn(state: GrafanaState, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = asObject(request.body)
  const login = text(body.user)
  if (!matches(state, login, text(body.password))) throw wrongPassword()
  const token = state.newUid(32)
  const expires = state.clock.now() + LIFETIME_MS
  state.sessions.set(token, { login, expires })
  const attributes = `Path=/; Max-Age=${LIFETIME_MS / 1000}; HttpOnly; SameSite=Lax`
  reply.header('set-cookie', [
    `${COOKIE}=${token}; ${attributes}`,
    `${COOKIE}_expiry=${Math.floor(expires / 1000)}; Path=/; Max-Age=${LIFETIME_MS / 1000}; SameSite=Lax`,
    'redirect_to=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
  ])
  const target = safeTarget(cookieValue(request.headers.cookie, 'redirect_to'))
  return reply.send({ message: 'Logged in', redirectUrl: target })
}

export function logOut(state: GrafanaState, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const token = cookieValue(request.headers.cookie, COOKIE)
  if (token !== undefined) state.sessions.delete(token)
  return reply.header('set-cookie', `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`).redirect('/login', 302)
}

/** Only paths of this server: never another host. */
function safeTarget(target: string | undefined): string {
  if (target === undefined || !target.startsWith('/') || target.startsWith('//') || target.includes('\\')) return '/'
  return target
}

function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return decodeURIComponent(value.join('='))
  }
  return undefined
}
