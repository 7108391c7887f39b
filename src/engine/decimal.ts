/** Exact decimals as java.math.BigDecimal keeps them: an integer and a scale. Rounding is HALF_UP. */
import type { Decimal } from './values.ts'

const POWERS: bigint[] = [1n]

export function powerOfTen(exponent: number): bigint {
  for (let i = POWERS.length; i <= exponent; i++) POWERS.push(POWERS[i - 1]! * 10n)
  return POWERS[exponent]!
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** Undefined: the text is no number. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text)
  if (!match) return undefined
  const digits = `${match[2]}${match[3] ?? ''}`
  if (digits === '') return undefined
  const magnitude = BigInt(digits)
  const scale = (match[3]?.length ?? 0) - Number(match[4] ?? 0)
  return { unscaled: match[1] === '-' ? -magnitude : magnitude, scale }
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** Integer division rounded half up, away from zero. */
function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const remainder = dividend % divisor
  if (absolute(remainder) * 2n < absolute(divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

export type Rounding = 'HALF_UP' | 'DOWN' | 'FLOOR' | 'CEILING'

export function rescale(value: Decimal, scale: number, rounding: Rounding = 'HALF_UP'): Decimal {
  if (scale === value.scale) return value
  if (scale > value.scale) return { unscaled: value.unscaled * powerOfTen(scale - value.scale), scale }
  const divisor = powerOfTen(value.scale - scale)
  if (rounding === 'HALF_UP') return { unscaled: divideHalfUp(value.unscaled, divisor), scale }
  const quotient = value.unscaled / divisor
  const exact = value.unscaled % divisor === 0n
  if (exact || rounding === 'DOWN') return { unscaled: quotient, scale }
  if (rounding === 'FLOOR') return { unscaled: value.unscaled < 0n ? quotient - 1n : quotient, scale }
  return { unscaled: value.unscaled < 0n ? quotient : quotient + 1n, scale }
}

export function precisionOf(value: Decimal): number {
  return absolute(value.unscaled).toString().length
}

function refuseOverflow(value: Decimal, precision: number, scale: number): void {
  if (absolute(value.unscaled) < powerOfTen(Math.max(0, precision - scale + value.scale))) return
  throw new Error(
    `Numeric field overflow: A field with precision ${precision} and scale ${scale} must round to an absolute value less than 10^${precision - scale}. Got ${formatDecimal(value)}`,
  )
}

/** What a cast does: rounds to the scale; throws when the whole part does not fit. */
export function fitDecimal(value: Decimal, precision: number, scale: number): Decimal {
  refuseOverflow(value, precision, scale)
  return rescale(value, scale)
}

/** What reading a record does: the value must fit as it is. */
export function exactDecimal(value: Decimal, precision: number, scale: number): Decimal {
  refuseOverflow(value, precision, scale)
  const fitted = rescale(value, scale)
  if (scale < value.scale && rescale(fitted, value.scale).unscaled !== value.unscaled) {
    throw new Error(
      `Cannot fit decimal '${formatDecimal(value)}' into DECIMAL(${precision}, ${scale}) without rounding. (Requires ${precisionOf(value)},${value.scale})`,
    )
  }
  return fitted
}

export function addDecimal(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return { unscaled: rescale(a, scale).unscaled + rescale(b, scale).unscaled, scale }
}

export function negateDecimal(value: Decimal): Decimal {
  return { unscaled: -value.unscaled, scale: value.scale }
}

export function subtractDecimal(a: Decimal, b: Decimal): Decimal {
  return addDecimal(a, negateDecimal(b))
}

export function multiplyDecimal(a: Decimal, b: Decimal): Decimal {
  return { unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale }
}

export function remainderDecimal(a: Decimal, b: Decimal): Decimal {
  if (b.unscaled === 0n) throw new Error('/ by zero')
  const scale = Math.max(a.scale, b.scale)
  return { unscaled: rescale(a, scale).unscaled % rescale(b, scale).unscaled, scale }
}

export function compareDecimal(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const left = rescale(a, scale).unscaled
  const right = rescale(b, scale).unscaled
  return left < right ? -1 : left > right ? 1 : 0
}

/** Plain notation, every digit of the scale written out. */
export function formatDecimal(value: Decimal): string {
  if (value.scale <= 0) return (value.unscaled * powerOfTen(-value.scale)).toString()
  const negative = value.unscaled < 0n
  const digits = absolute(value.unscaled)
    .toString()
    .padStart(value.scale + 1, '0')
  const point = digits.length - value.scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** BigDecimal.toString: with an exponent where the plain form would need zeros that are not there. */
export function javaDecimal(value: Decimal): string {
  const digits = value.unscaled.toString().replace('-', '')
  const exponent = digits.length - 1 - value.scale
  if (value.scale >= 0 && exponent >= -6) return formatDecimal(value)
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
  return `${value.unscaled < 0n ? '-' : ''}${mantissa}E${exponent < 0 ? '' : '+'}${exponent}`
}

export function decimalToNumber(value: Decimal): number {
  return Number(formatDecimal(value))
}

/** Truncated toward zero. */
export function decimalToBigint(value: Decimal): bigint {
  return rescale(value, 0, 'DOWN').unscaled
}

/** Every binary digit of the double, as `new BigDecimal(double)` has it, rounded to so many digits. */
export function decimalOfBinary(value: number, digits: number): Decimal {
  if (!Number.isFinite(value)) throw new Error('Infinite or NaN')
  let scale = 0
  let whole = value
  while (!Number.isInteger(whole)) {
    whole *= 2
    scale++
  }
  // value = whole / 2^scale = whole * 5^scale / 10^scale
  const exact = { unscaled: BigInt(whole) * 5n ** BigInt(scale), scale }
  const spare = precisionOf(exact) - digits
  return spare > 0 ? rescale(exact, scale - spare) : exact
}

/** Of the double's shortest text, as BigDecimal.valueOf does. */
export function decimalOfNumber(value: number): Decimal {
  const parsed = Number.isFinite(value) ? parseDecimal(String(value)) : undefined
  if (!parsed) throw new Error('Infinite or NaN')
  return parsed.scale < 0 ? rescale(parsed, 0) : parsed
}
