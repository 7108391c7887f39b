/** CustomResourceDefinitions as objects: their type, their defaults and what they must keep. */
import type { KubeObject } from '../../ports/index.ts'
import { column, nameColumn, type PrinterColumn } from './columns.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts'
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

function prepare(object: KubeObject, old: KubeObject | undefined): void {
  const spec = object.spec
  if (!isObject(spec)) return
  if (isObject(spec.names)) {
    const given = spec.names
    if (typeof given.kind === 'string') {
      given.singular ??= given.kind.toLowerCase()
      given.listKind ??= `${given.kind}List`
    }
  }
  spec.conversion ??= { strategy: 'None' }
  if (!old) {
    const versions = Array.isArray(spec.versions) ? spec.versions : []
    const stored = versions.flatMap((version) => (isObject(version) && version.storage === true ? [version.name] : []))
    object.status = { conditions: [], acceptedNames: { plural: '', kind: '' }, storedVersions: stored }
  }
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
  if (old) errors.push(...checkImmutable(given, definitionSpec(old)))
  return errors
}

function checkVersions(spec: DefinitionSpec): FieldError[] {
  const versions: readonly DefinitionVersion[] | undefined = spec.versions
  if (!versions?.length) return [required('spec.versions', 'must have at least one version')]
  const errors: FieldError[] = []
  const stored = versions.filter((version) => version.storage).length
  if (stored !== 1) errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'))
  versions.forEach((version, i) => {
    const path = `spec.versions[${i}]`
    errors.push(...dns1035Label(version.name ?? '').map((message) => invalidValue(`${path}.name`, version.name ?? '', message)))
    if (versions.findIndex((other) => other.name === version.name) < i)
      errors.push(invalidValue('spec.versions', versions, 'must contain unique version names'))
    const root = version.schema?.openAPIV3Schema
    if (!root) errors.push(required(`${path}.schema.openAPIV3Schema`, 'schemas are required'))
    else errors.push(...checkStructural(root, `${path}.schema.openAPIV3Schema`))
    version.additionalPrinterColumns?.forEach((printed, n) => {
      errors.push(...checkColumn(printed, `${path}.additionalPrinterColumns[${n}]`))
    })
    const scale = version.subresources?.scale
    if (scale && !scale.specReplicasPath?.startsWith('.spec.'))
      errors.push(invalidValue(`${path}.subresources.scale.specReplicasPath`, scale.specReplicasPath ?? '', 'should be a json path under .spec'))
    if (scale && !scale.statusReplicasPath?.startsWith('.status.'))
      errors.push(invalidValue(`${path}.subresources.scale.statusReplicasPath`, scale.statusReplicasPath ?? '', 'should be a json path under .status'))
  })
  return errors
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
  prepare,
  check,
} as const

/** A definition on its way out takes no more objects. */
export const terminating = (): FieldError => forbiddenField('', 'create not allowed while custom resource definition is terminating')
