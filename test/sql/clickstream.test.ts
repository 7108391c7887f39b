import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import {
  type AnalysedQuery,
  applyStatement,
  createCatalogue,
  formatExpression,
  formatSchema,
  formatType,
  parseStatements,
  type TypedExpression,
} from '../../src/sql/index.ts'
import { readText } from './data.ts'

const golden = new URL('../data/sql/clickstream.analysis.json', import.meta.url)

/** UPDATE_GOLDEN=1 writes the file anew. */
describe('the clickstream statements', () => {
  it('mean what they meant', () => {
    const found = analyseAll(readText('clickstream.sql'))
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, `${JSON.stringify(found, undefined, 1)}\n`)
    assert.deepEqual(found, JSON.parse(readFileSync(golden, 'utf8')))
  })

  it('refuse two key columns where the KAFKA format stands for the key', () => {
    const text = readText('clickstream.sql').replace("ENRICHED_ERROR_CODES_COUNT WITH (KEY_FORMAT = 'JSON')", 'ENRICHED_ERROR_CODES_COUNT')
    assert.throws(
      () => analyseAll(text),
      /^SqlError: Key format does not support schema\.\nformat: KAFKA\n.*\nreason: The 'KAFKA' format only supports a single field\. Got: \[`K1` INTEGER KEY, `K2` STRING KEY\]$/,
    )
  })
})

function analyseAll(text: string): unknown[] {
  let catalogue = createCatalogue()
  return parseStatements(text).map((statement) => {
    const applied = applyStatement(statement, catalogue)
    catalogue = applied.catalogue
    const { analysed } = applied
    if (analysed === undefined) return statement.kind
    const { name, sourceType, topic, key, value, keyFormat, valueFormat, window, partitions } = analysed.sink
    return JSON.parse(
      JSON.stringify({
        name,
        sourceType,
        topic,
        schema: formatSchema(key, value),
        formats: `${keyFormat.format} ${valueFormat.format}`,
        window,
        partitions,
        query: analysed.kind === 'query' ? summary(analysed.query) : undefined,
      }),
    )
  })
}

function summary(query: AnalysedQuery): unknown {
  const show = (typed: TypedExpression): string => `${formatExpression(typed.expression)}: ${typed.type === undefined ? 'NULL' : formatType(typed.type)}`
  return {
    from: query.from.alias,
    joins: query.joins.map((join) => `${join.type} ${join.right.alias} ON ${show(join.leftKey)} = ${show(join.rightKey)}`),
    where: query.where && show(query.where),
    groupBy: query.groupBy?.map(show),
    window: query.window,
    having: query.having && show(query.having),
    aggregates: query.aggregates.map((call) => formatExpression(call)),
    output: query.output.map((column) => `${column.name} ${column.role} = ${show(column.value)}`),
  }
}
