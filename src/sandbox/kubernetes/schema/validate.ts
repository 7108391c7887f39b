/** Checks a value against a structural schema; order and wording of the complaints are those of the real server. */
import { type FieldError, invalidValue, notSupported, required, tooLong, tooMany, typeInvalid } from '../field-error.ts'
import { byKey, canonical, equal, isObject, type Json, type JsonObject } from '../json.ts'
import { knownFormat, matchesFormat } from './formats.ts'
import { correlated } from './list-types.ts'
import type { Schema } from './structural.ts'

/**
 * `path` starts without a dot: '' for a whole object. What equals its counterpart in `old` is not looked at again, so
 * that a stricter schema does not block changes elsewhere in an object.
 */
export function validateValue(value: Json, schema: Schema, path = '', old?: Json): FieldError[] {
  if (old !== undefined && equal(value, old)) return []
  const types = typesOf(schema)
  if (value === null) {
    const errors = types.length > 0 && !schema.nullable ? [typeInvalid(path, 'null', `${within(path)} must be of type ${types.join(',')}: "null"`)] : []
    return [...errors, ...checkEnum(value, schema, path)]
  }
  return [
    ...checkType(value, types, schema, path),
    ...checkCombinators(value, schema, path),
    ...(typeof value === 'string' ? checkString(value, schema, path) : []),
    ...(typeof value === 'number' ? checkNumber(value, schema, path) : []),
    ...(Array.isArray(value) ? checkList(value, schema, path, old) : []),
    ...checkEnum(value, schema, path),
    ...(isObject(value) ? checkObject(value, schema, path, isObject(old) ? old : {}) : []),
  ]
}

function typesOf(schema: Schema): readonly string[] {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string']
  return schema.type ? [schema.type] : []
}

/** go-openapi says where a value was found; here it is always the body. */
const within = (path: string): string => `${path} in body`

function jsonType(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function checkType(value: Json, types: readonly string[], schema: Schema, path: string): FieldError[] {
  if (types.length === 0) return []
  const actual = jsonType(value)
  const fits = types.includes(actual) || (actual === 'integer' && types.includes('number'))
  if (fits) return []
  // A quirk of go-openapi: beside a format, a list passes for a string.
  if (schema.format && knownFormat(schema.format) && actual === 'array' && !types.some((type) => type === 'number' || type === 'integer')) return []
  // With a format, go-openapi compares formats instead of types for values that are neither string nor list.
  if (schema.format && actual !== 'string' && actual !== 'array' && knownFormat(schema.format)) {
    const format = actual === 'integer' ? 'int64' : actual === 'number' ? 'float64' : ''
    return [typeInvalid(path, format, `${within(path)} must be of type ${schema.format}: ${JSON.stringify(format)}`)]
  }
  return [typeInvalid(path, actual, `${within(path)} must be of type ${types.join(',')}: ${JSON.stringify(actual)}`)]
}

function checkCombinators(value: Json, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const composite = (text: string) => errors.push(invalidValue('', '', `"${path}" ${text}`))
  if (schema.anyOf) {
    const results = schema.anyOf.map((sub) => validateValue(value, sub, path))
    if (!results.some((result) => result.length === 0)) {
      composite('must validate at least one schema (anyOf)')
      errors.push(...best(results))
    }
  }
  if (schema.oneOf) {
    const results = schema.oneOf.map((sub) => validateValue(value, sub, path))
    const valid = results.filter((result) => result.length === 0).length
    if (valid !== 1) {
      composite(`must validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`)
      if (valid === 0) errors.push(...best(results))
    }
  }
  if (schema.allOf) {
    const results = schema.allOf.map((sub) => validateValue(value, sub, path))
    errors.push(...results.flat())
    const valid = results.filter((result) => result.length === 0).length
    if (valid !== results.length) composite(`must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`)
  }
  if (schema.not && validateValue(value, schema.not, path).length === 0) composite('must not validate the schema (not)')
  return errors
}

/** The alternative that came nearest: fewest complaints, the first of equals. */
function best(results: readonly FieldError[][]): FieldError[] {
  return results.reduce((least, result) => (result.length < least.length ? result : least))
}

function checkString(value: string, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const length = schema.maxLength !== undefined || schema.minLength !== undefined ? [...value].length : 0
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(path, schema.maxLength))
  else if (schema.minLength !== undefined && length < schema.minLength)
    errors.push(invalidValue(path, value, `${within(path)} should be at least ${schema.minLength} chars long`))
  else if (schema.pattern && !compiled(schema.pattern).test(value)) errors.push(invalidValue(path, value, `${within(path)} should match '${schema.pattern}'`))
  if (schema.format && !matchesFormat(schema.format, value))
    errors.push(typeInvalid(path, value, `${within(path)} must be of type ${schema.format}: ${JSON.stringify(value)}`))
  return errors
}

const patterns = new Map<string, RegExp>()

/** RE2 as JavaScript: what differs and occurs in schemas is the inline flag group. */
export function compiled(pattern: string): RegExp {
  let regexp = patterns.get(pattern)
  if (!regexp) {
    const flags = /^\(\?([imsu]+)\)/.exec(pattern)
    regexp = new RegExp(flags ? pattern.slice(flags[0].length) : pattern.replaceAll('\\z', '$').replaceAll('\\A', '^'), flags?.[1] ?? '')
    patterns.set(pattern, regexp)
  }
  return regexp
}

function checkNumber(value: number, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const fail = (detail: string) => errors.push(invalidValue(path, value, detail))
  if (schema.type === 'integer' && !Number.isInteger(value)) {
    const format = schema.format === 'int32' || schema.format === 'int64' ? `with format ${schema.format}` : '(default format)'
    errors.push(invalidValue('', '', `Checked value must be of type integer ${format} in ${path}`))
  } else if (schema.type === 'integer' && schema.format === 'int32' && (value > 2_147_483_647 || value < -2_147_483_648))
    errors.push(invalidValue('', '', `Checked value must be of type integer with format int32 in ${path}`))
  // Whole numbers are compared with the whole part of the factor, as in the real server.
  if (schema.multipleOf !== undefined && Number.isInteger(value)) {
    const factor = Math.trunc(schema.multipleOf)
    if (factor <= 0) errors.push(invalidValue(path, 0, `factor MultipleOf declared for ${path} must be positive: 0`))
    else if (value % factor !== 0) fail(`${within(path)} should be a multiple of ${schema.multipleOf}`)
  } else if (schema.multipleOf !== undefined && !Number.isInteger(schema.multipleOf < 1 ? (1 / schema.multipleOf) * value : value / schema.multipleOf))
    fail(`${within(path)} should be a multiple of ${schema.multipleOf}`)
  if (schema.maximum !== undefined && (schema.exclusiveMaximum ? value >= schema.maximum : value > schema.maximum))
    fail(`${within(path)} should be less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${schema.maximum}`)
  if (schema.minimum !== undefined && (schema.exclusiveMinimum ? value <= schema.minimum : value < schema.minimum))
    fail(`${within(path)} should be greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${schema.minimum}`)
  return errors
}

function checkList(value: Json[], schema: Schema, path: string, old: Json | undefined): FieldError[] {
  const errors = schema.items ? value.flatMap((item, i) => validateValue(item, schema.items!, `${path}[${i}]`, correlated(item, schema, old))) : []
  if (schema.minItems !== undefined && value.length < schema.minItems)
    errors.push(invalidValue(path, value.length, `${within(path)} should have at least ${schema.minItems} items`))
  if (schema.maxItems !== undefined && value.length > schema.maxItems) errors.push(tooMany(path, value.length, schema.maxItems))
  if (schema.uniqueItems && value.some((item, i) => value.slice(0, i).some((before) => equal(before, item))))
    errors.push(invalidValue(path, '', `${within(path)} shouldn't contain duplicates`))
  return errors
}

function checkEnum(value: Json, schema: Schema, path: string): FieldError[] {
  if (!schema.enum?.length || schema.enum.some((allowed) => equal(allowed, value))) return []
  return [
    notSupported(
      path,
      value,
      schema.enum.map((allowed) => (typeof allowed === 'string' ? allowed : canonical(allowed))),
    ),
  ]
}

function checkObject(value: JsonObject, schema: Schema, path: string, old: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  const size = Object.keys(value).length
  const at = (key: string) => (path ? `${path}.${key}` : key)
  if (schema.minProperties !== undefined && size < schema.minProperties)
    errors.push(invalidValue(path, size, `${within(path)} should have at least ${schema.minProperties} properties`))
  if (schema.maxProperties !== undefined && size > schema.maxProperties) errors.push(tooMany(path, size, schema.maxProperties))
  for (const [key, child] of byKey(value)) {
    if (schema.properties && Object.hasOwn(schema.properties, key)) continue
    if (schema.additionalProperties === false) errors.push(invalidValue(path, key, `${path}.${key} in body is a forbidden property`))
    else if (typeof schema.additionalProperties === 'object') errors.push(...validateValue(child, schema.additionalProperties, at(key), old[key]))
  }
  for (const [key, property] of byKey(schema.properties ?? {})) {
    const child = Object.hasOwn(value, key) ? value[key] : undefined
    if (child !== undefined) errors.push(...validateValue(child, property, at(key), old[key]))
  }
  for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) errors.push(required(at(key)))
  return errors
}
