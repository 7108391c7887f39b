/** Functions about null, and AS_VALUE. */

import type { SqlType } from '../../sql/index.ts'
import { valuesEqual } from '../compare.ts'
import { nullableCast } from '../expression/cast.ts'
import { commonType } from '../expression/comparison.ts'
import type { Value } from '../values.ts'
import type { Family, Resolve } from './define.ts'

const coalesce: Resolve = (types) => {
  let type: SqlType | undefined
  for (const next of types) type = commonType(type, next)
  const casts = types.map((from) => (type ? nullableCast(from, type) : () => null))
  return {
    type,
    run: (...values: Value[]) => {
      for (let i = 0; i < values.length; i++) if (values[i] !== null) return casts[i]!(values[i]!)
      return null
    },
  }
}

export const NULL_FUNCTIONS: Family = {
  AS_VALUE: (types) => ({ type: types[0], run: (value: Value) => value }),
  COALESCE: coalesce,
  IFNULL: coalesce,
  NULLIF: (types) => ({ type: types[0] ?? types[1], run: (a: Value, b: Value) => (a !== null && valuesEqual(a, b) ? null : a) }),
}
