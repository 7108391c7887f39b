/** CustomResourceDefinitions as objects: their type, their defaults and what they must keep. */
import type { KubeObject } from '../../../ports/index.ts'
import { column, type PrinterColumn as DefinitionColumn, nameColumn } from '../columns.ts'
import { isObject } from '../json.ts'
import type { ScalePaths } from '../resources.ts'
import type { Schema } from '../schema/structural.ts'
import { checkDefinition } from './check-definition.ts'

export interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly schema?: { readonly openAPIV3Schema?: Schema }
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths }
  readonly additionalPrinterColumns?: readonly DefinitionColumn[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}

export interface DefinitionNames {
  readonly plural: string
  readonly singular?: string
  readonly kind: string
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

export interface DefinitionSpec {
  readonly group: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly names: DefinitionNames
  readonly versions: readonly DefinitionVersion[]
  readonly conversion?: {
    readonly strategy: string
    readonly webhook?: { readonly clientConfig?: unknown; readonly conversionReviewVersions?: readonly string[] }
  }
  readonly preserveUnknownFields?: boolean
}

export type { PrinterColumn as DefinitionColumn } from '../columns.ts'

export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

export function definitionSpec(object: KubeObject): DefinitionSpec {
  return object.spec as DefinitionSpec
}

const text: Schema = { type: 'string' }
const texts: Schema = { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' }
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

const names: Schema = {
  type: 'object',
  properties: { categories: texts, kind: text, listKind: text, plural: text, shortNames: texts, singular: text },
}

const conditions: Schema = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  'x-kubernetes-patch-merge-key': 'type',
  'x-kubernetes-patch-strategy': 'merge',
  items: anything,
}

const schema: Schema = {
  type: 'object',
  description: 'A kind of resource that the server learns to serve.',
  properties: {
    spec: {
      type: 'object',
      required: ['group', 'names', 'scope', 'versions'],
      properties: {
        conversion: anything,
        group: text,
        names,
        preserveUnknownFields: { type: 'boolean' },
        scope: text,
        versions: {
          type: 'array',
          'x-kubernetes-list-type': 'atomic',
          items: {
            type: 'object',
            properties: {
              additionalPrinterColumns: { type: 'array', items: anything, 'x-kubernetes-list-type': 'atomic' },
              deprecated: { type: 'boolean' },
              deprecationWarning: text,
              name: text,
              schema: { type: 'object', properties: { openAPIV3Schema: anything } },
              selectableFields: { type: 'array', items: anything, 'x-kubernetes-list-type': 'atomic' },
              served: { type: 'boolean' },
              storage: { type: 'boolean' },
              subresources: { type: 'object', properties: { scale: anything, status: anything } },
            },
          },
        },
      },
    },
    status: { type: 'object', properties: { acceptedNames: names, conditions, observedGeneration: { type: 'integer' }, storedVersions: texts } },
  },
}

function defaults(object: KubeObject): void {
  const { spec } = object
  if (!isObject(spec)) return
  if (isObject(spec.names)) {
    const given = spec.names
    if (typeof given.kind === 'string') {
      given.singular ??= given.kind.toLowerCase()
      given.listKind ??= `${given.kind}List`
    }
  }
  spec.conversion ??= { strategy: 'None' }
}

function prepare(object: KubeObject, old: KubeObject | undefined): void {
  const { spec } = object
  if (!old) {
    const versions = isObject(spec) && Array.isArray(spec.versions) ? spec.versions : []
    const stored = versions.flatMap((version) => (isObject(version) && version.storage === true ? [version.name] : [])).slice(0, 1)
    object.status = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: stored }
  }
}

/** The first sign of a deletion; the rest is the controller's. */
function deleting(object: KubeObject): void {
  object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), CLEANUP_FINALIZER])]
  const status = object.status as { conditions: unknown[] }
  const condition = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: object.metadata.deletionTimestamp,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  }
  object.status = { ...status, conditions: [...(status.conditions ?? []), condition] }
}

export const definitionType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  status: true,
  generation: true,
  unconditional: false,
  schema,
  columns: [nameColumn, column('Created At', (object) => object.metadata.creationTimestamp ?? '', { type: 'date' })],
  blank: { spec: { names: {} } },
  defaults,
  prepare,
  deleting,
  check: checkDefinition,
} as const
