/** From a request's body to an object of a type: kind and version checked, unknown fields handled, defaults filled in. */
import type { KubeObject } from '../../ports/index.ts'
import { isObject, type JsonObject } from './json.ts'
import { checkMetadataTypes } from './metadata.ts'
import type { FieldValidation } from './options.ts'
import { apiVersionOf, type ResourceType } from './resources.ts'
import { applyDefaults } from './schema/default.ts'
import { prune } from './schema/prune.ts'
import { validateValue } from './schema/validate.ts'
import { badRequest } from './status.ts'

export interface Decoded {
  readonly object: KubeObject
  /** Complaints about the text that a strict request does not accept: `unknown field "spec.x"`. */
  readonly strict: readonly string[]
}

/** Takes ownership of `value`. */
export function decodeObject(value: JsonObject, resource: ResourceType, duplicates: readonly string[] = []): Decoded {
  const apiVersion = apiVersionOf(resource)
  if (resource.custom) {
    if (value.kind === undefined || value.kind === '') throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(value).slice(0, 200)}'`)
  } else {
    // A typed decoder knows what it expects and takes a silent body for that.
    value.apiVersion ??= apiVersion
    value.kind ??= resource.kind
  }
  if (value.apiVersion !== apiVersion)
    throw badRequest(`the API version in the data (${value.apiVersion ?? ''}) does not match the expected API version (${apiVersion})`)
  if (value.kind !== resource.kind)
    throw badRequest(
      resource.custom
        ? `${value.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: converting (${value.kind}) to (${resource.kind}): unknown conversion`
        : `${value.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: no kind "${value.kind}" is registered for version "${apiVersion}"`,
    )
  value.metadata ??= {}
  checkMetadataTypes(value.metadata)
  const unknown = prune(value, resource.schema)
  if (resource.custom) applyDefaults(value, resource.schema)
  else checkTyped(value, resource)
  const strict = [...unknown.map((path) => `unknown field ${JSON.stringify(path)}`), ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`)]
  return { object: value as unknown as KubeObject, strict }
}

/** Built-in types are decoded into Go structs, so a wrong type is no readable body at all. */
function checkTyped(value: JsonObject, resource: ResourceType): void {
  const fault = validateValue(withoutNulls(value), resource.schema).find((error) => error.type === 'FieldValueTypeInvalid')
  if (!fault) return
  throw badRequest(
    `${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: json: cannot unmarshal ${fault.value} into Go struct field ${resource.kind}.${fault.field}: ${fault.detail}`,
  )
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
  throw badRequest(
    `${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: strict decoding error: ${decoded.strict.join(', ')}`,
  )
}
