/** Expressions at random: for trees that must survive printing and parsing. */
import fc from 'fast-check'
import type { Expression, SqlType } from '../../src/sql/index.ts'

const span = { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 1, offset: 0 } }
const at = { span } as const

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('A', 'B', 'USERID', 'ROWTIME', 'DATE', 'STRUCT_', 'EMIT', 'KEY') },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !text.includes('\0')) },
  { weight: 1, arbitrary: fc.constantFrom('SELECT', 'lower', 'with space', 'back`quote', '1st') },
)

const type: fc.Arbitrary<SqlType> = fc.letrec<{ type: SqlType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<SqlType>(
      ...(['BOOLEAN', 'INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP'] as const).map((kind) => ({ kind })),
    ),
    fc.record({ kind: fc.constant('DECIMAL' as const), precision: fc.integer({ min: 5, max: 20 }), scale: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constant('ARRAY' as const), element: tie('type') }),
    fc.record({ kind: fc.constant('MAP' as const), key: tie('type'), value: tie('type') }),
    fc.record({ kind: fc.constant('STRUCT' as const), fields: fc.array(fc.record({ name, type: tie('type') }), { maxLength: 3 }) }),
  ),
})).type

const literal: fc.Arbitrary<Expression> = fc.oneof(
  fc.constant<Expression>({ kind: 'NullLiteral', ...at }),
  fc.boolean().map((value): Expression => ({ kind: 'BooleanLiteral', value, ...at })),
  fc.integer().map((value): Expression => ({ kind: 'IntegerLiteral', value, ...at })),
  fc.bigInt({ min: 2n ** 31n, max: 2n ** 63n - 1n }).map((value): Expression => ({ kind: 'LongLiteral', value, ...at })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value): Expression => ({ kind: 'DoubleLiteral', value: Object.is(value, -0) ? 0 : value, ...at })),
  fc
    .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 99 }))
    .map(([whole, part]): Expression => ({ kind: 'DecimalLiteral', text: `${whole}.${part}`, ...at })),
  fc.string().map((value): Expression => ({ kind: 'StringLiteral', value, ...at })),
)

export const expression: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression; base: Expression }>((tie) => {
  const any = tie('any')
  const base = tie('base')
  const two = { left: any, right: any, span: fc.constant(span) }
  const spanned = { span: fc.constant(span) }
  const list = fc.array(any, { minLength: 1, maxLength: 3 })
  return {
    base: fc.oneof(
      name.map((column): Expression => ({ kind: 'ColumnReference', name: column, ...at })),
      fc.tuple(name, name).map(([qualifier, column]): Expression => ({ kind: 'ColumnReference', qualifier, name: column, ...at })),
    ),
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      base,
      literal,
      fc.record({ kind: fc.constant('Arithmetic' as const), operator: fc.constantFrom('+' as const, '-', '*', '/', '%'), ...two }),
      fc.record({
        kind: fc.constant('Comparison' as const),
        operator: fc.constantFrom('=' as const, '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'),
        ...two,
      }),
      fc.record({ kind: fc.constant('Logical' as const), operator: fc.constantFrom('AND' as const, 'OR'), ...two }),
      fc.record({ kind: fc.constant('Not' as const), operand: any, ...spanned }),
      fc.record({ kind: fc.constant('Sign' as const), operator: fc.constantFrom('+' as const, '-'), operand: base, ...spanned }),
      fc.record({ kind: fc.constant('IsNull' as const), negated: fc.boolean(), operand: any, ...spanned }),
      fc.record({ kind: fc.constant('Between' as const), negated: fc.boolean(), operand: any, low: any, high: any, ...spanned }),
      fc.record({ kind: fc.constant('In' as const), negated: fc.boolean(), operand: any, list, ...spanned }),
      fc.record({ kind: fc.constant('Like' as const), negated: fc.boolean(), operand: any, pattern: any, escape: fc.constantFrom('!', "'"), ...spanned }),
      fc.record({ branches: fc.array(fc.tuple(any, any), { minLength: 1, maxLength: 2 }), otherwise: fc.option(any, { nil: undefined }) }).map(
        ({ branches, otherwise }): Expression => ({
          kind: 'Case',
          branches: branches.map(([when, then]) => ({ when, then })),
          ...(otherwise === undefined ? {} : { otherwise }),
          ...at,
        }),
      ),
      fc.record({ kind: fc.constant('Cast' as const), operand: any, type, ...spanned }),
      fc.record({
        kind: fc.constant('FunctionCall' as const),
        name: fc.constantFrom('UCASE', 'COALESCE', 'my fn'),
        args: list,
        star: fc.constant(false),
        ...spanned,
      }),
      fc.record({ kind: fc.constant('Subscript' as const), base, index: any, ...spanned }),
      fc.record({ kind: fc.constant('FieldAccess' as const), base, field: name, ...spanned }),
      fc.record({ kind: fc.constant('ArrayConstructor' as const), elements: list, ...spanned }),
      fc.record({ kind: fc.constant('MapConstructor' as const), entries: fc.array(fc.record({ key: any, value: any }), { maxLength: 2 }), ...spanned }),
      fc.record({ kind: fc.constant('StructConstructor' as const), fields: fc.array(fc.record({ name, value: any }), { maxLength: 2 }), ...spanned }),
    ),
  }
}).any
