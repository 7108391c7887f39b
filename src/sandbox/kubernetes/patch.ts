/** JSON patch and JSON merge patch. */
import jsonPatch from 'fast-json-patch'
import { clone, isObject, type Json, type JsonObject } from './json.ts'
import { ApiError, badRequest } from './status.ts'

/** RFC 7386. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return clone(patch)
  const out: JsonObject = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key]
    else out[key] = mergePatch(out[key], value)
  }
  return out
}

/** At most this many operations, as the real server. */
const MAX_OPERATIONS = 10_000

/** RFC 6902. A failed test or a missing path is 422, what is no patch at all is 400. */
export function applyJsonPatch(target: JsonObject, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  if (patch.length > MAX_OPERATIONS)
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    )
  const operations = patch as unknown as jsonPatch.Operation[]
  const fault = jsonPatch.validate(operations)
  if (fault && !['OPERATION_PATH_UNRESOLVABLE', 'OPERATION_FROM_UNRESOLVABLE'].includes(fault.name)) throw badRequest(`error decoding patch: ${fault.name}`)
  try {
    return jsonPatch.applyPatch(clone(target), operations, true, true, true).newDocument as Json
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  }
}
