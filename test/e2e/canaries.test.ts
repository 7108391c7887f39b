import assert from 'node:assert/strict'
import { hitsIn } from '../../e2e/canaries.ts'
import { createAuthority } from '../ports/certificates.ts'

const VALUE = 'Canary "of"\\a/secret +1'
const { key } = createAuthority('a', 0).issue()
const canaries = new Map([
  ['a password', VALUE],
  ['a key', key],
])

describe('the search for secrets', () => {
  const texts: Record<string, string> = {
    'in clear': `before ${VALUE} after`,
    'in JSON': JSON.stringify({ a: VALUE }),
    'in a URL': `https://h/?p=${encodeURIComponent(VALUE)}`,
    'in a form': `p=${encodeURIComponent(VALUE).replaceAll('%20', '+')}`,
    'in base64': Buffer.from(VALUE).toString('base64'),
    'in base64 of URLs': Buffer.from(VALUE).toString('base64url'),
  }
  for (const [how, text] of Object.entries(texts)) {
    it(`finds one ${how}`, () => {
      assert.deepEqual(hitsIn(new Map([['log', text]]), canaries), ['log: a password'])
    })
  }
  it('finds one line of a private key', () => {
    assert.deepEqual(hitsIn(new Map([['log', `x${key.split('\n')[1]}x`]]), canaries), ['log: a key'])
  })
  it('finds nothing where there is nothing', () => {
    assert.deepEqual(hitsIn(new Map([['log', '-----BEGIN PRIVATE KEY-----\n canary of a secret']]), canaries), [])
  })
})
