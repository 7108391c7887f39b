import type { Duration, TimeUnit } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { wholeNumber } from './literals.ts'

const UNITS: readonly TimeUnit[] = ['MILLISECONDS', 'SECONDS', 'MINUTES', 'HOURS', 'DAYS']

/** `SECOND` is `SECONDS`. */
export function tryTimeUnit(cursor: Cursor): TimeUnit | undefined {
  const unit = UNITS.find((candidate) => cursor.is(candidate) || cursor.is(candidate.slice(0, -1)))
  if (unit !== undefined) cursor.next()
  return unit
}

/** `30 SECONDS` */
export function parseDuration(cursor: Cursor): Duration {
  const start = cursor.start
  const value = wholeNumber(cursor)
  const unit = tryTimeUnit(cursor)
  if (unit === undefined) cursor.fail()
  return { value, unit, span: cursor.spanFrom(start) }
}

/** The same in a text of its own, as WITH (WINDOW_SIZE = '30 SECONDS') has it. */
export function parseDurationText(text: string): Pick<Duration, 'value' | 'unit'> | undefined {
  const match = /^\s*(\d+)\s+([A-Za-z]+)\s*$/.exec(text)
  if (match === null) return undefined
  const word = match[2]!.toUpperCase()
  const unit = UNITS.find((candidate) => candidate === word || candidate.slice(0, -1) === word)
  return unit === undefined ? undefined : { value: Number(match[1]), unit }
}
