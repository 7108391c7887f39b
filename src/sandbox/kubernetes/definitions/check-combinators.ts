/** Inside of allOf, anyOf, oneOf and not a schema may only narrow values, not say what they are. */
import { type FieldError, forbiddenField } from '../field-error.ts'
import { equal } from '../json.ts'
import type { Schema } from '../schema/structural.ts'

const EMPTY = 'must be empty to be structural'
const UNDEFINED = 'must be undefined to be structural'
const FALSE = 'must be false to be structural'

/** Keyword -> what is said of it. */
const FORBIDDEN: readonly (readonly [keyof Schema, string])[] = [
  ['type', EMPTY],
  ['additionalProperties', UNDEFINED],
  ['default', UNDEFINED],
  ['title', EMPTY],
  ['description', EMPTY],
  ['nullable', FALSE],
  ['x-kubernetes-preserve-unknown-fields', FALSE],
  ['x-kubernetes-embedded-resource', FALSE],
  ['x-kubernetes-int-or-string', FALSE],
  ['x-kubernetes-list-map-keys', EMPTY],
  ['x-kubernetes-list-type', UNDEFINED],
  ['x-kubernetes-map-type', UNDEFINED],
  ['x-kubernetes-validations', EMPTY],
]

/** The one place where alternatives may name types. */
const INT_OR_STRING: readonly Schema[] = [{ type: 'integer' }, { type: 'string' }]

export function checkNested(schema: Schema, path: string): FieldError[] {
  const exempt = schema['x-kubernetes-int-or-string'] === true
  const errors: FieldError[] = []
  for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
    const alternatives = schema[keyword]
    if (exempt && keyword === 'anyOf' && equal(alternatives, INT_OR_STRING)) continue
    alternatives?.forEach((part, i) => {
      const spared = exempt && keyword === 'allOf' && i === 0 && equal(part.anyOf, INT_OR_STRING) ? { ...part, anyOf: [] } : part
      errors.push(...checkPart(spared, `${path}.${keyword}[${i}]`))
    })
  }
  if (schema.not) errors.push(...checkPart(schema.not, `${path}.not`))
  return errors
}

function checkPart(part: Schema, path: string): FieldError[] {
  const errors = checkNested(part, path)
  for (const [keyword, text] of FORBIDDEN) {
    const value = part[keyword]
    const said = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false && value !== ''
    if (said) errors.push(forbiddenField(`${path}.${keyword}`, text))
  }
  if (part.items) errors.push(...checkPart(part.items, `${path}.items`))
  for (const [name, property] of Object.entries(part.properties ?? {})) errors.push(...checkPart(property, `${path}.properties[${name}]`))
  if (part.properties?.metadata) errors.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'))
  return errors
}
