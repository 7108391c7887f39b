import assert from 'node:assert/strict'
import { AxiosError } from 'axios'
import { createLogger, Failure, formsOf } from '../../src/ports/index.ts'
import { createAuthority } from './certificates.ts'

const CANARY = 'canary-of+a/secret'

function lineOf(fields: object, message = 'something happened'): string {
  const lines: string[] = []
  createLogger({ name: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } }).trace(fields, message)
  assert.equal(lines.length, 1)
  return lines[0]!
}

const axiosError = () => {
  const config = { headers: { Authorization: `Bearer ${CANARY}` }, auth: { username: 'u', password: CANARY } }
  return new AxiosError('Request failed', 'ERR_BAD_RESPONSE', config as never, { path: '/x', _header: `authorization: Bearer ${CANARY}` })
}
const { key } = createAuthority('a', 0).issue()

describe('a log line', () => {
  const cases: Record<string, object> = {
    'a password': { password: CANARY },
    'a password deep inside': { a: { b: { c: { d: { password: CANARY } } } } },
    'a password in a list': { users: [{ name: 'u', password: CANARY }] },
    'an option of a connector': { config: { 'connection.password': CANARY, 'connection.username': 'u' } },
    'a header in any case': { request: { headers: { Authorization: `ApiKey ${CANARY}`, COOKIE: CANARY } } },
    'the secrets of a data source': { body: { secureJsonData: { basicAuthPassword: CANARY, httpHeaderValue1: CANARY } } },
    'a token': { token: CANARY, accessToken: CANARY, apiKey: CANARY, api_key: CANARY, clientSecret: CANARY },
    'a login module': { 'sasl.jaas.config': `required username="u" password="${CANARY}";` },
    'an error with its request': { err: axiosError() },
    'an error behind an error': { err: new Failure('Retry', 'Unreachable', 'it failed', { cause: axiosError() }) },
    'a body that repeats what was sent': { err: new Failure('Stall', 'Refused', 'refused', { status: 400, body: { config: { x: CANARY } } }) },
    'a header in a message': { err: new Error(`Invalid header: Authorization: Basic ${Buffer.from(`u:${CANARY}`).toString('base64')}`) },
  }
  for (const [sentence, fields] of Object.entries(cases)) {
    it(`does not show ${sentence}`, () => {
      const line = lineOf(fields)
      for (const form of formsOf(CANARY)) assert.ok(!line.includes(form), line)
      assert.ok(!line.includes(Buffer.from(`u:${CANARY}`).toString('base64')), line)
    })
  }

  it('does not show a private key, wherever it stands', () => {
    for (const fields of [{ text: `a key:\n${key}` }, { err: new Error(key) }, { 'user.key': key }]) {
      for (const part of key.split('\n').slice(1, 3)) assert.ok(!lineOf(fields).includes(part))
    }
  })

  it('keeps what is no secret', () => {
    const error = new Failure('Retry', 'TimedOut', 'it took too long', { status: 504 })
    const line = JSON.parse(lineOf({ err: error, tokens: 3, key: 'default/events', spec: { secretRef: { name: 'login' }, keys: ['a'] } }))
    assert.equal(line.err.message, 'it took too long')
    assert.equal(line.err.reason, 'TimedOut')
    assert.equal(line.err.status, 504)
    assert.match(line.err.stack, /log\.test/)
    assert.deepEqual([line.tokens, line.key, line.spec], [3, 'default/events', { secretRef: { name: 'login' }, keys: ['a'] }])
  })

  it('survives what refers to itself', () => {
    const loop: Record<string, unknown> = { name: 'loop' }
    loop.self = loop
    assert.match(lineOf({ loop }), /"name":"loop"/)
  })
})
