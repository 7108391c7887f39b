/** From a request's body to an object of a type: kind and version checked, unknown fields handled, defaults filled in. */
import type { KubeObject } from '../../ports/index.ts'
import { summary } from './body.ts'
import { isObject, type JsonObject } from './json.ts'
import { checkMetadataTypes } from './metadata.ts'
import type { FieldValidation } from './options.ts'
import { apiVersionOf, type ResourceType } from './resources.ts'
import { applyDefaults } from './schema/default.ts'
import { dropNulls, prune } from './schema/prune.ts'
import type { Schema } from './schema/structural.ts'
import { validateValue } from './schema/validate.ts'
import { type ApiError, badRequest } from './status.ts'

export interface Decoded {
  readonly object: KubeObject
  /** Complaints about the text that a strict request does not accept: `unknown field "spec.x"`. */
  readonly strict: readonly string[]
}

/** Takes ownership of `value`. `keepNulls`: an applied null stays, to be refused where the schema allows none. */
export function decodeObject(value: JsonObject, resource: ResourceType, duplicates: readonly string[] = [], keepNulls = false): Decoded {
  const apiVersion = apiVersionOf(resource)
  if (resource.custom) {
    if (value.kind === undefined || value.kind === '') throw kindMissing(value, resource.kind)
  } else {
    // A typed decoder knows what it expects and takes a silent body for that.
    value.apiVersion ??= apiVersion
    value.kind ??= resource.kind
  }
  if (value.apiVersion !== apiVersion)
    throw badRequest(`the API version in the data (${value.apiVersion ?? ''}) does not match the expected API version (${apiVersion})`)
  value.metadata ??= {}
  checkMetadataTypes(value.metadata)
  if (value.kind !== resource.kind) {
    // A custom resource of another kind is read all the same; validation refuses it.
    if (resource.custom) return { object: value as unknown as KubeObject, strict: [] }
    throw badRequest(`${handledAs(resource, value.kind as string)}: no kind "${value.kind}" is registered for version "${apiVersion}"`)
  }
  const unknown = prune(value, resource.schema)
  if (resource.custom) {
    if (!keepNulls) dropNulls(value, resource.schema)
    applyDefaults(value, resource.schema)
  } else {
    checkTyped(value, resource)
    dropEmptyParts(value, resource.schema)
    resource.defaults?.(value as unknown as KubeObject)
  }
  const strict = [...unknown.map((path) => `unknown field ${JSON.stringify(path)}`), ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`)]
  return { object: value as unknown as KubeObject, strict }
}

/** Of a version that is not there nothing is known: all that a custom resource says in it is unknown. */
export function warnOfOtherVersion(value: JsonObject, resource: ResourceType, mode: FieldValidation): string[] {
  if (!resource.custom || mode !== 'Warn' || !value.kind || value.apiVersion === apiVersionOf(resource)) return []
  return Object.keys(value)
    .filter((key) => !['apiVersion', 'kind', 'metadata'].includes(key))
    .sort()
    .map((key) => `unknown field ${JSON.stringify(key)}`)
}

/** Built-in types are decoded into Go structs, so a wrong type is no readable body at all. */
function checkTyped(value: JsonObject, resource: ResourceType): void {
  const fault = validateValue(withoutNulls(value), resource.schema).find((error) => error.type === 'FieldValueTypeInvalid')
  if (!fault) return
  const [, wanted = '', actual = ''] = /must be of type (.*): "(.*)"$/s.exec(fault.detail) ?? []
  if (wanted === 'byte') throw badRequest(`${handledAs(resource)}: illegal base64 data at input byte ${badBase64At(actual)}`)
  const json = actual === 'integer' ? 'number' : actual === 'boolean' ? 'bool' : actual
  throw badRequest(
    `${handledAs(resource)}: json: cannot unmarshal ${json} into Go struct field ${resource.kind}.${structField(fault.field, resource.schema)} of type ${GO_TYPES[wanted] ?? wanted}`,
  )
}

const GO_TYPES: Readonly<Record<string, string>> = { integer: 'int32', boolean: 'bool', object: 'map[string]string', array: '[]string', 'date-time': 'string' }

function handledAs(resource: ResourceType, kind = resource.kind): string {
  return `${kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}`
}

/** The part of a path that is fields of structs: keys of maps are not named. */
function structField(path: string, schema: Schema): string {
  const fields: string[] = []
  let at: Schema | undefined = schema
  for (const key of path.split('.')) {
    const name = key.replace(/\[.*$/, '')
    if (!at?.properties || !Object.hasOwn(at.properties, name)) break
    fields.push(name)
    at = key === name ? at.properties[name] : at.properties[name]?.items
  }
  return fields.join('.')
}

function badBase64At(text: string): number {
  const at = text.search(/[^A-Za-z0-9+/]/)
  return at < 0 ? text.length - (text.length % 4) : at
}

/** As the real server tells of a body that does not say what it is. */
export function kindMissing(value: JsonObject, wanted: string): ApiError {
  const text = JSON.stringify(value)
  return badRequest(`the object provided is unrecognized (must be of type ${wanted}): Object 'Kind' is missing in '${text}' (${summary(text)})`)
}

/** Go leaves out empty lists and maps of its structs when it writes them. */
function dropEmptyParts(value: JsonObject, schema: Schema): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const child = value[key]
    if (schema.required?.includes(key)) continue
    if (Array.isArray(child) ? child.length === 0 : isObject(child) && property.additionalProperties !== undefined && Object.keys(child).length === 0)
      delete value[key]
    else if (isObject(child)) dropEmptyParts(child, property)
  }
}

/** Go's decoder takes null for the zero value. */
function withoutNulls(value: JsonObject): JsonObject {
  for (const [key, child] of Object.entries(value)) {
    if (child === null) delete value[key]
    else if (isObject(child)) withoutNulls(child)
  }
  return value
}

/** Refuses or warns, as the request asked. Gives the warnings. */
export function enforceStrict(decoded: Decoded, mode: FieldValidation, resource: ResourceType): readonly string[] {
  if (mode === 'Ignore' || decoded.strict.length === 0) return []
  if (mode === 'Warn') return decoded.strict
  throw badRequest(`${handledAs(resource)}: strict decoding error: ${decoded.strict.join(', ')}`)
}
