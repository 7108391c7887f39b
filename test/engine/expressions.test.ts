/** Scalar expressions on two rows, compared with what a real server answered: the text of every value, digit for digit. */
import assert from 'node:assert/strict'
import { compileNode } from '../../src/engine/expression/compile.ts'
import { compileExpression, compileReader, type Row, toJson } from '../../src/engine/index.ts'
import { printJson } from '../../src/engine/json/print.ts'
import { parseJson } from '../../src/engine/json/scanner.ts'
import type { Json } from '../../src/engine/json/tree.ts'
import { formatType, parseExpression, parseStatement, type Source } from '../../src/sql/index.ts'
import { recordedText } from './recordings.ts'

const recording = parseJson(recordedText('ksqldb-expressions.json')) as ReadonlyMap<string, Json>

function field<T extends Json>(json: Json, name: string): T | undefined {
  return (json as ReadonlyMap<string, Json>).get(name) as T | undefined
}

const statement = parseStatement(`CREATE STREAM ONE (${recording.get('columns')}) WITH (KAFKA_TOPIC='one', VALUE_FORMAT='JSON');`)
assert.ok(statement.kind === 'CreateSource')
const source: Source = {
  name: 'ONE',
  sourceType: 'STREAM',
  topic: 'one',
  key: [],
  value: statement.columns.map(({ name, type }) => ({ name, type })),
  headers: [],
  keyFormat: { format: 'NONE' },
  valueFormat: { format: 'JSON' },
  readOnly: false,
  wrapSingleValue: true,
}
const reader = compileReader(source)
const ROWTIMES = [1709618828009n, 1709618828010n]
const rows: Row[] = (recording.get('rows') as Json[]).map((row, i) => [...reader.readValue(new TextEncoder().encode(printJson(row)))!, ROWTIMES[i]!])
const scope = { columns: [...source.value, { name: 'ROWTIME', type: { kind: 'BIGINT' } as const }] }

/** The spelling of a value where the recording's order of map entries is that of its own printer. */
describe('scalar expressions', () => {
  for (const item of recording.get('expressions') as Json[]) {
    const text = field<string>(item, 'expression')!
    const values = field<Json[]>(item, 'values')
    if (!values) continue
    it(text, () => {
      const expression = parseExpression(text)
      const { type } = compileNode(expression, scope)
      assert.equal(type && formatType(type), field(item, 'type'))
      const evaluate = compileExpression({ expression, type }, scope)
      assert.deepEqual(
        rows.map((row) => toJson(evaluate(row), type!)),
        values.map(printJson),
      )
    })
  }
})
