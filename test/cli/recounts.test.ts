import assert from 'node:assert/strict'
import { type Click, JOINED_AFTER_MS, type Lookup, sessionsOf } from '../../src/cli/check/recounts.ts'

const click = (timestamp: number, userid = 7): Click => ({ timestamp, userid, ip: '192.0.2.1', request: 'GET /index.html HTTP/1.1', status: 200, bytes: 10 })
const user = (since: number) => ({ username: 'Ada', city: 'London', since })
const lookup = (...users: (readonly [number, number])[]): Lookup => ({ users: new Map(users.map(([id, since]) => [id, user(since)])), codes: new Map() })

describe('sessions that the check recounts', () => {
  const START = 1_000_000

  it('are certain when every click came after the row of its user', () => {
    const clicks = [click(START + JOINED_AFTER_MS), click(START + JOINED_AFTER_MS + 1_000)]
    assert.deepEqual(sessionsOf(clicks, lookup([7, START])).get('Ada'), [
      { start: START + JOINED_AFTER_MS, end: START + JOINED_AFTER_MS + 1_000, hits: 2, bytes: 20, certain: true },
    ])
  })

  it('are not certain with a click that may have been joined with nobody, since the row came later', () => {
    const clicks = [click(START - 500), click(START + 5_000), click(START + 90_000)]
    const certain = sessionsOf(clicks, lookup([7, START]))
      .get('Ada')
      ?.map((session) => session.certain)
    assert.deepEqual(certain, [false, true])
  })

  it('ask that of each user with the name', () => {
    const clicks = [click(START + 10_000, 7), click(START + 11_000, 8)]
    const certain = sessionsOf(clicks, lookup([7, START], [8, START + 12_000]))
      .get('Ada')
      ?.map((session) => session.certain)
    assert.deepEqual(certain, [false])
  })
})
