/** How large a value of a schema can be, as the cost of rules is estimated from it. */
import { escapeName, isReserved } from './cel-values.ts'
import type { Schema } from './structural.ts'

/** Of a request, in bytes: what the estimate of unbounded values goes by. */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024

export interface SizedType {
  /** Elements of a list or map, bytes of a string; 0 for everything else. */
  readonly max: number
  /** The fewest bytes that one takes in JSON. */
  readonly minBytes: number
  readonly text: boolean
  readonly scalar: boolean
  readonly element?: SizedType
  readonly key?: SizedType
  readonly fields?: ReadonlyMap<string, SizedType>
}

const sized = (max: number, minBytes: number, more: Partial<SizedType> = {}): SizedType => ({ max, minBytes, text: false, scalar: false, ...more })
const scalar = (minBytes: number): SizedType => sized(0, minBytes, { scalar: true })

export function sizedType(schema: Schema): SizedType {
  if (schema['x-kubernetes-int-or-string']) return sized(schema.maxLength === undefined ? MAX_REQUEST_BYTES - 2 : schema.maxLength * 4, 1)
  switch (schema.type) {
    case 'boolean':
      return scalar(4)
    case 'integer':
    case 'number':
      return scalar(1)
    case 'string':
      return stringType(schema)
    case 'array': {
      const element = schema.items ? sizedType(schema.items) : scalar(1)
      return sized(schema.maxItems ?? Math.floor((MAX_REQUEST_BYTES - 2) / (element.minBytes + 1)), 2, { element })
    }
    case 'object':
      return objectType(schema)
    default:
      return sized(0, 1)
  }
}

/** A character may take four bytes. */
function stringType(schema: Schema): SizedType {
  const byLength = schema.maxLength
  switch (schema.format) {
    case 'byte':
      return sized(byLength ?? MAX_REQUEST_BYTES - 2, 2, { text: true })
    case 'duration':
      return sized(32, 3, { scalar: true })
    case 'date':
      return sized(12, 12, { scalar: true })
    case 'date-time':
      return sized(32, 21, { scalar: true })
  }
  if (byLength !== undefined) return sized(byLength * 4, 2, { text: true })
  const longest = schema.enum?.length ? Math.max(...schema.enum.map((value) => (typeof value === 'string' ? value.length : 0))) : MAX_REQUEST_BYTES - 2
  return sized(longest, 2, { text: true })
}

function objectType(schema: Schema): SizedType {
  if (typeof schema.additionalProperties === 'object') {
    const element = sizedType(schema.additionalProperties)
    const max = schema.maxProperties ?? Math.floor((MAX_REQUEST_BYTES - 2) / (element.minBytes + 6))
    return sized(max, 2, { element, key: sized(0, 2, { text: true }) })
  }
  const fields = new Map<string, SizedType>()
  let minBytes = 2
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type = sizedType(property)
    fields.set(escapeName(name), type)
    if (isReserved(name)) fields.set(name, type)
    if (schema.required?.includes(name) && property.default === undefined) minBytes += name.length + type.minBytes + 4
  }
  return sized(0, minBytes, { fields })
}
