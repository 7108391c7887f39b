/** OpenAPI documents of what is served: v3 by group and version, v2 for all; for explain, apply and field validation. */

import { VERSION } from './discovery.ts'
import { digest } from './names.ts'
import { apiVersionOf, type ResourceRegistry, type ResourceType } from './resources.ts'
import { objectMetaSchema, type Schema } from './schema/structural.ts'

type Document = Record<string, unknown>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'

/** `io.GROUP-REVERSED.VERSION.KIND`. */
function modelName(resource: ResourceType): string {
  if (resource.group === '') return `io.k8s.api.core.${resource.version}.${resource.kind}`
  return [...resource.group.split('.').reverse(), resource.version, resource.kind].join('.')
}

function apiPath(resource: Pick<ResourceType, 'group' | 'version'>): string {
  return resource.group ? `apis/${resource.group}/${resource.version}` : 'api/v1'
}

/** `/openapi/v3`: where each group and version has its document. */
export function openApiV3Index(registry: ResourceRegistry): unknown {
  const versions = new Map(registry.all().map((resource) => [apiPath(resource), resource]))
  const entries = [...versions].map(([path, resource]) => {
    const hash = digest(JSON.stringify(openApiV3(registry, resource.group, resource.version)))
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const
  })
  return { paths: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/** One group and version; undefined when not served. */
export function openApiV3(registry: ResourceRegistry, group: string, version: string): Document | undefined {
  const resources = registry.resources(group, version)
  if (resources.length === 0) return undefined
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: VERSION.gitVersion },
    paths: Object.assign({}, ...resources.map((resource) => pathsOf(resource, ref))) as Document,
    components: { schemas: { ...models(resources, ref), [META]: objectMeta(), [LIST_META]: listMeta() } },
  }
}

/** `/openapi/v2`. */
export function openApiV2(registry: ResourceRegistry): Document {
  const ref = (name: string) => ({ $ref: `#/definitions/${name}` })
  const resources = registry.all()
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: VERSION.gitVersion },
    paths: {},
    definitions: { ...models(resources, ref), [META]: objectMeta(), [LIST_META]: listMeta() },
  }
}

export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/**
 * The v2 document in protobuf, which Go clients ask for when v3 does not know a kind: version and title only. With no
 * definition in it they go on without checks of their own.
 */
export function emptyOpenApiV2(): Buffer {
  const text = (field: number, value: string) => Buffer.concat([Buffer.from([(field << 3) | 2, Buffer.byteLength(value)]), Buffer.from(value)])
  const info = Buffer.concat([text(1, 'Kubernetes'), text(2, VERSION.gitVersion)])
  return Buffer.concat([text(1, '2.0'), Buffer.from([(2 << 3) | 2, info.length]), info])
}

type Ref = (name: string) => { $ref: string }

function models(resources: readonly ResourceType[], ref: Ref): Document {
  return Object.assign(
    {},
    ...resources.map((resource) => ({
      [modelName(resource)]: {
        ...plain(resource.schema),
        type: 'object',
        properties: {
          ...((plain(resource.schema).properties as Document | undefined) ?? {}),
          apiVersion: { type: 'string', description: 'The versioned schema of this representation of an object.' },
          kind: { type: 'string', description: 'The resource this object represents.' },
          metadata: { description: "Standard object's metadata.", allOf: [ref(META)] },
        },
        'x-kubernetes-group-version-kind': [gvk(resource)],
      },
      [`${modelName(resource)}List`]: {
        type: 'object',
        required: ['items'],
        description: `A list of ${resource.kind}.`,
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          metadata: { allOf: [ref(LIST_META)] },
          items: { type: 'array', items: { allOf: [ref(modelName(resource))] } },
        },
        'x-kubernetes-group-version-kind': [{ ...gvk(resource), kind: resource.listKind }],
      },
    })),
  ) as Document
}

const gvk = (resource: ResourceType) => ({ group: resource.group, kind: resource.kind, version: resource.version })

/** Rules in CEL are left out, as in the real documents' v2 form they would not be understood. */
function plain(schema: Schema): Document {
  return schema as unknown as Document
}

function objectMeta(): Document {
  return { ...plain(objectMetaSchema), description: 'Metadata that all persisted resources must have.' }
}

function listMeta(): Document {
  return {
    type: 'object',
    properties: {
      continue: { type: 'string' },
      remainingItemCount: { type: 'integer', format: 'int64' },
      resourceVersion: { type: 'string' },
      selfLink: { type: 'string' },
    },
  }
}

function query(name: string, type = 'string'): Document {
  return { name, in: 'query', schema: { type, uniqueItems: true } }
}

const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => query(name))
const LIST = ['continue', 'fieldSelector', 'labelSelector', 'resourceVersion', 'resourceVersionMatch'].map((name) => query(name))

function pathsOf(resource: ResourceType, ref: Ref): Document {
  const base = `/${resource.group ? 'apis' : 'api'}/${apiVersionOf(resource)}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`
  const schema = ref(modelName(resource))
  const content = { content: { 'application/json': { schema } } }
  const operation = (action: string, parameters: Document[], body?: readonly string[]): Document => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk(resource),
    parameters,
    ...(body ? { requestBody: { content: Object.fromEntries(body.map((type) => [type, { schema }])), required: true } } : {}),
    responses: { '200': { description: 'OK', ...content } },
  })
  const json = ['application/json', 'application/yaml']
  const patches = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json']
  const name = { name: 'name', in: 'path', required: true, schema: { type: 'string' } }
  const namespace = { name: 'namespace', in: 'path', required: true, schema: { type: 'string' } }
  const can = (verb: string) => resource.verbs.includes(verb)
  const shared = resource.namespaced ? [namespace] : []
  return {
    [base]: {
      parameters: shared,
      ...(can('list') ? { get: operation('list', [...LIST, query('limit', 'integer'), query('timeoutSeconds', 'integer'), query('watch', 'boolean')]) } : {}),
      ...(can('create') ? { post: operation('post', WRITE, json) } : {}),
      ...(can('deletecollection') ? { delete: operation('deletecollection', [...LIST, query('dryRun')]) } : {}),
    },
    ...(can('get')
      ? {
          [`${base}/{name}`]: {
            parameters: [name, ...shared],
            get: operation('get', []),
            put: operation('put', WRITE, json),
            patch: operation(
              'patch',
              [...WRITE, query('force', 'boolean')],
              resource.custom ? patches : [...patches, 'application/strategic-merge-patch+json'],
            ),
            delete: operation('delete', [query('dryRun'), query('propagationPolicy')]),
          },
        }
      : {}),
  }
}
