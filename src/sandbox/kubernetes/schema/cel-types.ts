/** The types of a schema as CEL knows them, for checking rules when a definition is made. */
import { Environment, type ObjectSchema } from '@marcbachmann/cel-js'
import { escapeName, isReserved, registerLibrary } from './cel-values.ts'
import type { Schema } from './structural.ts'

/** A type by name, or the fields of an object. */
type CelType = string | { readonly [field: string]: CelType }

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'google.protobuf.Timestamp',
  date: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  byte: 'bytes',
}

const SCALARS: Readonly<Record<string, string>> = { integer: 'int', number: 'double', boolean: 'bool' }

function typeOf(schema: Schema): CelType {
  if (schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'] || schema.nullable) return 'dyn'
  switch (schema.type) {
    case 'string':
      return FORMATS[schema.format ?? ''] ?? 'string'
    case 'array':
      return `list<${elementType(schema.items)}>`
    case 'object': {
      if (typeof schema.additionalProperties === 'object') return `map<string, ${elementType(schema.additionalProperties)}>`
      return schema.properties && Object.keys(schema.properties).length > 0 ? fieldsOf(schema) : 'dyn'
    }
    default:
      return SCALARS[schema.type ?? ''] ?? 'dyn'
  }
}

/** Only scalars can be named inside of a list or map; objects in them are checked when they are met. */
function elementType(schema: Schema | undefined): string {
  const type = schema && typeOf(schema)
  return typeof type === 'string' ? type : 'dyn'
}

function fieldsOf(schema: Schema): CelType {
  const fields: Record<string, CelType> = {}
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type = typeOf(property)
    fields[escapeName(name)] = type
    if (isReserved(name)) fields[name] = type
  }
  return fields
}

/** Rules of a whole object also see its type and its name. */
const ROOT = { apiVersion: 'string', kind: 'string', metadata: { name: 'string', generateName: 'string' } }

/** An environment in which self and oldSelf have the schema's type. */
export function typedEnvironment(schema: Schema, isRoot: boolean, optionalOldSelf: boolean): Environment {
  const env = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
  registerLibrary(env)
  const own = typeOf(schema)
  const type = isRoot && typeof own !== 'string' ? { ...own, ...ROOT } : own
  const declare = (name: string) => {
    if (typeof type === 'string') env.registerVariable(name, type)
    else env.registerVariable({ name, schema: type as ObjectSchema })
  }
  declare('self')
  if (optionalOldSelf) env.registerVariable('oldSelf', 'dyn')
  else declare('oldSelf')
  return env
}
