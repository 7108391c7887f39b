/** MASK and its kin: upper case, lower case, digits and the rest are each replaced by one character; null leaves them. */
import { STRING } from '../types.ts'
import type { Value } from '../values.ts'
import { type Family, plain } from './define.ts'

type Mask = (char: string) => string

/** `args` are the four characters where they were given; an argument that is null leaves its kind alone. */
function maskOf(args: readonly (string | null)[]): Mask {
  const pick = (index: number, standard: string): string | null => {
    const given = args[index]
    return given === undefined ? standard : given
  }
  const [upper, lower, digit, other] = [pick(0, 'X'), pick(1, 'x'), pick(2, 'n'), pick(3, '-')]
  return (char) => {
    if (/\p{Lu}/u.test(char)) return upper ?? char
    if (/\p{Ll}/u.test(char)) return lower ?? char
    if (/\p{Nd}/u.test(char)) return digit ?? char
    return other ?? char
  }
}

function maskRange(text: string, from: number, to: number, mask: Mask): string {
  return text
    .split('')
    .map((char, i) => (i >= from && i < to ? mask(char) : char))
    .join('')
}

type Range = (size: number, count: number) => readonly [number, number]

function partly(range: Range): (text: string | null, count: number | null, ...chars: (string | null)[]) => Value {
  return (text, count, ...chars) => {
    if (text === null || count === null) return null
    if (count < 0) throw new Error('function requires a non-negative number')
    const [from, to] = range(text.length, count)
    return maskRange(text, from, to, maskOf(chars))
  }
}

export const MASK_FUNCTIONS: Family = {
  MASK: plain(STRING, (text: string | null, ...chars: (string | null)[]) => (text === null ? null : maskRange(text, 0, text.length, maskOf(chars)))),
  MASK_LEFT: plain(
    STRING,
    partly((_, count) => [0, count]),
  ),
  MASK_RIGHT: plain(
    STRING,
    partly((size, count) => [size - count, size]),
  ),
  MASK_KEEP_LEFT: plain(
    STRING,
    partly((size, count) => [count, size]),
  ),
  MASK_KEEP_RIGHT: plain(
    STRING,
    partly((size, count) => [0, size - count]),
  ),
}
