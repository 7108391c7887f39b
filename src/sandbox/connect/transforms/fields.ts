/** Transforms that take out, put in or rename fields of a map or struct. */
import { type ConnectRecord, type ConnectValue, isMap, type Schema, type SchemaAndValue, schemaOf, structSchema } from '../data.ts'
import { DataException } from '../errors.ts'
import { partOf, requireMap, type Side, type TransformClass, withPart } from './transform.ts'

const fieldSchema = (schema: Schema, name: string): Schema | undefined => schema.fields?.find((candidate) => candidate.field === name)?.schema

/** ExtractField: the part becomes one of its fields. */
export const extractField = (side: Side): TransformClass => ({
  options: [{ name: 'field', type: 'STRING', importance: 'MEDIUM', documentation: 'Field name to extract.' }],
  create(settings) {
    const field = settings.string('field')
    return (record) => {
      const part = partOf(record, side)
      if (part.value === null) return withPart(record, side, { schema: null, value: null })
      const map = requireMap(part, 'field extraction')
      if (part.schema !== null) {
        const schema = fieldSchema(part.schema, field)
        if (schema === undefined) throw new DataException(`Unknown field: ${field}`)
        return withPart(record, side, { schema, value: map[field] ?? null })
      }
      return withPart(record, side, { schema: null, value: map[field] ?? null })
    }
  },
})

/** ValueToKey: the key becomes a map of fields of the value. */
export const valueToKey: TransformClass = {
  options: [
    { name: 'fields', type: 'LIST', noNulls: true, importance: 'HIGH', documentation: 'Field names on the record value to extract as the record key.' },
  ],
  create(settings) {
    const fields = settings.list('fields')
    return (record) => {
      const map = requireMap(record.value, 'copying fields from value to key')
      const key: { [key: string]: ConnectValue } = {}
      const schemas: Record<string, Schema> = {}
      for (const field of fields) {
        if (record.value.schema !== null) {
          const schema = fieldSchema(record.value.schema, field)
          if (schema === undefined) throw new DataException(`Field does not exist: ${field}`)
          schemas[field] = schema
        }
        key[field] = map[field] ?? null
      }
      return { ...record, key: { schema: record.value.schema === null ? null : structSchema(schemas), value: key } }
    }
  },
}

/** HoistField: the part becomes a map with one field that holds it. */
export const hoistField = (side: Side): TransformClass => ({
  options: [{ name: 'field', type: 'STRING', importance: 'MEDIUM', documentation: 'Field name for the single field that will be created.' }],
  create(settings) {
    const field = settings.string('field')
    return (record) => {
      const part = partOf(record, side)
      return withPart(record, side, { schema: part.schema === null ? null : structSchema({ [field]: part.schema }), value: { [field]: part.value } })
    }
  },
})

/** ReplaceField: leaves out, keeps or renames fields. */
export const replaceField = (side: Side): TransformClass => ({
  options: [
    { name: 'exclude', type: 'LIST', default: '', documentation: 'Fields to exclude.' },
    { name: 'include', type: 'LIST', default: '', documentation: 'Fields to include; only these are kept.' },
    { name: 'renames', type: 'LIST', default: '', documentation: 'Field rename mappings, from:to.' },
  ],
  create(settings) {
    const exclude = new Set(settings.list('exclude'))
    const include = new Set(settings.list('include'))
    const renames = new Map(settings.list('renames').map((pair) => pair.split(':') as [string, string]))
    const keeps = (field: string) => !exclude.has(field) && (include.size === 0 || include.has(field))
    return (record) => {
      const part = partOf(record, side)
      if (part.value === null) return record
      const map = requireMap(part, 'field replacement')
      const value = Object.fromEntries(
        Object.entries(map)
          .filter(([field]) => keeps(field))
          .map(([field, inner]) => [renames.get(field) ?? field, inner]),
      )
      const schema = part.schema && {
        ...part.schema,
        fields: (part.schema.fields ?? []).filter(({ field }) => keeps(field)).map((entry) => ({ ...entry, field: renames.get(entry.field) ?? entry.field })),
      }
      return withPart(record, side, { schema, value })
    }
  },
})

/** InsertField: puts facts of the record, or a constant, into the part. A name may end in `!` (required) or `?` (optional). */
export const insertField = (side: Side): TransformClass => {
  const sources: readonly { option: string; schema: Schema; read: (record: ConnectRecord, constant: string) => ConnectValue }[] = [
    { option: 'topic.field', schema: schemaOf('string'), read: (record) => record.topic },
    { option: 'partition.field', schema: schemaOf('int32', true), read: (record) => record.partition },
    { option: 'offset.field', schema: schemaOf('int64'), read: (record) => record.offset ?? null },
    { option: 'timestamp.field', schema: schemaOf('int64', true), read: (record) => record.timestamp },
    { option: 'static.field', schema: schemaOf('string'), read: (_record, constant) => constant },
  ]
  return {
    options: [
      ...sources.map(({ option }) => ({
        name: option,
        type: 'STRING' as const,
        default: null,
        documentation: `Field name for the record's ${option.split('.')[0]}.`,
      })),
      { name: 'static.value', type: 'STRING', default: null, documentation: 'Static field value, if field name configured.' },
    ],
    create(settings) {
      const constant = settings.string('static.value')
      const wanted = sources.flatMap((source) => {
        const name = settings.optional(source.option)
        return name === undefined ? [] : [{ ...source, field: name.replace(/[!?]$/, '') }]
      })
      return (record) => {
        const part = partOf(record, side)
        if (part.value === null) return record
        const value = { ...requireMap(part, 'field insertion') }
        for (const { field, read } of wanted) value[field] = read(record, constant)
        const schema = part.schema && {
          ...part.schema,
          fields: [...(part.schema.fields ?? []), ...wanted.map(({ field, schema: inner }) => ({ field, schema: inner }))],
        }
        return withPart(record, side, { schema, value })
      }
    },
  }
}

const CASTS: Readonly<Record<string, (value: ConnectValue) => ConnectValue>> = {
  string: (value) => String(value),
  boolean: (value) => (typeof value === 'string' ? value.toLowerCase() === 'true' : Boolean(value)),
  float32: (value) => Math.fround(castNumber(value)),
  float64: (value) => castNumber(value),
  int8: (value) => Math.trunc(castNumber(value)),
  int16: (value) => Math.trunc(castNumber(value)),
  int32: (value) => Math.trunc(castNumber(value)),
  int64: (value) => (typeof value === 'bigint' ? value : Math.trunc(castNumber(value))),
}

function castNumber(value: ConnectValue): number {
  const number = typeof value === 'boolean' ? Number(value) : typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value)
  if (Number.isNaN(number)) throw new DataException(`Value (${String(value)}) was out of range for requested data type`)
  return number
}

/** Cast: fields, or the whole part, to another primitive type. `spec` is `field:type,...` or `type`. */
export const cast = (side: Side): TransformClass => ({
  options: [
    {
      name: 'spec',
      type: 'LIST',
      importance: 'HIGH',
      documentation: 'List of fields and the type to cast them to, field1:type,field2:type, or one type for the whole part.',
      check: (value) => {
        const bad = value.split(',').find((entry) => CASTS[entry.trim().split(':').at(-1) ?? ''] === undefined)
        return bad === undefined ? undefined : `Invalid type: ${bad}`
      },
    },
  ],
  create(settings) {
    const spec = settings.list('spec').map((entry) => entry.split(':') as [string, string | undefined])
    const convert = (part: SchemaAndValue): SchemaAndValue => {
      const [first] = spec
      if (first && first[1] === undefined) {
        const type = first[0]
        return part.value === null ? part : { schema: part.schema && schemaOf(type as Schema['type'], part.schema.optional), value: CASTS[type]!(part.value) }
      }
      if (!isMap(part.value)) return part
      const value = { ...part.value }
      for (const [field, type] of spec) if (type !== undefined && value[field] !== undefined && value[field] !== null) value[field] = CASTS[type]!(value[field])
      const types = new Map(spec)
      const schema = part.schema && {
        ...part.schema,
        fields: (part.schema.fields ?? []).map((entry) => ({
          ...entry,
          schema: types.has(entry.field) ? schemaOf(types.get(entry.field) as Schema['type'], entry.schema.optional) : entry.schema,
        })),
      }
      return { schema, value }
    }
    return (record) => withPart(record, side, convert(partOf(record, side)))
  },
})
