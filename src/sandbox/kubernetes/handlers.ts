/** The verbs on resources: each takes a checked request and gives an answer; watches are elsewhere. */
import type { KubeObject } from '../../ports/index.ts'
import { type Answer, type Presentation, present, presentList } from './answer.ts'
import { checkDeclared } from './apply/declared.ts'
import { applyConfiguration } from './apply/managed-fields.ts'
import { asObject, decodeBody, decodePatch, type PatchType } from './body.ts'
import type { Subresource } from './changes.ts'
import { listPage } from './collections.ts'
import { type Decoded, decodeObject, enforceStrict, kindMissing, warnOfOtherVersion } from './decode.ts'
import { invalidValue, notSupported } from './field-error.ts'
import type { DeleteOptions } from './finalizers.ts'
import { canonical, clone, isObject, type Json, type JsonObject } from './json.ts'
import { checkVersion, flag, listOptions, type WriteOptions, writeOptions } from './options.ts'
import { applyJsonPatch, mergePatch } from './patch.ts'
import type { CreateBelow, ResourceType } from './resources.ts'
import { fromScale, toScale } from './scale.ts'
import { withObjectMeta } from './schema/structural.ts'
import { ApiError, badRequest, conflict, definitionTerminating, invalid, methodNotAllowed, noSuchPath, notFound } from './status.ts'
import type { Store } from './store.ts'
import { strategicMerge } from './strategic.ts'
import { finalizerWarnings } from './validation.ts'
import type { WriteContext, Writes } from './writes.ts'

export interface ResourceRequest {
  readonly method: string
  readonly resource: ResourceType
  readonly namespace: string
  readonly name: string
  readonly subresource: string
  readonly query: URLSearchParams
  readonly body: Buffer | undefined
  readonly contentType: string | undefined
  readonly userAgent: string
  readonly presentation: Presentation
  /** What the user should be told, whether the request succeeds or not. */
  readonly warnings: string[]
}

const VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

export class Handlers {
  readonly #store: Store
  readonly #writes: Writes

  constructor(deps: { store: Store; writes: Writes }) {
    this.#store = deps.store
    this.#writes = deps.writes
  }

  handle(request: ResourceRequest): Answer {
    const { method, resource, name } = request
    const verb = name === '' ? { GET: 'list', POST: 'create', DELETE: 'deletecollection' }[method] : VERBS[method]
    // The handler of custom resources takes a POST behind a name for a create all the same.
    const extra = resource.subresources?.find((one) => one.name === request.subresource)
    if (extra?.create && verb === 'create') return this.#createBelow(request, extra.create)
    if (!verb || (verb === 'create' && name !== '' && !resource.custom)) throw methodNotAllowed()
    // What is only asked has no other path at all.
    if (resource.answer && verb !== 'create') throw methodNotAllowed()
    // All namespaces at once can be read; the typed handlers have no such path for anything else.
    if (!resource.custom && resource.namespaced && request.namespace === '' && verb !== 'list') throw methodNotAllowed()
    if (!resource.verbs.includes(verb)) throw methodNotAllowed(resource, verb)
    if (resource.terminating && verb === 'create') throw definitionTerminating(resource)
    if (resource.deprecation) request.warnings.push(resource.deprecation)
    return request.subresource ? this.#subresource(request) : this.#plain(request, verb)
  }

  #plain(request: ResourceRequest, verb: string): Answer {
    switch (verb) {
      case 'list':
        return {
          code: 200,
          body: presentList(request.resource, listPage(this.#store, request.resource, request.namespace, listOptions(request.query)), request.presentation),
        }
      case 'create':
        return this.#create(request)
      case 'get':
        checkVersion(request.query.get('resourceVersion') ?? '')
        return this.#shown(request, 200, this.#writes.get(request.resource, request.namespace, request.name))
      case 'update':
        return this.#update(request, '')
      case 'patch':
        return this.#patch(request, '')
      case 'deletecollection':
        return this.#deleteCollection(request)
      default:
        return this.#delete(request)
    }
  }

  #subresource(request: ResourceRequest): Answer {
    const { resource, subresource, method } = request
    if (subresource === 'finalize' && resource.storage === '/namespaces' && method === 'PUT') return this.#finalize(request)
    const known = (subresource === 'status' && resource.status) || (subresource === 'scale' && resource.scale !== undefined)
    if (!known) throw resource.custom ? notFound(resource, request.name) : noSuchPath()
    if (method === 'GET') {
      const object = this.#writes.get(resource, request.namespace, request.name)
      return subresource === 'scale' ? { code: 200, body: toScale(resource, object) } : this.#shown(request, 200, object)
    }
    if (method === 'PUT') return this.#update(request, subresource)
    if (method === 'PATCH') return this.#patch(request, subresource)
    throw methodNotAllowed()
  }

  #shown(request: ResourceRequest, code: number, object: KubeObject): Answer {
    return { code, body: present(request.resource, object, request.presentation) }
  }

  /** What was written, with warnings about finalizers that came with it. */
  #written(request: ResourceRequest, code: number, object: KubeObject, before: KubeObject | undefined): Answer {
    request.warnings.push(...finalizerWarnings(object, before))
    return this.#shown(request, code, object)
  }

  #create(request: ResourceRequest): Answer {
    const { resource } = request
    const options = writeOptions(request.query, request.userAgent, 'CreateOptions')
    const body = decodeBody(request.body, request.contentType, request.resource)
    const value = asObject(body.value, resource.kind)
    request.warnings.push(...warnOfOtherVersion(value, resource, options.fieldValidation))
    const decoded = decodeObject(value, resource, body.duplicates)
    request.warnings.push(...enforceStrict(decoded, options.fieldValidation, resource))
    if (resource.namespaced && request.namespace === '') throw badRequest('an empty namespace may not be set during creation')
    const created = this.#writes.create(resource, request.namespace, decoded.object, contextOf(options, ''))
    return this.#written(request, 201, created, undefined)
  }

  /** A subresource that one posts to, such as the token of a ServiceAccount. */
  #createBelow(request: ResourceRequest, create: CreateBelow): Answer {
    const value = request.body === undefined ? {} : asObject(decodeBody(request.body, request.contentType, request.resource).value, 'Object')
    const owner = this.#writes.get(request.resource, request.namespace, request.name)
    return { code: 201, body: create(owner, value, request.presentation.nowMs) }
  }

  #update(request: ResourceRequest, subresource: Subresource): Answer {
    const { resource } = request
    const options = writeOptions(request.query, request.userAgent, 'UpdateOptions')
    const body = decodeBody(request.body, request.contentType, request.resource)
    if (subresource === 'scale') return this.#rescale(request, options, () => body.value)
    const value = asObject(body.value, resource.kind)
    request.warnings.push(...warnOfOtherVersion(value, resource, options.fieldValidation))
    const decoded = decodeObject(value, resource, body.duplicates)
    request.warnings.push(...enforceStrict(decoded, options.fieldValidation, resource))
    const before = this.#writes.find(resource, request.namespace, request.name)
    const updated = this.#writes.update(resource, request.namespace, request.name, () => decoded.object, contextOf(options, subresource))
    return this.#written(request, 200, updated, before)
  }

  #patch(request: ResourceRequest, subresource: Subresource): Answer {
    const { resource } = request
    const patch = decodePatch(request.body, request.contentType, !resource.custom)
    const options = writeOptions(request.query, request.userAgent, 'PatchOptions', patch.type === 'apply' ? 'apply' : 'other')
    if (subresource === 'scale') return this.#rescale(request, options, (scale) => patched(patch.type, scale, patch.value, undefined) as Json)
    if (patch.type === 'apply') return this.#apply(request, patch.value, patch.duplicates, options, subresource)
    const before = this.#writes.find(resource, request.namespace, request.name)
    const updated = this.#writes.update(
      resource,
      request.namespace,
      request.name,
      (old) => {
        const result = patched(patch.type, clone(old) as unknown as JsonObject, patch.value, resource)
        if (!isObject(result)) throw badRequest('the patch does not give an object')
        const text = canonical(result)
        const decoded = decodeObject(result, resource, patch.duplicates)
        request.warnings.push(...enforceStrictPatch(decoded, options, text))
        return decoded.object
      },
      contextOf(options, subresource),
    )
    return this.#written(request, 200, updated, before)
  }

  #apply(request: ResourceRequest, value: Json, duplicates: readonly string[], options: WriteOptions, subresource: Subresource): Answer {
    const { resource, namespace, name } = request
    if (!isObject(value)) throw badRequest('error decoding YAML: the patch is not an object')
    if (duplicates.length > 0 && options.fieldValidation === 'Strict')
      throw badRequest(`error strict decoding patch: ${duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`).join(', ')}`)
    const config = asConfiguration(value, resource, name)
    checkDeclared(config, resource)
    if (resource.namespaced) config.metadata.namespace ??= namespace
    const context: WriteContext = { ...contextOf(options, subresource), applied: true }
    const writer = this.#writes.writer(resource, context)
    const applied = (live: KubeObject | undefined) => {
      const merged = applyConfiguration(live, config, withObjectMeta(resource.schema), writer, options.force)
      return decodeObject(merged as unknown as JsonObject, resource, [], true).object
    }
    const live = this.#writes.find(resource, namespace, name)
    if (live) return this.#written(request, 200, this.#writes.update(resource, namespace, name, applied, context), live)
    if (subresource !== '') throw notFound(resource, name)
    if (config.metadata.uid)
      throw conflict(resource, name, `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`)
    return this.#written(request, 201, this.#writes.create(resource, namespace, applied(undefined), context), undefined)
  }

  #rescale(request: ResourceRequest, options: WriteOptions, change: (scale: JsonObject) => Json): Answer {
    const { resource } = request
    const updated = this.#writes.update(
      resource,
      request.namespace,
      request.name,
      (old) => fromScale(resource, old, change(toScale(resource, old) as unknown as JsonObject)),
      contextOf(options, 'scale'),
    )
    return { code: 200, body: toScale(resource, updated) }
  }

  #delete(request: ResourceRequest): Answer {
    const { resource } = request
    const options = deleteOptions(request)
    const { gone, object } = this.#writes.delete(resource, request.namespace, request.name, options)
    if (!gone || resource.returnsDeleted) return this.#shown(request, 200, object)
    const details = { name: object.metadata.name, group: resource.group, kind: resource.plural, uid: object.metadata.uid }
    return {
      code: 200,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: Object.fromEntries(Object.entries(details).filter(([, value]) => value)),
      },
    }
  }

  #deleteCollection(request: ResourceRequest): Answer {
    const { resource } = request
    const options = deleteOptions(request)
    const page = listPage(this.#store, resource, request.namespace, listOptions(request.query))
    for (const { metadata } of page.items) this.#writes.delete(resource, metadata.namespace ?? '', metadata.name, options)
    return { code: 200, body: presentList(resource, page, request.presentation) }
  }

  /** `namespaces/NAME/finalize`: the one way to change a namespace's own finalizers. */
  #finalize(request: ResourceRequest): Answer {
    const { resource } = request
    const decoded = decodeObject(asObject(decodeBody(request.body, request.contentType, request.resource).value, resource.kind), resource)
    return this.#shown(request, 200, this.#writes.finalizeNamespace(resource, request.name, decoded.object.spec))
  }
}

function contextOf(options: WriteOptions, subresource: Subresource): WriteContext {
  return { manager: options.manager, dryRun: options.dryRun, subresource }
}

function patched(type: PatchType, target: JsonObject, patch: Json, resource: ResourceType | undefined): Json {
  if (type === 'json') return applyJsonPatch(target, patch)
  if (!isObject(patch)) throw badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}')
  if (type === 'merge') return mergePatch(target, patch)
  if (type === 'strategic' && resource) {
    return strategicMerge(target, patch, withObjectMeta(resource.schema))
  }
  throw new ApiError(415, 'UnsupportedMediaType', `${type}: unimplemented patch type`)
}

/** Unknown fields that a patch brought: told as a fault of the patch. */
function enforceStrictPatch(decoded: Decoded, options: WriteOptions, result: string): readonly string[] {
  if (options.fieldValidation === 'Ignore' || decoded.strict.length === 0) return []
  if (options.fieldValidation === 'Warn') return decoded.strict
  throw invalid({ group: '', kind: '' }, '', [invalidValue('patch', result, `strict decoding error: ${decoded.strict.join(', ')}`)])
}

/** The body of an apply request, which must say what it is. */
function asConfiguration(value: JsonObject, resource: ResourceType, name: string): KubeObject {
  value.metadata ??= {}
  const { metadata } = value
  if (!isObject(metadata)) throw badRequest('the object provided is unrecognized: metadata must be an object')
  if (metadata.managedFields !== undefined && metadata.managedFields !== null) throw badRequest('metadata.managedFields must be nil')
  metadata.name ??= name
  const config = value as unknown as KubeObject
  if (!config.apiVersion || !config.kind) throw kindMissing(value, resource.kind)
  const expected = resource.group ? `${resource.group}/${resource.version}` : resource.version
  if (config.apiVersion !== expected || config.kind !== resource.kind)
    throw badRequest(`the API version in the data (${config.apiVersion}) does not match the expected API version (${expected})`)
  if (config.metadata.name !== name) throw badRequest(`the name of the object (${config.metadata.name}) does not match the name on the URL (${name})`)
  return config
}

function deleteOptions(request: ResourceRequest): DeleteOptions & { readonly dryRun: boolean } {
  const { query } = request
  const text = request.body?.toString('utf8') ?? ''
  const body =
    text.trim() === '' ? {} : asObject(decodeBody(request.body, request.contentType, { kind: 'DeleteOptions', custom: false }).value, 'DeleteOptions')
  const policy = typeof body.propagationPolicy === 'string' ? body.propagationPolicy : (query.get('propagationPolicy') ?? undefined)
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy))
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']),
    ])
  const orphan =
    typeof body.orphanDependents === 'boolean' ? body.orphanDependents : query.has('orphanDependents') ? flag(query, 'orphanDependents') : undefined
  if (policy !== undefined && orphan !== undefined)
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    ])
  const preconditions = isObject(body.preconditions) ? body.preconditions : {}
  const dryRun = Array.isArray(body.dryRun) ? body.dryRun : query.getAll('dryRun')
  if (dryRun.some((value) => value !== 'All')) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [notSupported('dryRun', dryRun, ['All'])])
  return {
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(orphan === undefined ? {} : { orphanDependents: orphan }),
    preconditions: {
      ...(typeof preconditions.uid === 'string' ? { uid: preconditions.uid } : {}),
      ...(typeof preconditions.resourceVersion === 'string' ? { resourceVersion: preconditions.resourceVersion } : {}),
    },
    dryRun: dryRun.length > 0,
  }
}
