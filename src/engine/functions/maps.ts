/** Functions on maps. Maps keep their entries in the order of Java's HashMap. */
import type { SqlType } from '../../sql/index.ts'
import { hashOrdered } from '../java/hash-map.ts'
import { arrayOf, mapOf, STRING } from '../types.ts'
import { struct, type Value } from '../values.ts'
import { type ArgumentTypes, type Family, nullIfAnyNull, type Resolve } from './define.ts'

type Mapping = ReadonlyMap<Value, Value>

function typesOf(types: ArgumentTypes): { key: SqlType; value: SqlType } {
  const map = types.find((type) => type?.kind === 'MAP')
  return map?.kind === 'MAP' ? map : { key: STRING, value: STRING }
}

const entries: Resolve = (types) => {
  const { key, value } = typesOf(types)
  return {
    type: arrayOf({
      kind: 'STRUCT',
      fields: [
        { name: 'K', type: key },
        { name: 'V', type: value },
      ],
    }),
    run: (map: Mapping | null, sorted: boolean | null) => {
      if (map === null) return null
      const list = [...map]
      if (sorted) list.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
      return list.map(([k, v]) =>
        struct([
          ['K', k],
          ['V', v],
        ]),
      )
    },
  }
}

/** The longer list sets the length; a key that comes twice keeps its last value. */
const asMap: Resolve = (types) => {
  const values = types[1]
  return {
    type: mapOf(STRING, values?.kind === 'ARRAY' ? values.element : STRING),
    run: nullIfAnyNull((keys: readonly Value[], items: readonly Value[]) => hashOrdered(keys.map((key, i) => [key, items[i] ?? null] as const))),
  }
}

export const MAP_FUNCTIONS: Family = {
  MAP_KEYS: (types) => ({ type: arrayOf(typesOf(types).key), run: nullIfAnyNull((map: Mapping) => [...map.keys()]) }),
  MAP_VALUES: (types) => ({ type: arrayOf(typesOf(types).value), run: nullIfAnyNull((map: Mapping) => [...map.values()]) }),
  MAP_UNION: (types) => {
    const { key, value } = typesOf(types)
    return {
      type: mapOf(key, value),
      run: (a: Mapping | null, b: Mapping | null) => (a === null && b === null ? null : hashOrdered([...(a ?? []), ...(b ?? [])])),
    }
  },
  ENTRIES: entries,
  AS_MAP: asMap,
}
