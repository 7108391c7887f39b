import assert from 'node:assert/strict'
import { type CreateSource, formatType, parseExpression, parseStatement, typeOf } from '../../src/sql/index.ts'

const { columns } = parseStatement(
  'CREATE STREAM X (I INT, L BIGINT, S VARCHAR, B BOOLEAN, A ARRAY<INT>, M MAP<VARCHAR, INT>, ST STRUCT<X INT>, D DOUBLE);',
) as CreateSource

const lists: readonly (readonly [string, string])[] = [
  ['ARRAY[1, L]', 'ARRAY<BIGINT>'],
  ["ARRAY[1, '2']", 'ARRAY<INTEGER>'],
  ["ARRAY[1, '11.25']", 'ARRAY<DECIMAL(12, 2)>'],
  ["ARRAY[1, '3000000000']", 'ARRAY<BIGINT>'],
  ['ARRAY[1.5, 10, 2.25]', 'ARRAY<DECIMAL(12, 2)>'],
  ["ARRAY['a', 1, true]", 'ARRAY<STRING>'],
  ["ARRAY[B, 'yes']", 'ARRAY<BOOLEAN>'],
  ["ARRAY[A, ARRAY[L, '7']]", 'ARRAY<ARRAY<BIGINT>>'],
  ["MAP('a':=1, 'b':=D)", 'MAP<STRING, DOUBLE>'],
  ['ARRAY[ST, STRUCT(Y:=S, X:=L)]', 'ARRAY<STRUCT<`Y` STRING, `X` BIGINT>>'],
  ["I IN (1, '2', 2.5, NULL)", 'BOOLEAN'],
  ["S IN ('a', 1)", 'BOOLEAN'],
  ["M IN (MAP('a':=L))", 'BOOLEAN'],
  ['A = ARRAY[1.5]', 'BOOLEAN'],
]

const refused: readonly (readonly [string, string])[] = [
  ["ARRAY[1, 'x']", 'invalid input syntax for type INTEGER: "x".'],
  ["ARRAY[B, 'maybe']", 'invalid input syntax for type BOOLEAN: "maybe".'],
  ['ARRAY[S, I]', 'operator does not exist: STRING = INTEGER (I)\nHint: You might need to add explicit type casts.'],
  ['ARRAY[A, 1]', 'operator does not exist: ARRAY<INTEGER> = INTEGER (1)\nHint: You might need to add explicit type casts.'],
  [
    "A IN (ARRAY['x'])",
    "Invalid Predicate: operator does not exist: ARRAY<INTEGER> = ARRAY<STRING> (ARRAY['x'])\nHint: You might need to add explicit type casts.",
  ],
  ['A < A', 'Cannot compare A (ARRAY<INTEGER>) to A (ARRAY<INTEGER>) with LESS_THAN.\nStatement: (A < A)'],
  ['ST[1]', 'Subscript expression (ST[1]) do not apply to STRUCT<`X` INTEGER>. Use the dereference operator for STRUCTS: ST->1'],
]

describe('types of lists', () => {
  for (const [expression, type] of lists) it(`${expression}: ${type}`, () => assert.equal(formatType(typeOf(parseExpression(expression), columns)!), type))
  for (const [expression, message] of refused) {
    it(`${expression} is refused`, () => assert.throws(() => typeOf(parseExpression(expression), columns), { name: 'SqlError', message }))
  }
})
