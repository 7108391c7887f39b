/** One document against a mapping: the values of its fields, and what it adds to the mapping. */
import { type ErrorCause, EsError } from '../errors.ts'
import { asObject, isObject, type Json, type JsonObject } from '../json.ts'
import { detect, dynamicMapping } from './dynamic.ts'
import { BadValue, type Field, isKeyword, makeField, parseValue, type Value } from './field.ts'
import { locate } from './locate.ts'
import { Mapping } from './mapping.ts'

export interface ParsedDocument {
  /** By the field's path. */
  readonly fields: ReadonlyMap<string, readonly Value[]>
  /** The mapping with the document's new fields; the same object when there are none. */
  readonly mapping: Mapping
}

/** `located`: whether errors carry line and column, as they do since version 8. */
export function parseDocument(mapping: Mapping, id: string, text: string, source: JsonObject, located: boolean): ParsedDocument {
  return new DocumentParser(mapping, id, text, located).run(source)
}

type Path = readonly (string | number)[]

class DocumentParser {
  readonly #mapping: Mapping
  readonly #id: string
  readonly #text: string
  readonly #located: boolean
  readonly #fields = new Map<string, Value[]>()
  /** Copied before the first dynamic field is put in. */
  #json: JsonObject
  #changed = false

  constructor(mapping: Mapping, id: string, text: string, located: boolean) {
    this.#mapping = mapping
    this.#id = id
    this.#text = text
    this.#located = located
    this.#json = mapping.json
  }

  run(source: JsonObject): ParsedDocument {
    if (this.#json.enabled !== false) this.#object(source, '', String(this.#json.dynamic ?? 'true'), [])
    return { fields: this.#fields, mapping: this.#changed ? Mapping.parse(this.#json) : this.#mapping }
  }

  #object(node: JsonObject, prefix: string, dynamic: string, at: Path): void {
    for (const [key, value] of Object.entries(node)) this.#entry(prefix + key, value, dynamic, [...at, key])
  }

  #entry(path: string, value: Json, dynamic: string, at: Path): void {
    const known = this.#lookup(path)
    if (known !== undefined) {
      this.#known(path, known, value, dynamic, at)
      return
    }
    if (dynamic === 'false') return
    const sample = firstValue(value)
    const detection = sample === undefined ? undefined : detect(this.#json, sample)
    if (detection === undefined) return
    if (dynamic === 'strict') {
      const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '_doc'
      throw this.#fault(
        'strict_dynamic_mapping_exception',
        `mapping set to strict, dynamic introduction of [${path.slice(path.lastIndexOf('.') + 1)}] within [${parent}] is not allowed`,
        at,
      )
    }
    const json = dynamicMapping(this.#json, path, path.slice(path.lastIndexOf('.') + 1), detection)
    this.#add(path, json)
    this.#known(path, json, value, dynamic, at)
  }

  #known(path: string, json: JsonObject, value: Json, dynamic: string, at: Path): void {
    if (Array.isArray(value)) {
      value.forEach((item, i) => {
        this.#known(path, json, item, dynamic, [...at, i])
      })
      return
    }
    if (isObject(json.properties) || json.type === undefined || json.type === 'object' || json.type === 'nested') {
      if (value === null || json.enabled === false) return
      if (!isObject(value)) {
        throw this.#fault(
          'document_parsing_exception',
          `object mapping for [${path}] tried to parse field [${String(at.findLast((part) => typeof part === 'string'))}] as object, but found a concrete value`,
          at,
        )
      }
      this.#object(value, `${path}.`, String(json.dynamic ?? dynamic), at)
      return
    }
    const given = value === null ? (json.null_value ?? null) : value
    if (given === null) return
    this.#leaf(makeField(path, json), given, at)
    for (const [sub, subJson] of Object.entries(asObject(json.fields))) {
      if (isObject(subJson)) this.#leaf(makeField(`${path}.${sub}`, subJson), given, at)
    }
  }

  #leaf(field: Field, value: Json, at: Path): void {
    let parsed: Value | undefined
    try {
      parsed = parseValue(this.#mapping.fields.get(field.path) ?? field, value)
    } catch (error) {
      if (!(error instanceof BadValue)) throw error
      if (field.json.ignore_malformed === true) return
      const reason = `failed to parse field [${field.path}] of type [${field.type}] in document with id '${this.#id}'. Preview of field's value: '${preview(value)}'`
      throw this.#fault('document_parsing_exception', reason, at, error.causedBy)
    }
    if (parsed === undefined) return
    const values = this.#fields.get(field.path)
    // Keywords are kept as a set, numbers as they come.
    if (values?.includes(parsed) && (isKeyword(field.type) || field.type === 'ip')) return
    if (values) values.push(parsed)
    else this.#fields.set(field.path, [parsed])
  }

  /** The mapping of a path, be it written with dots or as objects. */
  #lookup(path: string): JsonObject | undefined {
    let properties = asObject(this.#json.properties)
    const names = path.split('.')
    for (const [i, name] of names.entries()) {
      const json = properties[name]
      if (!isObject(json)) return undefined
      if (i === names.length - 1) return json
      properties = asObject(json.properties)
    }
    return undefined
  }

  #add(path: string, json: JsonObject): void {
    if (!this.#changed) {
      this.#json = structuredClone(this.#json)
      this.#changed = true
    }
    let node = this.#json
    const names = path.split('.')
    for (const [i, name] of names.entries()) {
      if (!isObject(node.properties)) node.properties = {}
      const properties = node.properties as JsonObject
      if (i === names.length - 1) properties[name] = structuredClone(json)
      else {
        if (!isObject(properties[name])) properties[name] = { properties: {} }
        node = properties[name] as JsonObject
      }
    }
  }

  #fault(type: string, reason: string, at: Path, causedBy?: ErrorCause): EsError {
    const where = this.#located ? `${locate(this.#text, at)} ` : ''
    const named = !this.#located && type === 'document_parsing_exception' ? 'mapper_parsing_exception' : type
    return new EsError(400, { type: named, reason: where + reason, ...(causedBy ? { causedBy } : {}) })
  }
}

function firstValue(value: Json): Json | undefined {
  if (value === null) return undefined
  if (!Array.isArray(value)) return value
  for (const item of value) {
    const found = firstValue(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** Java's way to print a value. */
function preview(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(preview).join(', ')}]`
  if (typeof value === 'number' && String(value).includes('e')) {
    const [mantissa = '', exponent = ''] = String(value).split('e')
    return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`
  }
  if (!isObject(value)) return String(value)
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}=${preview(item)}`)
    .join(', ')}}`
}
