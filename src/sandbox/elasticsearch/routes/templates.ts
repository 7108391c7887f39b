/** Composable index templates and their components. */
import type { Cluster } from '../cluster.ts'
import { EsError, illegalArgument } from '../errors.ts'
import { type EsAnswer, type EsRequest, flag, jsonBody, type Router, requireBody } from '../http/router.ts'
import { asList, asObject, type JsonObject, sameJson, simpleMatch } from '../json.ts'
import { Mapping } from '../mapping/mapping.ts'
import { flatSettings } from '../settings.ts'
import { checkTemplate, compose, normalContent, normalTemplate, overlapping, simulated, winnerFor } from '../templates.ts'

export function templateRoutes(router: Router, cluster: Cluster): void {
  const T = '/_index_template/:name'
  router.add('PUT POST', T, 'create cause', (request) => put(cluster, request))
  router.add('GET', `/_index_template ${T}`, 'flat_settings include_defaults', ({ params }) => list(cluster.indexTemplates, 'index_template', params.name))
  router.add('HEAD', T, 'flat_settings', ({ params }) => ({ status: listed(cluster.indexTemplates, params.name).length > 0 ? 200 : 404 }))
  router.add('DELETE', T, '', ({ params }) => remove(cluster, String(params.name)))
  router.add('POST', '/_index_template/_simulate_index/:name', 'create cause include_defaults', (request) => simulateIndex(cluster, request))
  router.add('POST', '/_index_template/_simulate /_index_template/_simulate/:name', 'create cause include_defaults', (request) => simulate(cluster, request))

  const C = '/_component_template/:name'
  router.add('PUT POST', C, 'create cause', (request) => putComponent(cluster, request))
  router.add('GET', `/_component_template ${C}`, 'flat_settings include_defaults', ({ params }) =>
    list(cluster.componentTemplates, 'component_template', params.name),
  )
  router.add('HEAD', C, '', ({ params }) => ({ status: listed(cluster.componentTemplates, params.name).length > 0 ? 200 : 404 }))
  router.add('DELETE', C, '', ({ params }) => removeComponent(cluster, String(params.name)))
}

function listed(templates: ReadonlyMap<string, JsonObject>, pattern: string | undefined): [string, JsonObject][] {
  const patterns = (pattern ?? '*').split(',')
  return [...templates].filter(([name]) => patterns.some((one) => simpleMatch(one, name))).sort(([a], [b]) => (a < b ? -1 : 1))
}

function list(templates: ReadonlyMap<string, JsonObject>, key: 'index_template' | 'component_template', pattern: string | undefined): EsAnswer {
  const found = listed(templates, pattern)
  if (found.length === 0 && pattern !== undefined && !pattern.includes('*')) {
    throw new EsError(404, {
      type: 'resource_not_found_exception',
      reason: `${key === 'index_template' ? 'index' : 'component'} template matching [${pattern}] not found`,
    })
  }
  return { body: { [`${key}s`]: found.map(([name, body]) => ({ name, [key]: body })) } }
}

function stamped(cluster: Cluster, body: JsonObject, before: JsonObject | undefined): JsonObject {
  if (cluster.version !== '9.x') return body
  const now = cluster.clock.now()
  return { ...body, created_date_millis: before?.created_date_millis ?? now, modified_date_millis: now }
}

function put(cluster: Cluster, request: EsRequest): EsAnswer {
  const name = String(request.params.name)
  const template = named(name, () => normalTemplate(requireBody(request)))
  const before = cluster.indexTemplates.get(name)
  if (before && flag(request, 'create')) throw illegalArgument(`index template [${name}] already exists`)
  checkTemplate(cluster, name, template)
  const { created_date_millis: _, modified_date_millis: __, ...old } = before ?? {}
  if (before && sameJson(old, template)) return { body: { acknowledged: true } }
  const body = stamped(cluster, template, before)
  cluster.indexTemplates.set(name, body)
  cluster.store.saveTemplate('index', name, body)
  cluster.changed()
  return { body: { acknowledged: true } }
}

/** A setting that does not exist is the template's fault, and said so. */
function named<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof EsError) || !error.message.startsWith('unknown setting')) throw error
    throw new EsError(400, {
      type: 'invalid_index_template_exception',
      reason: `index_template [${name}] invalid, cause [Validation Failed: 1: ${error.message};]`,
    })
  }
}

function remove(cluster: Cluster, pattern: string): EsAnswer {
  const found = pattern.split(',').flatMap((one) => {
    const matched = listed(cluster.indexTemplates, one)
    if (matched.length === 0 && !one.includes('*'))
      throw new EsError(404, { type: 'index_template_missing_exception', reason: `index_template [${one}] missing` })
    return matched
  })
  for (const [name] of found) {
    cluster.indexTemplates.delete(name)
    cluster.store.dropTemplate('index', name)
  }
  if (found.length > 0) cluster.changed()
  return { body: { acknowledged: true } }
}

/** With a body: as if that template existed too, under no name of its own. */
function simulateIndex(cluster: Cluster, request: EsRequest): EsAnswer {
  const index = String(request.params.name)
  const given = request.text.trim() === '' ? undefined : normalTemplate(jsonBody(request))
  const own = '\0simulated'
  if (given) checkTemplate(cluster, own, given)
  const templates = new Map(cluster.indexTemplates)
  if (given) templates.set(own, given)
  const view = Object.create(cluster, { indexTemplates: { value: templates } }) as Cluster
  const winner = winnerFor(view, index)
  if (winner === undefined) return { body: {} }
  const matching = [...templates]
    .filter(([name, body]) => name !== winner && asList(body.index_patterns).some((pattern) => simpleMatch(String(pattern), index)))
    .map(([name]) => name)
  return { body: simulated(compose(view, templates.get(winner) ?? {}), matching.sort(), view) }
}

function simulate(cluster: Cluster, request: EsRequest): EsAnswer {
  const name = request.params.name
  const stored = name === undefined ? undefined : cluster.indexTemplates.get(name)
  const given = request.text.trim() === '' ? undefined : normalTemplate(jsonBody(request))
  const template = given ?? stored
  if (!template) {
    throw illegalArgument(
      name === undefined ? 'a template name to match or a new template body must be specified' : `unable to simulate template [${name}] that does not exist`,
    )
  }
  const own = name ?? '\0simulated'
  if (given) checkTemplate(cluster, own, given)
  return { body: simulated(compose(cluster, template), overlapping(cluster, own, template), cluster) }
}

function putComponent(cluster: Cluster, request: EsRequest): EsAnswer {
  const name = String(request.params.name)
  const body = requireBody(request)
  if (body.template === undefined) throw illegalArgument('Required [template]')
  const before = cluster.componentTemplates.get(name)
  if (before && flag(request, 'create')) throw illegalArgument(`component template [${name}] already exists`)
  const content = normalContent(asObject(body.template))
  Mapping.parse(asObject(content.mappings))
  flatSettings(asObject(content.settings))
  const component = stamped(
    cluster,
    { template: content, ...(body.version === undefined ? {} : { version: body.version }), ...(body._meta === undefined ? {} : { _meta: body._meta }) },
    before,
  )
  cluster.componentTemplates.set(name, component)
  cluster.store.saveTemplate('component', name, component)
  cluster.changed()
  return { body: { acknowledged: true } }
}

function removeComponent(cluster: Cluster, name: string): EsAnswer {
  if (!cluster.componentTemplates.has(name)) throw new EsError(404, { type: 'resource_not_found_exception', reason: `component_template [${name}] missing` })
  const users = [...cluster.indexTemplates].filter(([, body]) => asList(body.composed_of).includes(name)).map(([user]) => user)
  if (users.length > 0)
    throw illegalArgument(`component templates [${name}] cannot be removed as they are still in use by index templates [${users.sort().join(', ')}]`)
  cluster.componentTemplates.delete(name)
  cluster.store.dropTemplate('component', name)
  cluster.changed()
  return { body: { acknowledged: true } }
}
