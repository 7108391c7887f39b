/** Random records for an Avro schema whose `arg.properties` say what to draw: options, range, iteration, length, regex. */
import type { Random } from '../../../ports/index.ts'
import { type ConnectValue, isMap, type Schema, schemaOf, structSchema } from '../data.ts'
import { ConnectException } from '../errors.ts'
import { parseJson } from '../json.ts'
import type { Generator } from './clickstream.ts'

interface Field {
  readonly schema: Schema
  next(): ConnectValue
}

const TYPES: Readonly<Record<string, Schema['type']>> = {
  int: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
  boolean: 'boolean',
  string: 'string',
}
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Throws ConnectException naming the field that cannot be generated. */
export function avroGenerator(text: string, keyField: string | undefined, random: Random): Generator {
  let schema: ConnectValue
  try {
    schema = parseJson(text)
  } catch (error) {
    throw new ConnectException('Unable to parse the provided schema', 'org.apache.kafka.common.config.ConfigException', error)
  }
  const root = field(schema, 'schema', random)
  if (root.schema.type !== 'struct') throw new ConnectException('The schema must be a record', 'org.apache.kafka.common.config.ConfigException')
  if (keyField && !root.schema.fields?.some((candidate) => candidate.field === keyField)) {
    throw new ConnectException(`Cannot find key field '${keyField}' in schema`, 'org.apache.kafka.common.config.ConfigException')
  }
  return { valueSchema: root.schema, keyField, next: () => root.next() as { [field: string]: ConnectValue } }
}

function field(schema: ConnectValue, path: string, random: Random): Field {
  if (typeof schema === 'string') return primitive(schema, {}, path, random)
  if (Array.isArray(schema)) {
    const branches = schema.map((branch) => (branch === 'null' ? null : field(branch, path, random)))
    const some = branches.find((branch) => branch !== null)
    if (!some) throw unsupported(path, 'a union needs a branch beside null')
    return { schema: { ...some.schema, optional: true }, next: () => branches[Math.floor(random.next() * branches.length)]?.next() ?? null }
  }
  if (!isMap(schema)) throw unsupported(path, 'not an Avro schema')
  const type = schema.type ?? null
  if (typeof type !== 'string') return field(type, path, random)
  const args = isMap(schema['arg.properties'] ?? null) ? (schema['arg.properties'] as { [key: string]: ConnectValue }) : {}
  if (type === 'record') {
    const fields = (Array.isArray(schema.fields) ? schema.fields : []).filter(isMap).map((entry) => {
      const name = String(entry.name)
      return [name, field(entry.type ?? null, `${path}.${name}`, random)] as const
    })
    return {
      schema: structSchema(Object.fromEntries(fields.map(([name, inner]) => [name, inner.schema])), String(schema.name ?? 'record')),
      next: () => Object.fromEntries(fields.map(([name, inner]) => [name, inner.next()])),
    }
  }
  if (type === 'enum' && Array.isArray(schema.symbols)) return primitive('string', { options: schema.symbols }, path, random)
  return primitive(type, args, path, random)
}

function primitive(type: string, args: { [key: string]: ConnectValue }, path: string, random: Random): Field {
  const connectType = TYPES[type]
  if (connectType === undefined) throw unsupported(path, `type ${type} is not supported here`)
  const known = ['options', 'range', 'iteration', 'length', 'regex']
  const unknown = Object.keys(args).find((name) => !known.includes(name))
  if (unknown !== undefined) throw unsupported(path, `arg.properties.${unknown} is not supported here`)
  const schema = schemaOf(connectType)
  const whole = connectType === 'int32' || connectType === 'int64'
  if (Array.isArray(args.options)) {
    const options = args.options
    return { schema, next: () => options[Math.floor(random.next() * options.length)] ?? null }
  }
  if (isMap(args.iteration ?? null)) {
    const { start, step, restart } = args.iteration as { start?: number; step?: number; restart?: number }
    let current = start ?? 0
    return {
      schema,
      next() {
        const value = current
        current += step ?? 1
        if (restart !== undefined && current >= restart) current = start ?? 0
        return connectType === 'string' ? String(value) : value
      },
    }
  }
  if (connectType === 'boolean') return { schema, next: () => random.next() < 0.5 }
  const range = isMap(args.range ?? null) ? (args.range as { min?: number; max?: number }) : {}
  if (connectType === 'string') {
    if (typeof args.regex === 'string') return { schema, next: regexText(args.regex, path, random) }
    const length = isMap(args.length ?? null)
      ? (args.length as { min?: number; max?: number })
      : { min: Number(args.length ?? 8), max: Number(args.length ?? 8) + 1 }
    return { schema, next: () => letters(random, within(random, length.min ?? 0, length.max ?? 16, true)) }
  }
  const min = range.min ?? 0
  const max = range.max ?? (whole ? 2 ** 31 - 1 : 1)
  return { schema, next: () => within(random, min, max, whole) }
}

/** Uniform in [min, max). */
function within(random: Random, min: number, max: number, whole: boolean): number {
  const value = min + random.next() * (max - min)
  return whole ? Math.floor(value) : value
}

const letters = (random: Random, length: number) => Array.from({ length }, () => LETTERS[Math.floor(random.next() * LETTERS.length)]).join('')

/** Literals, `[a-z0-9]` classes and `{n}` or `{n,m}` counts: what the well-known schemas use. */
function regexText(regex: string, path: string, random: Random): () => string {
  const parts = [...regex.matchAll(/(?:\[([^\]]+)\]|([^[\]{}()|*+?\\]))(?:\{(\d+)(?:,(\d+))?\})?/gy)]
  if (parts.map((part) => part[0]).join('') !== regex) throw unsupported(path, `the regex ${regex} is not supported here`)
  const pieces = parts.map(([, charClass, literal, low, high]) => {
    const characters = literal ?? [...(charClass ?? '').matchAll(/(.)-(.)|(.)/g)].map(([, from, to, one]) => one ?? span(from!, to!)).join('')
    const min = low === undefined ? 1 : Number(low)
    return { characters, min, max: high === undefined ? min : Number(high) }
  })
  return () =>
    pieces
      .map(({ characters, min, max }) =>
        Array.from({ length: within(random, min, max + 1, true) }, () => characters[Math.floor(random.next() * characters.length)]).join(''),
      )
      .join('')
}

const span = (from: string, to: string) =>
  Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, index) => String.fromCharCode(from.charCodeAt(0) + index)).join('')

const unsupported = (path: string, why: string) => new ConnectException(`${path}: ${why}`, 'org.apache.kafka.common.config.ConfigException')
