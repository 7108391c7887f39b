/** Functions on arrays. */
import type { SqlType } from '../../sql/index.ts'
import { comparatorOf, identityOf, valuesEqual } from '../compare.ts'
import { textOf } from '../text.ts'
import { arrayOf, BIGINT, BOOLEAN, INTEGER, STRING } from '../types.ts'
import type { Value } from '../values.ts'
import { type ArgumentTypes, type Family, nullIfAnyNull, plain, type Resolve, strict } from './define.ts'

type List = readonly Value[]

function elementOf(types: ArgumentTypes): SqlType {
  const array = types.find((type) => type?.kind === 'ARRAY')
  return array?.kind === 'ARRAY' ? array.element : STRING
}

/** Gives an array like its argument. */
function sameArray(run: (...values: never[]) => Value, takesNull = false): Resolve {
  return (types) => ({ type: arrayOf(elementOf(types)), run: takesNull ? run : nullIfAnyNull(run) })
}

function distinct(list: List): Value[] {
  const seen = new Set()
  return list.filter((item) => {
    const identity = identityOf(item)
    if (seen.has(identity)) return false
    seen.add(identity)
    return true
  })
}

function identities(list: List): Set<unknown> {
  return new Set(list.map(identityOf))
}

function concat(a: List | null, b: List | null): Value {
  if (a === null || b === null) return a ?? b
  return [...a, ...b]
}

function sorted(types: ArgumentTypes): (list: List, order?: string) => Value {
  const compare = comparatorOf(elementOf(types))
  return (list, order = 'ASC') => {
    const direction = order.toUpperCase()
    const descending = direction.startsWith('DESC')
    if (!descending && !direction.startsWith('ASC')) return null
    const present = list.filter((item) => item !== null).sort((a, b) => (descending ? compare(b, a) : compare(a, b)))
    return [...present, ...list.filter((item) => item === null)]
  }
}

function extreme(sign: 1 | -1): Resolve {
  return (types) => {
    const element = elementOf(types)
    const compare = comparatorOf(element)
    const best = (list: List): Value =>
      list.reduce((found, item) => (item !== null && (found === null || sign * compare(item, found) > 0) ? item : found), null)
    return { type: element, run: nullIfAnyNull(best) }
  }
}

const join: Resolve = (types) => {
  const element = elementOf(types)
  const text = textOf(element)
  return {
    type: STRING,
    run: (list: List | null, delimiter: string | null = ',') =>
      list === null ? null : list.map((item) => (item === null ? '' : text(item))).join(delimiter ?? ''),
  }
}

/** Both ends count from 1 and are inside. */
function slice(list: List, from: number | null, to: number | null): Value {
  const start = from === null ? 0 : from - 1
  const end = to ?? list.length
  if (start < 0 || end > list.length || start > end) return null
  return list.slice(start, end)
}

/** Up or down to the end, which is inside when the step meets it. */
const series: Resolve = (types) => {
  const big = types.slice(0, 2).some((type) => type?.kind === 'BIGINT')
  return {
    type: arrayOf(big ? BIGINT : INTEGER),
    run: nullIfAnyNull((from: number | bigint, to: number | bigint, by?: number) => {
      const [start, end] = [BigInt(from), BigInt(to)]
      const step = BigInt(by ?? (start > end ? -1 : 1))
      if (step === 0n) throw new Error('GENERATE_SERIES step cannot be zero')
      if ((end - start) * step < 0n) throw new Error('GENERATE_SERIES step has wrong sign')
      const items: Value[] = []
      for (let at = start; step > 0n ? at <= end : at >= end; at += step) items.push(big ? at : Number(at))
      return items
    }),
  }
}

export const ARRAY_FUNCTIONS: Family = {
  ARRAY_LENGTH: strict(INTEGER, (list: List) => list.length),
  ARRAY_CONTAINS: plain(BOOLEAN, (list: List | null, wanted: Value) => list?.some((item) => valuesEqual(item, wanted)) ?? false),
  ARRAY_DISTINCT: sameArray(distinct),
  ARRAY_EXCEPT: sameArray((a: List, b: List) => {
    const out = identities(b)
    return distinct(a).filter((item) => !out.has(identityOf(item)))
  }),
  ARRAY_INTERSECT: sameArray((a: List, b: List) => {
    const both = identities(b)
    return distinct(a).filter((item) => both.has(identityOf(item)))
  }),
  ARRAY_UNION: sameArray((a: List, b: List) => distinct([...a, ...b])),
  ARRAY_CONCAT: sameArray(concat, true),
  ARRAY_REMOVE: sameArray((list: List | null, unwanted: Value) => (list === null ? null : list.filter((item) => !valuesEqual(item, unwanted))), true),
  ARRAY_SORT: (types) => ({ type: arrayOf(elementOf(types)), run: nullIfAnyNull(sorted(types)) }),
  ARRAY_MAX: extreme(1),
  ARRAY_MIN: extreme(-1),
  ARRAY_JOIN: join,
  SLICE: sameArray((list: List | null, from: number | null, to: number | null) => (list === null ? null : slice(list, from, to)), true),
  GENERATE_SERIES: series,
}
