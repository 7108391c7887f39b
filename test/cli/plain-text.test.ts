import assert from 'node:assert/strict'
import fc from 'fast-check'
import { plainText } from '../../src/cli/output.ts'

describe('What the command prints', () => {
  it('shows escape sequences, and does not send them to the terminal', () => {
    assert.equal(plainText('a\u001b[2J\u001b]0;title\u0007b'), 'a\\u001b[2J\\u001b]0;title\\u0007b')
    assert.equal(plainText('\u009b31mred'), '\\u009b31mred')
    assert.equal(plainText('user\u202egnp.exe'), 'user\\u202egnp.exe')
    assert.equal(plainText('over\rwritten'), 'over\\u000dwritten')
  })
  it('leaves all else as it is, tables and other scripts too', () => {
    assert.equal(plainText('NAME  STATE\n\té 日本 😀 ─'), 'NAME  STATE\n\té 日本 😀 ─')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of those is left
        assert.doesNotMatch(plainText(text), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
      }),
    )
  })
})
