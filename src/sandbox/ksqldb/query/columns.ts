/** The columns of a query's answer, in the order of its select. */
import type { OutputRow, Value } from '../../../engine/index.ts'
import { type AnalysedQuery, formatType, type SqlType } from '../../../sql/index.ts'

export interface AnswerColumn {
  readonly name: string
  readonly type: SqlType
  readonly key: boolean
}

export function answerColumns(query: AnalysedQuery): AnswerColumn[] {
  return query.output.map((column) => ({ name: column.name, type: column.value.type ?? { kind: 'STRING' }, key: column.role === 'KEY' }))
}

/** `\`K\` INTEGER KEY, \`N\` BIGINT`: push queries list their columns without KEY. */
export function headerSchema(columns: readonly AnswerColumn[], withKeys: boolean): string {
  return columns.map((column) => `\`${column.name}\` ${formatType(column.type)}${withKeys && column.key ? ' KEY' : ''}`).join(', ')
}

/** Keys and values stand apart in an output row; undefined: the row is gone. */
export function answerRow(row: OutputRow, columns: readonly AnswerColumn[]): Value[] | undefined {
  if (row.value === null) return undefined
  let [key, value] = [0, 0]
  return columns.map((column) => (column.key ? (row.key?.[key++] ?? null) : (row.value?.[value++] ?? null)))
}
