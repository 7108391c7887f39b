/** Mathematical functions. Whole numbers and decimals keep their type where ksqlDB keeps it; the rest works in doubles. */
import type { SqlType } from '../../sql/index.ts'
import { decimalToNumber, fitDecimal, negateDecimal, type Rounding, rescale } from '../decimal.ts'
import { BIGINT, DOUBLE, decimalType, INTEGER } from '../types.ts'
import type { Decimal, Value } from '../values.ts'
import { type Family, nullIfAnyNull, type Resolve, refuseTypes } from './define.ts'

function numberOf(value: Value): number {
  return typeof value === 'object' ? decimalToNumber(value as Decimal) : Number(value)
}

/** A function of doubles; any number is taken. */
function ofDoubles(run: (...values: number[]) => number): Resolve {
  return () => ({ type: DOUBLE, run: nullIfAnyNull((...values: Value[]) => run(...values.map(numberOf))) })
}

interface PerType {
  readonly integer: (value: number) => Value
  readonly bigint: (value: bigint) => Value
  readonly double: (value: number) => Value
  readonly decimal: (value: Decimal) => Value
}

/** Keeps the type of its argument. */
function sameKind(name: string, per: PerType): Resolve {
  return (types) => {
    const type = types[0]
    const run = { INTEGER: per.integer, BIGINT: per.bigint, DOUBLE: per.double, DECIMAL: per.decimal }[type?.kind as 'INTEGER']
    if (!run) return refuseTypes(name, types)
    return { type, run: nullIfAnyNull(run as (value: never) => Value) }
  }
}

function toWhole(rounding: Rounding): (value: Decimal) => Decimal {
  return (value) => rescale(rescale(value, 0, rounding), value.scale)
}

const sign: Resolve = () => ({ type: INTEGER, run: nullIfAnyNull((value: Value) => Math.sign(numberOf(value)) + 0) })

/** Half up towards positive infinity, as Math.round does. */
function roundDecimal(value: Decimal, scale: number): Decimal {
  const shifted = rescale(value, Math.max(value.scale, scale + 1))
  const half = { unscaled: shifted.unscaled + 5n * 10n ** BigInt(shifted.scale - scale - 1), scale: shifted.scale }
  return rescale(half, scale, 'FLOOR')
}

/** ROUND and TRUNC: to a whole number, or to a number of places (negative: left of the point). */
function placesFunction(name: string, rules: { decimal(value: Decimal, places: number): Decimal; double(value: number): number }): Resolve {
  return (types) => {
    const [type, places] = types
    if (!places) return wholePlaces(name, type, rules)
    if (type?.kind === 'DECIMAL') {
      return { type, run: nullIfAnyNull((value: Decimal, to: number) => fitDecimal(atPlaces(value, to, rules.decimal), 38 + type.precision, type.scale)) }
    }
    if (type?.kind !== 'DOUBLE') return refuseTypes(name, types)
    return {
      type: DOUBLE,
      run: nullIfAnyNull((value: number, to: number) => (Number.isFinite(value) ? decimalToNumber(atPlaces(exactly(value), to, rules.decimal)) : value)),
    }
  }
}

function exactly(value: number): Decimal {
  const [mantissa, exponent = '0'] = String(value).split('e') as [string, string?]
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?]
  const scale = fraction.length - Number(exponent)
  const unscaled = BigInt(whole + fraction)
  return scale < 0 ? { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 } : { unscaled, scale }
}

function atPlaces(value: Decimal, places: number, round: (value: Decimal, places: number) => Decimal): Decimal {
  if (places >= 0) return round(value, places)
  const unit = 10n ** BigInt(-places)
  const shifted = round({ unscaled: value.unscaled, scale: value.scale - places }, 0)
  return { unscaled: shifted.unscaled * unit, scale: 0 }
}

function wholePlaces(
  name: string,
  type: SqlType | undefined,
  rules: { decimal(value: Decimal, places: number): Decimal; double(value: number): number },
): ReturnType<Resolve> {
  switch (type?.kind) {
    case 'INTEGER':
    case 'BIGINT':
      return { type: BIGINT, run: nullIfAnyNull((value: number | bigint) => BigInt(value)) }
    case 'DOUBLE':
      return { type: BIGINT, run: nullIfAnyNull((value: number) => BigInt.asIntN(64, BigInt(Number.isFinite(value) ? rules.double(value) : 0))) }
    case 'DECIMAL':
      return { type: decimalType(Math.max(1, type.precision - type.scale), 0), run: nullIfAnyNull((value: Decimal) => rules.decimal(value, 0)) }
    default:
      return refuseTypes(name, [type])
  }
}

/** LN with one argument, the logarithm to a base with two. */
function logarithm(...values: number[]): number {
  if (values.length === 1) return Math.log(values[0]!)
  const [base, value] = values as [number, number]
  if (base <= 0 || base === 1) return Number.NaN
  return Math.log(value) / Math.log(base)
}

/** Great-circle distance by the haversine formula, on a sphere of 6371 km or 3959 miles. */
const geoDistance: Resolve = () => ({
  type: DOUBLE,
  run: nullIfAnyNull((...args: Value[]) => {
    const [lat1, lon1, lat2, lon2] = args.slice(0, 4).map(numberOf) as [number, number, number, number]
    const unit = ((args[4] as string | undefined) ?? 'KM').toUpperCase()
    const radius = unit.startsWith('M') ? 3959 : unit.startsWith('K') ? 6371 : undefined
    if (radius === undefined) throw new Error(`GeoDistance function units parameter must be one of km or miles, got ${unit}`)
    for (const latitude of [lat1, lat2]) if (Math.abs(latitude) > 90) throw new Error('valid latitude values are between -90 and 90')
    for (const longitude of [lon1, lon2]) if (Math.abs(longitude) > 180) throw new Error('valid longitude values are between -180 and 180')
    const radians = (degrees: number): number => (degrees / 180) * Math.PI
    const a = Math.sin(radians(lat2 - lat1) / 2) ** 2 + Math.sin(radians(lon2 - lon1) / 2) ** 2 * Math.cos(radians(lat1)) * Math.cos(radians(lat2))
    return 2 * Math.asin(Math.sqrt(a)) * radius
  }),
})

/** Java's differs in the last digit where JavaScript corrects the exponential of 1. */
function cosh(value: number): number {
  return Math.abs(value) === 1 ? 1.543080634815244 : Math.cosh(value)
}

const identity = <T extends Value>(value: T): T => value

export const MATH_FUNCTIONS: Family = {
  ABS: sameKind('ABS', {
    integer: (value) => Math.abs(value) | 0,
    bigint: (value) => BigInt.asIntN(64, value < 0n ? -value : value),
    double: Math.abs,
    decimal: (value) => (value.unscaled < 0n ? negateDecimal(value) : value),
  }),
  CEIL: sameKind('CEIL', { integer: identity, bigint: identity, double: Math.ceil, decimal: toWhole('CEILING') }),
  FLOOR: sameKind('FLOOR', { integer: identity, bigint: identity, double: Math.floor, decimal: toWhole('FLOOR') }),
  ROUND: placesFunction('ROUND', { decimal: roundDecimal, double: (value) => Math.floor(value + 0.5) }),
  TRUNC: placesFunction('TRUNC', { decimal: (value, places) => rescale(value, places, 'DOWN'), double: Math.trunc }),
  SIGN: sign,
  SQRT: ofDoubles(Math.sqrt),
  CBRT: ofDoubles(Math.cbrt),
  EXP: ofDoubles(Math.exp),
  LN: ofDoubles((value) => Math.log(value)),
  LOG: ofDoubles(logarithm),
  POWER: ofDoubles((base, exponent) => base ** exponent),
  PI: () => ({ type: DOUBLE, run: () => Math.PI }),
  DEGREES: ofDoubles((value) => value * (180 / Math.PI)),
  RADIANS: ofDoubles((value) => (value / 180) * Math.PI),
  SIN: ofDoubles(Math.sin),
  COS: ofDoubles(Math.cos),
  TAN: ofDoubles(Math.tan),
  COT: ofDoubles((value) => 1 / Math.tan(value)),
  ASIN: ofDoubles(Math.asin),
  ACOS: ofDoubles(Math.acos),
  ATAN: ofDoubles(Math.atan),
  ATAN2: ofDoubles(Math.atan2),
  SINH: ofDoubles(Math.sinh),
  COSH: ofDoubles(cosh),
  TANH: ofDoubles(Math.tanh),
  GEO_DISTANCE: geoDistance,
  RANDOM: (_types, { random }) => ({
    type: DOUBLE,
    run: () => {
      if (!random) throw new Error('RANDOM needs a source of randomness')
      return random()
    },
  }),
}
