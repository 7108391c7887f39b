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
