/** Bytes of a topic to Connect data and back, as the stock converters do. */
import type { Config } from './config-def.ts'
import { type ConnectValue, isMap, NULL_VALUE, type Schema, type SchemaAndValue, type SchemaType, schemaOf } from './data.ts'
import { ConnectException, DataException } from './errors.ts'
import { parseJson, stringifyJson } from './json.ts'

export interface Converter {
  toConnect(bytes: Buffer | null): SchemaAndValue
  fromConnect(data: SchemaAndValue): Buffer | null
}

const shortName = (schema: Schema | null, value: ConnectValue) => (schema ? schema.type.toUpperCase() : value === null ? 'null' : typeof value)

const stringConverter: Converter = {
  toConnect: (bytes) => ({ schema: schemaOf('string', true), value: bytes === null ? null : bytes.toString('utf8') }),
  fromConnect: ({ value }) => (value === null ? null : Buffer.from(typeof value === 'object' ? stringifyJson(value) : String(value))),
}

const byteArrayConverter: Converter = {
  toConnect: (bytes) => ({ schema: schemaOf('bytes', true), value: bytes }),
  fromConnect({ schema, value }) {
    if (value === null) return null
    if (value instanceof Uint8Array) return Buffer.from(value)
    throw new DataException(`Invalid schema type for ByteArrayConverter: ${shortName(schema, value)}`)
  },
}

function numberConverter(
  type: SchemaType,
  deserializer: string,
  size: number,
  read: (bytes: Buffer) => number | bigint,
  write: (bytes: Buffer, value: ConnectValue) => void,
): Converter {
  return {
    toConnect(bytes) {
      if (bytes === null) return { schema: schemaOf(type, true), value: null }
      if (bytes.length !== size)
        throw new DataException(
          'Failed to deserialize value: ',
          new ConnectException(`Size of data received by ${deserializer} is not ${size}`, 'org.apache.kafka.common.errors.SerializationException'),
        )
      const value = read(bytes)
      return { schema: schemaOf(type, true), value: typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value }
    },
    fromConnect({ schema, value }) {
      if (value === null) return null
      if (typeof value !== 'number' && typeof value !== 'bigint') throw new DataException(`Failed to serialize to a number: ${shortName(schema, value)}`)
      const bytes = Buffer.alloc(size)
      write(bytes, value)
      return bytes
    },
  }
}

function jsonConverter(schemasEnabled: boolean): Converter {
  return {
    toConnect(bytes) {
      if (bytes === null) return NULL_VALUE
      let parsed: ConnectValue
      try {
        parsed = parseJson(bytes.toString('utf8'))
      } catch (error) {
        throw new DataException('Converting byte[] to Kafka Connect data failed due to serialization error: ', error)
      }
      if (!schemasEnabled) return { schema: null, value: parsed }
      if (!isMap(parsed) || !('schema' in parsed) || !('payload' in parsed) || Object.keys(parsed).length !== 2) {
        throw new DataException(
          'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.',
        )
      }
      return { schema: readSchema(parsed.schema ?? null), value: parsed.payload ?? null }
    },
    fromConnect({ schema, value }) {
      if (!schemasEnabled) return value === null ? null : Buffer.from(stringifyJson(value))
      if (value === null && schema === null) return null
      return Buffer.from(stringifyJson({ schema: schema ? writeSchema(schema) : null, payload: value }))
    },
  }
}

const JSON_TYPES: Readonly<Record<string, SchemaType>> = { float: 'float32', double: 'float64' }
const JSON_NAMES: Partial<Record<SchemaType, string>> = { float32: 'float', float64: 'double' }

function readSchema(json: ConnectValue): Schema | null {
  if (json === null) return null
  if (!isMap(json) || typeof json.type !== 'string') throw new DataException("Schema must contain 'type' field")
  const sub = (key: string) => readSchema(json[key] ?? null) ?? schemaOf('string', true)
  const base = {
    type: JSON_TYPES[json.type] ?? (json.type as SchemaType),
    optional: json.optional === true,
    ...(typeof json.name === 'string' ? { name: json.name } : {}),
  }
  if (base.type === 'struct') {
    const fields = Array.isArray(json.fields) ? json.fields : []
    return {
      ...base,
      fields: fields.map((field) => ({ field: isMap(field) ? String(field.field) : '', schema: readSchema(field) ?? schemaOf('string', true) })),
    }
  }
  if (base.type === 'array') return { ...base, items: sub('items') }
  if (base.type === 'map') return { ...base, keys: sub('keys'), values: sub('values') }
  return base
}

function writeSchema(schema: Schema): ConnectValue {
  return {
    type: JSON_NAMES[schema.type] ?? schema.type,
    ...(schema.fields ? { fields: schema.fields.map(({ field, schema: inner }) => ({ ...(writeSchema(inner) as object), field })) } : {}),
    ...(schema.items ? { items: writeSchema(schema.items) } : {}),
    ...(schema.keys ? { keys: writeSchema(schema.keys) } : {}),
    ...(schema.values ? { values: writeSchema(schema.values) } : {}),
    optional: schema.optional,
    ...(schema.name ? { name: schema.name } : {}),
  }
}

const FIXED: Readonly<Record<string, Converter>> = {
  'org.apache.kafka.connect.storage.StringConverter': stringConverter,
  'org.apache.kafka.connect.converters.ByteArrayConverter': byteArrayConverter,
  'org.apache.kafka.connect.converters.IntegerConverter': numberConverter(
    'int32',
    'IntegerDeserializer',
    4,
    (bytes) => bytes.readInt32BE(),
    (bytes, value) => bytes.writeInt32BE(Number(value)),
  ),
  'org.apache.kafka.connect.converters.LongConverter': numberConverter(
    'int64',
    'LongDeserializer',
    8,
    (bytes) => bytes.readBigInt64BE(),
    (bytes, value) => bytes.writeBigInt64BE(BigInt(value as number)),
  ),
  'org.apache.kafka.connect.converters.DoubleConverter': numberConverter(
    'float64',
    'DoubleDeserializer',
    8,
    (bytes) => bytes.readDoubleBE(),
    (bytes, value) => bytes.writeDoubleBE(Number(value)),
  ),
}
const JSON_CLASS = 'org.apache.kafka.connect.json.JsonConverter'

export const CONVERTER_CLASSES = [...Object.keys(FIXED), JSON_CLASS]

/** The converter of one side: the connector's own setting or the worker's default. */
export function createConverter(side: 'key' | 'value', config: Config, worker: Config): Converter {
  const own = config[`${side}.converter`]
  const from = own === undefined ? worker : config
  const name = own ?? worker[`${side}.converter`] ?? ''
  if (name === JSON_CLASS) return jsonConverter((from[`${side}.converter.schemas.enable`] ?? 'true').toLowerCase() !== 'false')
  const converter = FIXED[name]
  if (!converter) throw new DataException(`Class ${name} could not be found.`)
  return converter
}
