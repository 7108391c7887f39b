// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how the language writes a variable.
import assert from 'node:assert/strict'
import { formatStatement, parseStatements } from '../../src/sql/index.ts'

const read = (text: string, variables = {}): string[] => parseStatements(text, { variables }).map(formatStatement)

describe('variables', () => {
  it('stand for names, literals and parts of texts', () => {
    const variables = { src: 'S1', min: '-1', topic: 'x', text: "'a'" }
    assert.deepEqual(read('SELECT A FROM ${src} WHERE A > ${min} AND B = ${text};', variables), ["SELECT A\nFROM S1 S1\nWHERE ((A > -1) AND (B = 'a'));"])
    assert.deepEqual(read("CREATE STREAM ${src} (A INT) WITH (KAFKA_TOPIC='${topic}-1');", variables), [
      "CREATE STREAM S1 (A INTEGER) WITH (KAFKA_TOPIC='x-1');",
    ])
  })

  it('are defined and undefined on the way, in any case', () => {
    assert.equal(read("DEFINE t = 'S1'; SELECT A FROM ${T};")[1], 'SELECT A\nFROM S1 S1;')
    assert.throws(() => read("DEFINE t = 'S1'; UNDEFINE t; SELECT A FROM ${t};"), /Got: '\$\{T\}'/)
  })

  it('are refused where nothing is known of them', () => {
    assert.throws(() => read('SELECT * FROM A WHERE B = ${nope};'), /Failed to prepare statement: not yet implemented/)
    assert.throws(() => read('LIST ${what};'), /Syntax error at or near '\$\{what\}' at line 1:6/)
  })

  it('cannot bring in a piece of a statement', () => {
    assert.throws(() => read('SELECT A FROM ${src};', { src: 'S1; DROP STREAM S1' }), /Source names may only contain/)
  })
})
