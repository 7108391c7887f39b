import type { Duration, JoinClause, Query, SelectItem, SourceReference, WindowClause } from '../ast.ts'
import { formatExpression } from './expressions.ts'
import { formatName } from './names.ts'

/** One clause a line; several select items stand on lines of their own. */
export function formatQuery(query: Query): string {
  const items = query.select.map(formatItem)
  const lines = [
    items.length === 1 ? `SELECT ${items[0]}` : `SELECT\n  ${items.join(',\n  ')}`,
    `FROM ${formatSource(query.from)}`,
    ...query.joins.map(formatJoin),
    ...(query.window === undefined ? [] : [`WINDOW ${formatWindow(query.window)} `]),
    ...(query.where === undefined ? [] : [`WHERE ${formatExpression(query.where)}`]),
    ...(query.groupBy === undefined ? [] : [`GROUP BY ${formatKeys(query.groupBy)}`]),
    ...(query.partitionBy === undefined ? [] : [`PARTITION BY ${formatKeys(query.partitionBy)}`]),
    ...(query.having === undefined ? [] : [`HAVING ${formatExpression(query.having)}`]),
    ...(query.emit === undefined ? [] : [`EMIT ${query.emit}`]),
    ...(query.limit === undefined ? [] : [`LIMIT ${query.limit}`]),
  ]
  return lines.join('\n')
}

function formatKeys(keys: NonNullable<Query['groupBy']>): string {
  return keys.length === 0 ? '()' : keys.map((key) => formatExpression(key)).join(', ')
}

function formatItem(item: SelectItem): string {
  switch (item.kind) {
    case 'All':
      return item.qualifier === undefined ? '*' : `${formatName(item.qualifier)}.*`
    case 'AllFields':
      return `${formatExpression(item.base)}->*`
    case 'Item':
      return item.alias === undefined ? formatExpression(item.expression) : `${formatExpression(item.expression)} ${formatName(item.alias)}`
  }
}

function formatSource(source: SourceReference): string {
  return `${formatName(source.name)} ${formatName(source.alias)}`
}

const JOIN_WORDS: Readonly<Record<JoinClause['type'], string>> = {
  INNER: 'INNER JOIN',
  LEFT: 'LEFT OUTER JOIN',
  RIGHT: 'RIGHT OUTER JOIN',
  OUTER: 'FULL OUTER JOIN',
}

function formatJoin(join: JoinClause): string {
  const within = join.within === undefined ? '' : ` WITHIN ${formatWithin(join.within)}`
  return `${JOIN_WORDS[join.type]} ${formatSource(join.source)}${within} ON (${formatExpression(join.on)})`
}

function formatWithin({ before, after, grace }: NonNullable<JoinClause['within']>): string {
  const both = before.value === after.value && before.unit === after.unit
  const window = both ? formatDuration(before) : `(${formatDuration(before)}, ${formatDuration(after)})`
  return grace === undefined ? window : `${window} GRACE PERIOD ${formatDuration(grace)}`
}

function formatWindow(window: WindowClause): string {
  const parts = [
    window.type === 'SESSION' ? formatDuration(window.size) : `SIZE ${formatDuration(window.size)}`,
    ...(window.advance === undefined ? [] : [`ADVANCE BY ${formatDuration(window.advance)}`]),
    ...(window.retention === undefined ? [] : [`RETENTION ${formatDuration(window.retention)}`]),
    ...(window.grace === undefined ? [] : [`GRACE PERIOD ${formatDuration(window.grace)}`]),
  ]
  return `${window.type} ( ${parts.join(' , ')} )`
}

export function formatDuration(duration: Duration): string {
  return `${duration.value} ${duration.unit}`
}
