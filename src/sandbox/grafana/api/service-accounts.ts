/** `/api/serviceaccounts` and their tokens. https://grafana.com/docs/grafana/latest/developers/http_api/serviceaccount/ */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest, GrafanaFault } from '../fault.ts'
import { asObject, text } from '../json.ts'
import { type GrafanaState, type ServiceAccount, slugOf } from '../state.ts'

const ROLES = ['None', 'Viewer', 'Editor', 'Admin']

export function serviceAccountRoutes(app: FastifyInstance, state: GrafanaState): void {
  const byId = (request: FastifyRequest): ServiceAccount => {
    const found = state.serviceAccounts.get(Number((request.params as { id: string }).id))
    if (!found) throw GrafanaFault.named(404, 'serviceaccounts.ErrNotFound', 'service account not found')
    return found
  }

  app.post('/api/serviceaccounts', (request, reply) => {
    const body = asObject(request.body)
    const name = text(body.name)
    const role = text(body.role, 'Viewer')
    if (name === '') throw badRequest('Failed to create service account')
    if (!ROLES.includes(role)) throw badRequest('invalid role specified')
    const id = state.nextId()
    const account: ServiceAccount = { id, name, login: `sa-1-${slugOf(name)}`, role, tokens: new Map() }
    state.serviceAccounts.set(id, account)
    return reply.code(201).send(shown(account))
  })
  app.get('/api/serviceaccounts/:id', (request) => shown(byId(request)))
  app.post('/api/serviceaccounts/:id/tokens', (request) => {
    const account = byId(request)
    const body = asObject(request.body)
    const name = text(body.name)
    if (name === '') throw badRequest('bad request data')
    if (Number(body.secondsToLive ?? 0) !== 0) throw badRequest('This stand-in makes tokens that live for ever: leave out secondsToLive')
    if ([...account.tokens.values()].some((token) => token.name === name))
      throw new GrafanaFault(409, 'a token with given name already exists in the organization')
    const token = { id: state.nextId(), name, key: `glsa_${state.newUid(32)}_${state.newUid(8)}` }
    account.tokens.set(token.id, token)
    return token
  })
  app.get('/api/serviceaccounts/:id/tokens', (request) => [...byId(request).tokens.values()].map(({ id, name }) => ({ id, name })))
  app.delete('/api/serviceaccounts/:id/tokens/:token', (request) => {
    const { token } = request.params as { token: string }
    if (!byId(request).tokens.delete(Number(token))) throw GrafanaFault.named(404, 'serviceaccounts.ErrTokenNotFound', 'service account token not found')
    return { message: 'Service account token deleted' }
  })
}

function shown({ id, name, login, role, tokens }: ServiceAccount) {
  return { id, name, login, orgId: 1, isDisabled: false, role, tokens: tokens.size, avatarUrl: '' }
}
