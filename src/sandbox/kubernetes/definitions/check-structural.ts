/** What a schema in a CustomResourceDefinition must keep to be structural. */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../field-error.ts'
import { clone, type Json } from '../json.ts'
import { prune } from '../schema/prune.ts'
import type { Schema } from '../schema/structural.ts'
import { compiled, validateValue } from '../schema/validate.ts'
import { checkNested } from './check-combinators.ts'
import { checkLists } from './check-lists.ts'
import { checkRules } from './check-rules.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/** Keywords that OpenAPI has and CustomResourceDefinitions do not. */
const UNSUPPORTED = [
  '$ref',
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'id',
  'patternProperties',
  'readOnly',
  'writeOnly',
  'xml',
  'additionalItems',
]

export function checkStructural(root: Schema, path: string): FieldError[] {
  const errors = walk(root, path, true, undefined)
  if (root.type && root.type !== 'object') errors.push(invalidValue(`${path}.type`, root.type, 'must be object at the root'))
  if (root.nullable) errors.push(forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root'))
  if (restrictsMetadata(root.properties?.metadata))
    errors.push(
      forbiddenField(`${path}.properties[metadata]`, 'must not specify anything other than name and generateName, but metadata is implicitly specified'),
    )
  return errors
}

function restrictsMetadata(schema: Schema | undefined): boolean {
  const { type: _type, description: _description, properties, ...rest } = schema ?? {}
  return Object.keys(rest).length > 0 || Object.keys(properties ?? {}).some((name) => name !== 'name' && name !== 'generateName')
}

/** `loose`: the nearest list around whose entries cannot be told from one another over time. */
function walk(schema: Schema, path: string, isRoot: boolean, loose: string | undefined): FieldError[] {
  const errors: FieldError[] = []
  for (const keyword of UNSUPPORTED) if (keyword in schema) errors.push(forbiddenField(`${path}.${keyword}`, `${keyword} is not supported`))
  errors.push(...checkTypes(schema, path, isRoot), ...checkLists(schema, path), ...checkKeywords(schema, path), ...checkNested(schema, path))
  errors.push(...checkRules(schema, path, isRoot, loose), ...checkDefault(schema, path))
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (isRoot && (name === 'metadata' || name === 'apiVersion' || name === 'kind')) continue
    errors.push(...walk(property, `${path}.properties[${name}]`, false, loose))
  }
  if (typeof schema.additionalProperties === 'object') errors.push(...walk(schema.additionalProperties, `${path}.additionalProperties`, false, loose))
  const told = schema['x-kubernetes-list-type'] === 'map'
  if (schema.items) errors.push(...walk(schema.items, `${path}.items`, false, told ? loose : (loose ?? path)))
  return errors
}

function checkTypes(schema: Schema, path: string, isRoot: boolean): FieldError[] {
  if ('$ref' in schema) return []
  const errors: FieldError[] = []
  const open = schema['x-kubernetes-preserve-unknown-fields']
  if (open === false) errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'))
  if (schema['x-kubernetes-embedded-resource']) {
    if (schema.type !== 'object') errors.push(invalidValue(`${path}.type`, schema.type ?? '', 'must be object if x-kubernetes-embedded-resource is true'))
    if (!open && !schema.properties)
      errors.push(required(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'))
  }
  if (schema.type === undefined || schema.type === '') {
    if (schema['x-kubernetes-int-or-string'] || (open && !isRoot)) return errors
    const where = isRoot ? 'at the root' : path.endsWith('.items') ? 'for specified array items' : 'for specified object fields'
    return [...errors, required(`${path}.type`, `must not be empty ${where}`)]
  }
  if (!TYPES.includes(schema.type)) errors.push(notSupported(`${path}.type`, schema.type, TYPES))
  if (schema.type === 'null') errors.push(forbiddenField(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'))
  if (schema.type === 'array' && !schema.items) errors.push(required(`${path}.items`, 'must be specified'))
  if (schema.properties && schema.additionalProperties)
    errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'))
  return errors
}

function checkKeywords(schema: Schema, path: string): FieldError[] {
  if (!schema.pattern) return []
  try {
    compiled(schema.pattern)
  } catch (error) {
    return [
      invalidValue(
        `${path}.pattern`,
        schema.pattern,
        `must be a valid regular expression, but isn't: error parsing regexp: ${re2Fault(schema.pattern, (error as Error).message)}`,
      ),
    ]
  }
  // RE2 has no look-around and no back references.
  const [beyond] = /\(\?<?[=!]|\\[1-9]/.exec(schema.pattern) ?? []
  if (!beyond) return []
  const fault = beyond.startsWith('\\') ? 'invalid escape sequence' : 'invalid or unsupported Perl syntax'
  return [invalidValue(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: error parsing regexp: ${fault}: \`${beyond}\``)]
}

/** What RE2 says of a pattern that JavaScript's engine refuses too. */
function re2Fault(pattern: string, told: string): string {
  if (/Unterminated group/.test(told)) return `missing closing ): \`${pattern}\``
  if (/Unmatched '\)'/.test(told)) return `unexpected ): \`${pattern}\``
  if (/Unterminated character class/.test(told)) return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf('['))}\``
  const repeated = /Nothing to repeat/.test(told) ? /[*+?]|\{\d+(,\d*)?\}/.exec(pattern)?.[0] : undefined
  return repeated === undefined ? told : `missing argument to repetition operator: \`${repeated}\``
}

function checkDefault(schema: Schema, path: string): FieldError[] {
  if (schema.default === undefined || schema.default === null) return []
  const value: Json = clone(schema.default)
  if (prune(value, schema, false).length > 0) return [invalidValue(`${path}.default`, schema.default, 'must not have unknown fields')]
  return validateValue(value, schema).map((fault) => ({ ...fault, field: `${path}.default${fault.field === '<nil>' ? '' : `.${fault.field}`}` }))
}
