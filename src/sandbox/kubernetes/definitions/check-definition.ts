/** What a CustomResourceDefinition must keep. */
import type { KubeObject } from '../../../ports/index.ts'
import { duplicate, type FieldError, invalidValue, notSupported, required } from '../field-error.ts'
import { equal, isObject } from '../json.ts'
import { dns1035Label, dns1123Subdomain } from '../names.ts'
import type { ScalePaths } from '../resources.ts'
import type { Schema } from '../schema/structural.ts'
import { checkCosts } from './check-costs.ts'
import { checkStructural } from './check-structural.ts'
import { schemaAt } from './field-path.ts'
import type { DefinitionColumn, DefinitionNames, DefinitionSpec, DefinitionVersion } from './type.ts'

export function checkDefinition(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const spec = (isObject(object.spec) ? object.spec : {}) as Partial<DefinitionSpec>
  const names: Partial<DefinitionNames> = spec.names ?? {}
  const versions = spec.versions ?? []
  const errors: FieldError[] = []
  if (object.metadata.name !== `${names.plural}.${spec.group}`)
    errors.push(invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group'))
  errors.push(...checkGroup(spec.group, object), ...checkNames(names))
  if (!spec.scope) errors.push(required('spec.scope'))
  else if (!['Cluster', 'Namespaced'].includes(spec.scope)) errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']))
  if (spec.preserveUnknownFields)
    errors.push(
      invalidValue(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    )
  errors.push(...checkConversion(spec.conversion))
  errors.push(...checkVersions(versions, spec.versions), ...checkStored(object, versions))
  if (old) errors.push(...checkImmutable(spec, old.spec as DefinitionSpec))
  return errors
}

function checkConversion(conversion: DefinitionSpec['conversion']): FieldError[] {
  const strategy = conversion?.strategy
  if (!strategy || strategy === 'None') return []
  const field = 'spec.conversion.strategy'
  if (strategy !== 'Webhook') return [notSupported(field, strategy, ['None', 'Webhook'])]
  const missing = [
    ...(conversion.webhook?.clientConfig ? [] : [required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook')]),
    ...(conversion.webhook?.conversionReviewVersions?.length ? [] : [required('spec.conversion.conversionReviewVersions')]),
  ]
  // Conversion by webhook is not served, so it is not taken either.
  return missing.length > 0 ? missing : [notSupported(field, strategy, ['None'])]
}

function checkGroup(group: string | undefined, object: KubeObject): FieldError[] {
  if (!group) return [required('spec.group')]
  const errors = dns1123Subdomain(group).map((message) => invalidValue('spec.group', group, message))
  if (!group.includes('.')) errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'))
  const approval = 'api-approved.kubernetes.io'
  if (/(^|\.)(k8s|kubernetes)\.io$/.test(group) && !object.metadata.annotations?.[approval])
    errors.push(
      required(
        `metadata.annotations[${approval}]`,
        `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`,
      ),
    )
  return errors
}

function checkNames(names: Partial<DefinitionNames>): FieldError[] {
  const label = (field: string, value: string) => dns1035Label(value).map((message) => invalidValue(`spec.names.${field}`, value, message))
  const kind = (field: string, value: string) =>
    dns1035Label(value.toLowerCase()).map((message) =>
      invalidValue(`spec.names.${field}`, value, `may have mixed case, but should otherwise match: ${message}`),
    )
  const needed = (field: 'plural' | 'singular' | 'kind' | 'listKind', check: (field: string, value: string) => FieldError[]) => {
    const value = names[field]
    return value ? check(field, value) : [required(`spec.names.${field}`)]
  }
  return [
    ...needed('plural', label),
    ...needed('singular', label),
    ...needed('kind', kind),
    ...needed('listKind', kind),
    ...(names.shortNames ?? []).flatMap((name, i) => label(`shortNames[${i}]`, name)),
    ...(names.categories ?? []).flatMap((name, i) => label(`categories[${i}]`, name)),
    ...(names.kind && names.kind === names.listKind ? [invalidValue('spec.names.listKind', names.listKind, 'kind and listKind may not be the same')] : []),
  ]
}

/** What all versions have in common is told as the definition's own, as the real server does. */
function placeOf(versions: readonly DefinitionVersion[], field: keyof DefinitionVersion, i: number, hoisted: string): string {
  const [first, ...others] = versions
  return others.every((other) => equal(other[field] ?? null, first?.[field] ?? null)) ? `spec.${hoisted}` : `spec.versions[${i}].${field}`
}

/** `given`: null and absent are told apart in the message. */
function checkVersions(versions: readonly DefinitionVersion[], given: unknown): FieldError[] {
  const errors: FieldError[] = []
  const wrong = (detail: string) => errors.push(invalidValue('spec.versions', given ? versions.map(goVersion) : null, detail))
  if (versions.filter((version) => version.storage).length !== 1) wrong('must have exactly one version marked as storage version')
  if (new Set(versions.map((version) => version.name)).size < versions.length) wrong('must contain unique version names')
  versions.forEach((version, i) => {
    const bad = dns1035Label(version.name ?? '')
    errors.push(...bad.map((message) => invalidValue(`spec.versions[${i}].name`, version.name ?? '', message)))
    if (i === 0) errors.push(...bad.map((message) => invalidValue('spec.version', version.name ?? '', message)))
    if (version.deprecationWarning !== undefined && !version.deprecated)
      errors.push(invalidValue(`spec.versions[${i}].deprecationWarning`, version.deprecationWarning, 'can only be set for deprecated versions'))
    const root = version.schema?.openAPIV3Schema
    if (!root) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`))
    else {
      const at = `${placeOf(versions, 'schema', i, 'validation')}.openAPIV3Schema`
      errors.push(...checkStructural(root, at), ...checkCosts(root, at))
    }
    const columns = placeOf(versions, 'additionalPrinterColumns', i, 'additionalPrinterColumns')
    errors.push(...(version.additionalPrinterColumns ?? []).flatMap((column, n) => checkColumn(column, `${columns}[${n}]`)))
    if (version.subresources?.scale) errors.push(...checkScale(version.subresources.scale, `${placeOf(versions, 'subresources', i, 'subresources')}.scale`))
    errors.push(...checkSelectable(version, root, placeOf(versions, 'selectableFields', i, 'selectableFields')))
  })
  return errors
}

function checkStored(object: KubeObject, versions: readonly DefinitionVersion[]): FieldError[] {
  const stored = (isObject(object.status) && Array.isArray(object.status.storedVersions) ? object.status.storedVersions : []) as string[]
  if (stored.length === 0) return [invalidValue('status.storedVersions', null, 'must have at least one stored version')]
  return versions
    .filter((version) => version.storage && !stored.includes(version.name))
    .map((version) => invalidValue('status.storedVersions', stored, `must have the storage version ${version.name}`))
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

function checkColumn(column: DefinitionColumn, path: string): FieldError[] {
  const errors: FieldError[] = []
  const types = `must be one of ${COLUMN_TYPES.join(',')}`
  if (!column.name) errors.push(required(`${path}.name`))
  if (!column.type) errors.push(required(`${path}.type`, types))
  else if (!COLUMN_TYPES.includes(column.type)) errors.push(invalidValue(`${path}.type`, column.type, types))
  if (column.format && !COLUMN_FORMATS.includes(column.format))
    errors.push(invalidValue(`${path}.format`, column.format, `must be one of ${COLUMN_FORMATS.join(',')}`))
  if (!column.jsonPath) errors.push(required(`${path}.JSONPath`))
  else if (!column.jsonPath.startsWith('.')) errors.push(invalidValue(`${path}.JSONPath`, column.jsonPath, 'must be a simple json path starting with .'))
  return errors
}

function checkScale(scale: ScalePaths, path: string): FieldError[] {
  const check = (field: 'specReplicasPath' | 'statusReplicasPath', root: string) => {
    const value = scale[field]
    if (!value) return [required(`${path}.${field}`)]
    return value.startsWith(`${root}.`) ? [] : [invalidValue(`${path}.${field}`, value, `should be a json path under ${root}`)]
  }
  return [...check('specReplicasPath', '.spec'), ...check('statusReplicasPath', '.status')]
}

function checkSelectable(version: DefinitionVersion, root: Schema | undefined, path: string): FieldError[] {
  const seen = new Set<string>()
  return (version.selectableFields ?? []).flatMap(({ jsonPath }, i) => {
    const at = `${path}[${i}].jsonPath`
    if (!jsonPath) return [required(at)]
    const found = root ? schemaAt(root, jsonPath, false) : 'does not refer to a valid field'
    if (typeof found === 'string') return [invalidValue(at, jsonPath, `is an invalid path: ${found}`)]
    const errors: FieldError[] = []
    if (jsonPath.startsWith('.metadata')) errors.push(invalidValue(at, jsonPath, 'must not point to fields in metadata'))
    if (!['string', 'boolean', 'integer'].includes(found.type ?? ''))
      errors.push(
        invalidValue(at, jsonPath, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'),
      )
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath))
    seen.add(jsonPath)
    return errors
  })
}

function checkImmutable(now: Partial<DefinitionSpec>, before: DefinitionSpec): FieldError[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['spec.group', now.group, before.group],
    ['spec.scope', now.scope, before.scope],
    ['spec.names.plural', now.names?.plural, before.names.plural],
    ['spec.names.kind', now.names?.kind, before.names.kind],
  ]
  return pairs.filter(([, a, b]) => !equal(a, b)).map(([field, a]) => invalidValue(field, a, 'field is immutable'))
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
