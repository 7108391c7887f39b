import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { reasons } from '../../src/api/index.ts'

const root = path.resolve(import.meta.dirname, '../../src')
const sources = ['plan', 'targets', 'controller'].flatMap((room) =>
  readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(root, room, file)),
)

/** Where a reason stands in code: in a Failure, a finding, a health. */
const PLACES = [
  /new Failure\(\s*(?:'\w+'|[^',]+),\s*'([A-Z]\w+)'/g,
  /\breason: '([A-Z]\w+)'/g,
  /(?:refuse|warn)\(\s*draft,\s*'([A-Z]\w+)'/g,
  /\brule: '([A-Z]\w+)'/g,
]

describe('the table of reasons', () => {
  it('has every reason that stands in the code', () => {
    const unknown: string[] = []
    for (const file of sources) {
      const text = readFileSync(file, 'utf8')
      for (const place of PLACES)
        for (const [, reason] of text.matchAll(place)) if (!(reason! in reasons)) unknown.push(`${path.relative(root, file)}: ${reason}`)
    }
    assert.deepEqual(unknown, [])
  })
})
