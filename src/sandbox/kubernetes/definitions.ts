/** CustomResourceDefinitions as objects: their type, their defaults and what they must keep. */
import type { KubeObject } from '../../ports/index.ts'
import { column, nameColumn, type PrinterColumn } from './columns.ts'
import { type FieldError, invalidValue, notSupported, required } from './field-error.ts'
import { equal, isObject } from './json.ts'
import { parseJsonPath } from './jsonpath.ts'
import { dns1035Label, dns1123Subdomain } from './names.ts'
import type { ScalePaths } from './resources.ts'
import { checkStructural } from './schema/check-structural.ts'
import type { Schema } from './schema/structural.ts'

export interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly schema?: { readonly openAPIV3Schema?: Schema }
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}

interface DefinitionNames {
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
  readonly conversion?: { readonly strategy: string }
  readonly preserveUnknownFields?: boolean
}

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
    const stored = versions.flatMap((version) => (isObject(version) && version.storage === true ? [version.name] : []))
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

function check(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const spec = object.spec
  if (!isObject(spec)) return [required('spec.group'), required('spec.scope'), required('spec.versions', 'must have at least one version')]
  const given = definitionSpec(object)
  const errors: FieldError[] = []
  const { group, names: named } = given
  if (!group) errors.push(required('spec.group'))
  else errors.push(...dns1123Subdomain(group).map((message) => invalidValue('spec.group', group, message)))
  if (group && !group.includes('.')) errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'))
  if (!named?.plural) errors.push(required('spec.names.plural'))
  else errors.push(...dns1035Label(named.plural).map((message) => invalidValue('spec.names.plural', named.plural, message)))
  if (!named?.kind) errors.push(required('spec.names.kind'))
  else
    errors.push(
      ...dns1035Label(named.kind.toLowerCase()).map((message) =>
        invalidValue('spec.names.kind', named.kind, `may have mixed case, but should otherwise match: ${message}`),
      ),
    )
  if (!given.scope) errors.push(required('spec.scope'))
  else if (!['Cluster', 'Namespaced'].includes(given.scope)) errors.push(notSupported('spec.scope', given.scope, ['Cluster', 'Namespaced']))
  const wanted = `${named?.plural}.${group}`
  if (object.metadata.name !== wanted) errors.push(invalidValue('metadata.name', object.metadata.name, `must be spec.names.plural+"."+spec.group`))
  if (given.preserveUnknownFields)
    errors.push(
      invalidValue(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    )
  if (given.conversion && given.conversion.strategy !== 'None') errors.push(notSupported('spec.conversion.strategy', given.conversion.strategy, ['None']))
  errors.push(...checkVersions(given))
  if (!old && given.versions?.length && !given.versions.some((version) => version.storage))
    errors.push(invalidValue('status.storedVersions', null, 'must have at least one stored version'))
  if (old) errors.push(...checkImmutable(given, definitionSpec(old)))
  return errors
}

/** What all versions have in common is told as the definition's own, as the real server does. */
function placeOf(spec: DefinitionSpec, field: 'schema' | 'additionalPrinterColumns' | 'subresources', i: number, hoisted: string): string {
  const [first, ...others] = spec.versions
  return others.every((other) => equal(other[field] ?? null, first?.[field] ?? null)) ? `spec.${hoisted}` : `spec.versions[${i}].${field}`
}

function checkVersions(spec: DefinitionSpec): FieldError[] {
  const versions: readonly DefinitionVersion[] | undefined = spec.versions
  if (!versions?.length) return [required('spec.versions', 'must have at least one version')]
  const errors: FieldError[] = []
  const stored = versions.filter((version) => version.storage).length
  const wrong = (detail: string) => errors.push(invalidValue('spec.versions', versions.map(goVersion), detail))
  if (stored !== 1) wrong('must have exactly one version marked as storage version')
  if (new Set(versions.map((version) => version.name)).size < versions.length) wrong('must contain unique version names')
  versions.forEach((version, i) => {
    errors.push(...dns1035Label(version.name ?? '').map((message) => invalidValue(`spec.versions[${i}].name`, version.name ?? '', message)))
    const root = version.schema?.openAPIV3Schema
    if (!root) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`))
    else errors.push(...checkStructural(root, `${placeOf(spec, 'schema', i, 'validation')}.openAPIV3Schema`))
    version.additionalPrinterColumns?.forEach((printed, n) => {
      errors.push(...checkColumn(printed, `${placeOf(spec, 'additionalPrinterColumns', i, 'additionalPrinterColumns')}[${n}]`))
    })
    if (version.subresources?.scale) errors.push(...checkScale(version.subresources.scale, `${placeOf(spec, 'subresources', i, 'subresources')}.scale`))
  })
  return errors
}

function checkScale(scale: ScalePaths, path: string): FieldError[] {
  const wrong = (field: 'specReplicasPath' | 'statusReplicasPath', root: string) =>
    scale[field]?.startsWith(`${root}.`) ? [] : [invalidValue(`${path}.${field}`, scale[field] ?? '', `should be a json path under ${root}`)]
  return [...wrong('specReplicasPath', '.spec'), ...wrong('statusReplicasPath', '.status')]
}

/** A version as the real server's messages show it. */
function goVersion(version: DefinitionVersion): unknown {
  return {
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  }
}

const COLUMN_TYPES = ['integer', 'number', 'string', 'boolean', 'date']

function checkColumn(printed: PrinterColumn, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (!printed.name) errors.push(required(`${path}.name`))
  if (!printed.type) errors.push(required(`${path}.type`, `must be one of ${COLUMN_TYPES.join(',')}`))
  else if (!COLUMN_TYPES.includes(printed.type)) errors.push(invalidValue(`${path}.type`, printed.type, `must be one of ${COLUMN_TYPES.join(',')}`))
  if (!printed.jsonPath) return [...errors, required(`${path}.JSONPath`)]
  try {
    parseJsonPath(printed.jsonPath)
  } catch (error) {
    errors.push(invalidValue(`${path}.JSONPath`, printed.jsonPath, (error as Error).message))
  }
  return errors
}

function checkImmutable(now: DefinitionSpec, before: DefinitionSpec): FieldError[] {
  const errors: FieldError[] = []
  const fixed = (field: string, a: unknown, b: unknown) => equal(a, b) || errors.push(invalidValue(field, a, 'field is immutable'))
  fixed('spec.group', now.group, before.group)
  fixed('spec.scope', now.scope, before.scope)
  fixed('spec.names.plural', now.names?.plural, before.names.plural)
  fixed('spec.names.kind', now.names?.kind, before.names.kind)
  return errors
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
  check,
} as const
