/** What mapping a field gets that no mapping names: by the dynamic templates, else by the form of its first value. */
import { dateFormat } from '../date-format.ts'
import { asList, asObject, isObject, type Json, type JsonObject, simpleMatch } from '../json.ts'

const DEFAULT_DYNAMIC_DATES = ['strict_date_optional_time', 'yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis']

type Detected = 'string' | 'long' | 'double' | 'boolean' | 'date' | 'object'

interface Detection {
  readonly type: Detected
  /** Of a date: the format that matched, when it is not the default one. */
  readonly format?: string
}

/** Undefined: the value says nothing (null). */
export function detect(root: JsonObject, value: Json): Detection | undefined {
  if (value === null || Array.isArray(value)) return undefined
  if (isObject(value)) return { type: 'object' }
  if (typeof value === 'boolean') return { type: 'boolean' }
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'long' : 'double' }
  if (root.date_detection !== false) {
    const formats = root.dynamic_date_formats === undefined ? DEFAULT_DYNAMIC_DATES : asList(root.dynamic_date_formats).map(String)
    // A plain number in a string is never taken for a date.
    if (/\D/.test(value)) {
      for (const format of formats) {
        if (dateFormat(format)?.parse(value) !== undefined) return { type: 'date', ...(format === 'strict_date_optional_time' ? {} : { format }) }
      }
    }
  }
  if (root.numeric_detection === true && /^-?\d+(\.\d+)?$/.test(value)) return { type: value.includes('.') ? 'double' : 'long' }
  return { type: 'string' }
}

export function dynamicMapping(root: JsonObject, path: string, name: string, detection: Detection): JsonObject {
  return fromTemplates(root, path, name, detection) ?? fromType(detection)
}

function fromType({ type, format }: Detection): JsonObject {
  switch (type) {
    case 'string':
      return { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } }
    case 'double':
      return { type: 'float' }
    case 'object':
      return { properties: {} }
    case 'date':
      return format === undefined ? { type } : { type, format }
    default:
      return { type }
  }
}

function fromTemplates(root: JsonObject, path: string, name: string, detection: Detection): JsonObject | undefined {
  for (const entry of asList(root.dynamic_templates)) {
    const body = asObject(Object.values(asObject(entry))[0])
    if (!templateMatches(body, path, name, detection.type)) continue
    const mapping = fillIn(asObject(body.mapping), name, detection.type)
    return mapping.type === undefined && !isObject(mapping.properties) ? { ...fromType(detection), ...mapping } : mapping
  }
  return undefined
}

function templateMatches(body: JsonObject, path: string, name: string, type: Detected): boolean {
  const regex = body.match_pattern === 'regex'
  const some = (patterns: Json | undefined, text: string) =>
    asList(patterns).some((pattern) => (regex ? new RegExp(`^(?:${String(pattern)})$`).test(text) : simpleMatch(String(pattern), text)))
  const typed = (types: Json | undefined) => asList(types).some((one) => one === '*' || one === type)
  if (body.match !== undefined && !some(body.match, name)) return false
  if (body.unmatch !== undefined && some(body.unmatch, name)) return false
  if (body.path_match !== undefined && !some(body.path_match, path)) return false
  if (body.path_unmatch !== undefined && some(body.path_unmatch, path)) return false
  if (body.match_mapping_type !== undefined && !typed(body.match_mapping_type)) return false
  if (body.unmatch_mapping_type !== undefined && typed(body.unmatch_mapping_type)) return false
  // Without a type of its own to match, a template for leaves must not swallow objects.
  return type !== 'object' || body.match_mapping_type !== undefined || asObject(body.mapping).type === 'object' || asObject(body.mapping).type === undefined
}

function fillIn(mapping: JsonObject, name: string, type: Detected): JsonObject {
  const fill = (value: Json): Json => {
    if (typeof value === 'string') return value.replaceAll('{name}', name).replaceAll('{dynamic_type}', type === 'string' ? 'text' : type)
    if (Array.isArray(value)) return value.map(fill)
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)])) : value
  }
  return asObject(fill(mapping))
}
