/** ConfigMaps and Secrets: maps of text and of bytes. */
import type { KubeObject } from '../../../ports/index.ts'
import { ageColumn, column, nameColumn } from '../columns.ts'
import { type FieldError, forbiddenField, invalidValue } from '../field-error.ts'
import { equal } from '../json.ts'
import { configKey } from '../names.ts'
import type { Schema } from '../schema/structural.ts'
import { builtin, mapOf, text } from './type.ts'

const strings = (description: string): Schema => ({ type: 'object', description, additionalProperties: text })
const bytes = (description: string): Schema => ({ type: 'object', description, additionalProperties: { type: 'string', format: 'byte' } })
const immutable: Schema = { type: 'boolean', description: 'Whether the values are final: only metadata can change then.' }

const size = (object: KubeObject) => Object.keys(mapOf(object, 'data')).length + Object.keys(mapOf(object, 'binaryData')).length

/** 1 MiB for all values of a ConfigMap or Secret together. */
const MAX_DATA_BYTES = 1_048_576

function checkData(
  object: KubeObject,
  old: KubeObject | undefined,
  fields: readonly string[],
  bytesOf: (field: string, value: string) => number,
): FieldError[] {
  const errors: FieldError[] = []
  let total = 0
  for (const field of fields) {
    for (const [key, value] of Object.entries(mapOf(object, field))) {
      errors.push(...configKey(key).map((message) => invalidValue(`${field}[${key}]`, key, message)))
      total += bytesOf(field, String(value))
    }
  }
  if (total > MAX_DATA_BYTES) errors.push({ type: 'FieldValueTooLong', field: fields[0]!, value: '', detail: `may not be more than ${MAX_DATA_BYTES} bytes` })
  if (old?.immutable === true) {
    if (object.immutable !== true) errors.push(forbiddenField('immutable', 'field is immutable when `immutable` is set'))
    for (const field of fields) if (!equal(object[field], old[field])) errors.push(forbiddenField(field, 'field is immutable when `immutable` is set'))
  }
  return errors
}

export const configMaps = builtin({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  shortNames: ['cm'],
  schema: {
    type: 'object',
    description: 'Configuration as key and value.',
    properties: { data: strings('Text by key.'), binaryData: bytes('Bytes by key, in base64.'), immutable },
  },
  columns: [nameColumn, column('Data', size), ageColumn],
  check: (object, old) =>
    checkData(object, old, ['data', 'binaryData'], (field, value) => (field === 'data' ? Buffer.byteLength(value) : Buffer.byteLength(value, 'base64'))),
})

export const secrets = builtin({
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  schema: {
    type: 'object',
    description: 'Credentials as key and base64 value.',
    properties: {
      data: bytes('Secret bytes by key, in base64.'),
      stringData: strings('The same as plain text; written only, never read back.'),
      immutable,
      type: { type: 'string', description: 'What kind of secret it is, for those who use it.' },
    },
  },
  columns: [nameColumn, column('Type', (object) => String(object.type ?? '')), column('Data', size), ageColumn],
  selectable: ['type'],
  defaults(object) {
    object.type ??= 'Opaque'
    const plain = mapOf(object, 'stringData')
    if (Object.keys(plain).length > 0)
      object.data = {
        ...mapOf(object, 'data'),
        ...Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])),
      }
    delete object.stringData
  },
  check(object, old) {
    const errors = checkData(object, old, ['data'], (_field, value) => Buffer.byteLength(value, 'base64'))
    if (old && old.type !== object.type) errors.push(invalidValue('type', object.type, 'field is immutable'))
    return errors
  },
})
