/**
 * Doubles as the JVM that ksqlDB 7.9 runs on (17) prints them. Up to JDK 18 Double.toString did not always find the shortest
 * text: it generated digits by Steele and White's method with a rough first guess, and numbers above 2^53 went another way.
 * Texts of at most 15 digits are the same in every method; only longer ones take the exact way.
 */

/** `1.0E10`, `100.0`, `NaN`, `-Infinity`. */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && value > -1e7 && value < 1e7) return Object.is(value, -0) ? '-0.0' : `${value}.0`
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  const shortest = digitsOf(magnitude)
  const { digits, exponent } = shortest.digits.length <= 15 && magnitude >= 2.3e-308 ? shortest : generate(magnitude)
  return (value < 0 ? '-' : '') + layOut(digits, exponent)
}

interface Digits {
  readonly digits: string
  /** The value is 0.DIGITS * 10^exponent. */
  readonly exponent: number
}

function digitsOf(magnitude: number): Digits {
  const [mantissa, power] = magnitude.toExponential().split('e') as [string, string]
  return { digits: mantissa.replace('.', ''), exponent: Number(power) + 1 }
}

function layOut(digits: string, exponent: number): string {
  if (exponent > 0 && exponent < 8) {
    return exponent >= digits.length ? `${digits}${'0'.repeat(exponent - digits.length)}.0` : `${digits.slice(0, exponent)}.${digits.slice(exponent)}`
  }
  if (exponent <= 0 && exponent > -3) return `0.${'0'.repeat(-exponent)}${digits}`
  return `${digits[0]}.${digits.length > 1 ? digits.slice(1) : '0'}E${exponent - 1}`
}

const bits = new DataView(new ArrayBuffer(8))

function generate(magnitude: number): Digits {
  bits.setFloat64(0, magnitude)
  const raw = bits.getBigUint64(0)
  let fraction = raw & 0xfffffffffffffn
  let binaryExponent = Number(raw >> 52n)
  let significantBits = 53
  if (binaryExponent === 0) {
    const leadingZeros = 64 - fraction.toString(2).length
    const shift = leadingZeros - 11
    fraction <<= BigInt(shift)
    binaryExponent = 1 - shift
    significantBits = 64 - leadingZeros
  } else {
    fraction |= 1n << 52n
  }
  binaryExponent -= 1023
  const trailingZeros = fraction.toString(2).length - fraction.toString(2).replace(/0+$/, '').length
  const fractionBits = 53 - trailingZeros
  const tinyBits = Math.max(0, fractionBits - binaryExponent - 1)
  if (tinyBits === 0 && binaryExponent <= 62 && binaryExponent >= -21) return wholeNumber(fraction, binaryExponent, significantBits)
  return steeleWhite({ fraction: fraction >> BigInt(trailingZeros), normalised: fraction, fractionBits, binaryExponent, significantBits, tinyBits })
}

/** A whole number below 2^63: digits beyond the precision of a double are rounded off. */
function wholeNumber(fraction: bigint, binaryExponent: number, significantBits: number): Digits {
  let value = binaryExponent >= 52 ? fraction << BigInt(binaryExponent - 52) : fraction >> BigInt(52 - binaryExponent)
  const spare = binaryExponent - significantBits - 1
  const insignificant = binaryExponent > significantBits && spare > 1 ? Math.floor(spare * Math.log10(2)) : 0
  if (insignificant > 0) {
    const unit = 10n ** BigInt(insignificant)
    value = value / unit + (value % unit >= unit / 2n ? 1n : 0n)
  }
  const text = value.toString()
  return { digits: text.replace(/0+$/, ''), exponent: text.length + insignificant }
}

function steeleWhite(number: {
  fraction: bigint
  normalised: bigint
  fractionBits: number
  binaryExponent: number
  significantBits: number
  tinyBits: number
}): Digits {
  const { fraction, normalised, fractionBits, binaryExponent, significantBits, tinyBits } = number
  const unit = Number(normalised) / 2 ** 52
  let decimalExponent = Math.floor((unit - 1.5) * 0.289529654 + 0.176091259 + binaryExponent * 0.301029995663981)

  const fives = Math.max(0, -decimalExponent)
  let twosValue = fives + tinyBits + binaryExponent
  const fivesScale = Math.max(0, decimalExponent)
  let twosScale = fivesScale + tinyBits
  let twosMargin = twosValue - significantBits
  twosValue -= fractionBits - 1
  const common = Math.min(twosValue, twosScale)
  twosValue -= common
  twosScale -= common
  twosMargin -= common
  if (fractionBits === 1) twosMargin -= 1
  if (twosMargin < 0) {
    twosValue -= twosMargin
    twosScale -= twosMargin
    twosMargin = 0
  }
  const scale = (5n ** BigInt(fivesScale)) << BigInt(twosScale)
  const tenScale = scale * 10n
  let rest = (fraction * 5n ** BigInt(fives)) << BigInt(twosValue)
  let margin = (5n ** BigInt(fives)) << BigInt(twosMargin)

  const digits: number[] = []
  let low = false
  let high = false
  const next = (): number => {
    const digit = Number(rest / scale)
    rest = (rest % scale) * 10n
    margin *= 10n
    low = rest < margin
    high = rest + margin > tenScale
    return digit
  }
  const first = next()
  if (first === 0 && !high) decimalExponent -= 1
  else digits.push(first)
  // The E-form shows at least one digit after the point.
  if (decimalExponent < -3 || decimalExponent >= 8) {
    low = false
    high = false
  }
  while (!low && !high) digits.push(next())

  let exponent = decimalExponent + 1
  const tie = low && high ? rest * 2n - tenScale : 0n
  const up = high && (!low || tie > 0n || (tie === 0n && digits.at(-1)! % 2 === 1))
  if (up && roundUp(digits)) exponent += 1
  const text = digits.join('').replace(/0+$/, '')
  return { digits: text === '' ? '0' : text, exponent }
}

/** True: the carry ran over the first digit. */
function roundUp(digits: number[]): boolean {
  for (let i = digits.length - 1; i >= 0; i--) {
    if (digits[i] !== 9) {
      digits[i]! += 1
      return false
    }
    digits[i] = 0
  }
  digits.unshift(1)
  digits.pop()
  return true
}
