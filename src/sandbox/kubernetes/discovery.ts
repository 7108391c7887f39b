/** What the server serves, told in both ways clients ask: group by group, and all at once (aggregated discovery). */
import { createHash } from 'node:crypto'
import { parseAccept } from './accept.ts'
import { apiVersionOf, type ResourceRegistry, type ResourceType, shownVerbs } from './resources.ts'

/** The Kubernetes version that this stand-in speaks like. */
export const VERSION = {
  major: '1',
  minor: '37',
  emulationMajor: '1',
  emulationMinor: '37',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '36',
  gitVersion: 'v1.37.2+sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'sandbox',
} as const

/** `/api`. */
export function coreVersions(serverAddress: string): unknown {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] }
}

function group(registry: ResourceRegistry, name: string) {
  const versions = registry.versions(name).map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions, preferredVersion: versions[0] }
}

/** `/apis`. */
export function groupList(registry: ResourceRegistry): unknown {
  const groups = registry.groups().filter((name) => name !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((name) => group(registry, name)) }
}

/** `/apis/GROUP`; undefined for a group that is not served. */
export function groupOf(registry: ResourceRegistry, name: string): unknown {
  return registry.versions(name).length > 0 ? { kind: 'APIGroup', apiVersion: 'v1', ...group(registry, name) } : undefined
}

/** Changes with the version that objects are kept in. */
function storageVersionHash(resource: ResourceType): string {
  return createHash('sha256').update(`${resource.group}/${resource.storageVersion}/${resource.kind}`).digest().subarray(0, 8).toString('base64')
}

const STATUS_VERBS = ['get', 'patch', 'update']

/** `/api/v1` or `/apis/GROUP/VERSION`; undefined when not served. */
export function resourceList(registry: ResourceRegistry, groupName: string, version: string): unknown {
  const resources = registry.resources(groupName, version)
  if (resources.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupName ? `${groupName}/${version}` : version,
    resources: resources.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: shownVerbs(resource),
        ...(resource.shortNames.length ? { shortNames: resource.shortNames } : {}),
        ...(resource.categories.length ? { categories: resource.categories } : {}),
        storageVersionHash: storageVersionHash(resource),
      },
      ...(resource.status
        ? [{ name: `${resource.plural}/status`, singularName: '', namespaced: resource.namespaced, kind: resource.kind, verbs: STATUS_VERBS }]
        : []),
      ...(resource.subresources ?? []).map(({ name, of, verbs }) => ({
        name: `${resource.plural}/${name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...(of ?? { kind: resource.kind }),
        verbs,
      })),
      ...(resource.scale
        ? [
            {
              name: `${resource.plural}/scale`,
              singularName: '',
              namespaced: resource.namespaced,
              group: 'autoscaling',
              version: 'v1',
              kind: 'Scale',
              verbs: STATUS_VERBS,
            },
          ]
        : []),
    ]),
  }
}

/** The version of aggregated discovery that the client prefers; undefined when it did not ask for it. */
export function aggregatedVersion(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== 'application/json' || parameters.get('as') !== 'APIGroupDiscoveryList' || parameters.get('g') !== 'apidiscovery.k8s.io') continue
    const version = parameters.get('v')
    if (version === 'v2' || version === 'v2beta1') return version
  }
  return undefined
}

/** `/api` (core: true) or `/apis` with everything in one answer. */
export function aggregated(registry: ResourceRegistry, version: string, core: boolean): unknown {
  const names = registry.groups().filter((name) => (name === '') === core)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: names.map((name) => ({
      metadata: { ...(name ? { name } : {}), creationTimestamp: null },
      versions: registry.versions(name).map((inner) => ({
        version: inner,
        freshness: 'Current',
        resources: registry.resources(name, inner).map(aggregatedResource),
      })),
    })),
  }
}

function aggregatedResource(resource: ResourceType): unknown {
  const [groupName, version] = [resource.group, resource.version]
  // The built-in types leave out what stands above anyhow.
  const responseKind = resource.custom ? { group: groupName, version, kind: resource.kind } : { group: '', version: '', kind: resource.kind }
  const partKind = responseKind
  const subresources = [
    ...(resource.status ? [{ subresource: 'status', responseKind: partKind, verbs: STATUS_VERBS }] : []),
    ...(resource.subresources ?? []).map(({ name, of, verbs }) => ({ subresource: name, responseKind: of ?? partKind, verbs })),
    ...(resource.scale ? [{ subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: STATUS_VERBS }] : []),
  ]
  return {
    resource: resource.plural,
    responseKind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: shownVerbs(resource),
    ...(resource.shortNames.length ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length ? { categories: resource.categories } : {}),
    ...(subresources.length ? { subresources } : {}),
  }
}

/** `/`. */
export function paths(registry: ResourceRegistry): unknown {
  const groups = registry.groups().filter((name) => name !== '')
  const all = registry.all().map((resource) => (resource.group ? `/apis/${apiVersionOf(resource)}` : '/api/v1'))
  return {
    paths: [
      ...new Set([
        '/api',
        '/api/v1',
        '/apis',
        ...groups.map((name) => `/apis/${name}`),
        ...all,
        '/healthz',
        '/livez',
        '/openapi/v2',
        '/openapi/v3',
        '/readyz',
        '/version',
      ]),
    ].sort(),
  }
}
