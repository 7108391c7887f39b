import assert from 'node:assert/strict'
import fc from 'fast-check'
import { applyStatement, createCatalogue, formatStatement, parseStatement, parseStatements, SqlError, sameStatement } from '../../src/sql/index.ts'
import { readText } from './data.ts'

const statements = parseStatements(readText('clickstream.sql'))
const catalogue = statements.reduce((known, statement) => applyStatement(statement, known).catalogue, createCatalogue())
const words = [...readText('clickstream.sql').matchAll(/'[^']*'|[A-Za-z_]+|\d+|<>|[^\s\w]/g)].map((match) => match[0])

/** Nothing but SqlError may come out, with a place inside the text. */
function refusedOrRead(text: string): void {
  try {
    for (const statement of parseStatements(text)) {
      const printed = formatStatement(statement)
      assert.ok(sameStatement(parseStatement(printed), statement), printed)
      applyStatement(statement, catalogue)
    }
  } catch (error) {
    assert.ok(error instanceof SqlError, String(error instanceof Error ? error.stack : error))
    assert.ok(error.span.start.offset <= text.length && error.line >= 1 && error.column >= 1)
  }
}

describe('text that is nearly SQL', () => {
  it('is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (tokens) => refusedOrRead(tokens.join(' '))),
      { numRuns: 500 },
    )
  })

  it('is read or refused when a part of a good statement is lost, doubled or replaced', () => {
    const edit = fc.record({
      statement: fc.constantFrom(...statements.map((statement) => formatStatement(statement).replace(/^CREATE (STREAM|TABLE) /, 'CREATE $1 X'))),
      at: fc.nat(),
      kind: fc.constantFrom('lose' as const, 'double', 'replace'),
      word: fc.constantFrom(...words, 'NULL', "'x'", '1.5', 'EXPLODE(A)', 'COUNT(*)', 'ST->X', 'A[1]', '(X) => X'),
    })
    fc.assert(
      fc.property(edit, ({ statement, at, kind, word }) => {
        const tokens = statement.split(/\s+/)
        const index = at % tokens.length
        const replacement = kind === 'lose' ? [] : kind === 'double' ? [tokens[index]!, tokens[index]!] : [word]
        refusedOrRead([...tokens.slice(0, index), ...replacement, ...tokens.slice(index + 1)].join(' '))
      }),
      { numRuns: 1500 },
    )
  })

  it('is read or refused whatever characters it holds', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => refusedOrRead(text)))
  })
})
