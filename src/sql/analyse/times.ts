/** ROWTIME, WINDOWSTART and WINDOWEND may be compared with texts: they are taken as times, and what is left out of them as its least. */
import type { Expression } from '../ast.ts'
import { refuse } from '../error.ts'
import { mapChildren } from '../walk.ts'

const TIME_COLUMNS = ['ROWTIME', 'WINDOWSTART', 'WINDOWEND']

/** A condition with every such text replaced by its milliseconds. */
export function withTimesRead(expression: Expression): Expression {
  if (expression.kind === 'Comparison') {
    if (isTimeColumn(expression.left)) return { ...expression, right: asTime(expression.right) }
    if (isTimeColumn(expression.right)) return { ...expression, left: asTime(expression.left) }
  }
  if (expression.kind === 'Between' && isTimeColumn(expression.operand)) {
    return { ...expression, low: asTime(expression.low), high: asTime(expression.high) }
  }
  return mapChildren(expression, withTimesRead)
}

function isTimeColumn(expression: Expression): boolean {
  return expression.kind === 'ColumnReference' && TIME_COLUMNS.includes(expression.name)
}

function asTime(expression: Expression): Expression {
  if (expression.kind !== 'StringLiteral') return expression
  const millis = readTime(expression.value)
  if (millis === undefined) {
    return refuse(
      `Failed to parse timestamp '${expression.value}': Text '${expression.value}' could not be parsed\nRequired format is: "yyyy-MM-dd'T'HH:mm:ss.SSS", with an optional numeric 4-digit timezone, for example: ` +
        `'2020-05-26T23.59.58.000' or with tz: '2020-05-26T23.59.58.000+0200'. Partials are also supported, for example "2020-05-26"`,
      expression.span,
    )
  }
  return { kind: 'LongLiteral', value: BigInt(millis), span: expression.span }
}

const TIME = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/i

/** Milliseconds since the epoch. */
function readTime(text: string): number | undefined {
  const match = TIME.exec(text.trim())
  if (match === null) return undefined
  const part = (index: number, least: number): number => (match[index] === undefined ? least : Number(match[index]))
  const millis = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const [month, day, hour, minute, second] = [part(2, 1), part(3, 1), part(4, 0), part(5, 0), part(6, 0)]
  const time = new Date(0)
  time.setUTCFullYear(part(1, 1970), month - 1, day)
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return undefined
  time.setUTCHours(hour, minute, second, millis)
  return time.getTime() - zoneMs(match[8])
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
