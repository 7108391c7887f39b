import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { cataloguedSuites, choose } from '../../e2e/catalogue.ts'
import { KINDS } from '../../e2e/components/index.ts'

describe('the choice of what a suite runs over', () => {
  it('is every chosen kind', () => {
    assert.deepEqual(choose('drift', KINDS, new Map()), { run: true, real: KINDS })
    assert.deepEqual(choose('drift', ['kafka'], new Map()), { run: true, real: ['kafka'] })
    assert.deepEqual(choose('drift', [], new Map()), { run: true, real: [] })
  })

  it('leaves a kind that is missing to its stand-in', () => {
    assert.deepEqual(choose('drift', KINDS, new Map([['kubernetes', 'no Go']])), { run: true, real: ['kafka', 'elasticsearch', 'connect'] })
  })

  it('has no real Connect without a real Kafka', () => {
    assert.deepEqual(choose('drift', KINDS, new Map([['kafka', 'no Maven']])), { run: true, real: ['elasticsearch', 'kubernetes'] })
  })

  it('skips a suite about a component that is missing, with the word that says what is', () => {
    assert.deepEqual(choose('components', KINDS, new Map([['kubernetes', 'no Go']])), { run: false, why: 'kubernetes: no Go' })
    assert.deepEqual(choose('components', ['kafka', 'kubernetes'], new Map()), { run: false, why: 'it is about a real elasticsearch' })
  })
})

describe('every suite', () => {
  const names = readdirSync(new URL('../../e2e/suites/', import.meta.url)).map((file) => file.replace(/\.e2e\.ts$/, ''))

  it('is told on the page of the end-to-end runs', () => {
    const page = readFileSync(new URL('../../e2e/README.md', import.meta.url), 'utf8')
    assert.deepEqual(
      names.filter((name) => !page.includes(`\`${name}\``)),
      [],
    )
  })

  it('that the catalogue names is there', () => {
    assert.deepEqual(
      cataloguedSuites.filter((name) => !names.includes(name)),
      [],
    )
  })
})
