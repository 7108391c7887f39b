/** ARRAY[...], MAP(...), STRUCT(...), and access to their parts. */
import type { SqlType } from '../../sql/index.ts'
import { hashOrdered } from '../java/hash-map.ts'
import { type Struct, struct, type Value } from '../values.ts'
import { coerce, commonType } from './comparison.ts'
import type { Compiled, Evaluate } from './scope.ts'

function shared(items: readonly Compiled[], what: string): SqlType {
  let type: SqlType | undefined
  for (const item of items) type = commonType(type, item.type)
  if (!type) throw new Error(`Cannot construct ${what} with all NULL elements`)
  return type
}

export function compileArray(elements: readonly Compiled[]): Compiled {
  const element = shared(elements, 'an array')
  const evaluators = elements.map((item) => coerce(item, element))
  return { type: { kind: 'ARRAY', element }, evaluate: (row) => evaluators.map((evaluate) => evaluate(row)) }
}

export function compileMap(entries: readonly { readonly key: Compiled; readonly value: Compiled }[]): Compiled {
  const key = shared(
    entries.map((entry) => entry.key),
    'a map',
  )
  const value = shared(
    entries.map((entry) => entry.value),
    'a map',
  )
  const evaluators = entries.map((entry) => [coerce(entry.key, key), coerce(entry.value, value)] as const)
  return {
    type: { kind: 'MAP', key, value },
    evaluate: (row) =>
      hashOrdered(
        evaluators.map(([k, v]) => [k(row), v(row)] as const),
        evaluators.length,
      ),
  }
}

export function compileStruct(fields: readonly { readonly name: string; readonly value: Compiled }[]): Compiled {
  const type: SqlType = {
    kind: 'STRUCT',
    fields: fields.map(({ name, value }) => {
      if (!value.type) throw new Error(`The type of field ${name} is unknown`)
      return { name, type: value.type }
    }),
  }
  return { type, evaluate: (row) => struct(fields.map(({ name, value }) => [name, value.evaluate(row)])) }
}

/** Arrays count from 1, and from -1 backwards; what is not there is null. */
export function compileSubscript(base: Compiled, index: Compiled): Compiled {
  if (base.type?.kind === 'MAP') {
    const key = coerce(index, base.type.key)
    const evaluate: Evaluate = (row) => (base.evaluate(row) as ReadonlyMap<Value, Value> | null)?.get(key(row)) ?? null
    return { type: base.type.value, evaluate }
  }
  if (base.type?.kind !== 'ARRAY') throw new Error(`Subscript expression must be on an ARRAY or MAP, got ${base.type?.kind}`)
  return {
    type: base.type.element,
    evaluate(row) {
      const array = base.evaluate(row) as readonly Value[] | null
      const at = index.evaluate(row)
      if (array === null || at === null) return null
      const position = Number(at)
      return (position > 0 ? array[position - 1] : array[array.length + position]) ?? null
    },
  }
}

export function compileFieldAccess(base: Compiled, field: string): Compiled {
  if (base.type?.kind !== 'STRUCT') throw new Error(`Can't access a field of ${base.type?.kind}`)
  const type = base.type.fields.find(({ name }) => name === field)?.type
  if (!type) throw new Error(`Could not find field '${field}'`)
  return { type, evaluate: (row) => (base.evaluate(row) as Struct | null)?.fields.get(field) ?? null }
}
