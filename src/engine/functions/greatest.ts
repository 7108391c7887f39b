/** GREATEST and LEAST: nulls are left out; numbers are compared, and given back, in the widest type. */
import type { SqlType } from '../../sql/index.ts'
import { comparatorOf } from '../compare.ts'
import { nullableCast } from '../expression/cast.ts'
import { commonType } from '../expression/comparison.ts'
import type { Value } from '../values.ts'
import { type Family, type Resolve, refuseTypes } from './define.ts'

function extreme(name: string, sign: 1 | -1): Resolve {
  return (types) => {
    let type: SqlType | undefined
    for (const next of types) type = commonType(type, next)
    if (!type) return refuseTypes(name, types)
    const casts = types.map((from) => nullableCast(from, type))
    const compare = comparatorOf(type)
    return {
      type,
      run: (...values: Value[]) => {
        let best: Value = null
        for (let i = 0; i < values.length; i++) {
          const value = casts[i]!(values[i]!)
          if (value !== null && (best === null || sign * compare(value, best) > 0)) best = value
        }
        return best
      },
    }
  }
}

export const EXTREME_FUNCTIONS: Family = { GREATEST: extreme('GREATEST', 1), LEAST: extreme('LEAST', -1) }
