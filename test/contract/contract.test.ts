import assert from 'node:assert/strict'
import { type Case, type Contract, callOf, faultsOf, outcomeOf } from '../../e2e/contract/contract.ts'

const nothing = async () => undefined
const like = (call: string, name: string, id?: string): Case<null> => ({
  call,
  name,
  run: nothing,
  ...(id === undefined ? {} : { differs: { id, instead: nothing } }),
})
const difference = (id: string, refused = false) => ({ id, real: 'It does.', standIn: 'It does not.', reason: 'Because.', refused })

function contract(over: Partial<Contract<null>>): Contract<null> {
  return {
    name: 'thing',
    title: 'Thing',
    real: 'thing 1',
    cases: [like('GET /a', 'one'), like('GET /a', 'two', 'odd'), like('GET /b', 'one'), like('GET /c', 'one', 'absent')],
    differences: [difference('odd'), difference('absent', true)],
    start: async () => ({ server: null, stop: nothing }),
    ...over,
  }
}

describe('contracts', () => {
  it('a call is supported as its cases are', () => {
    assert.deepEqual(
      outcomeOf(contract({}), { 'GET /b': 'demo' }).calls.map(({ call, support, usedBy, differences }) => [call, support, usedBy, differences]),
      [
        ['GET /a', 'partly', 'clients', ['odd']],
        ['GET /b', 'yes', 'demo', []],
        ['GET /c', 'refused', 'clients', ['absent']],
      ],
    )
  })

  it('a sound one has no faults', () => {
    assert.deepEqual(faultsOf(contract({}), { 'GET /b': 'operator' }), [])
  })

  for (const [sentence, over, used, fault] of [
    ['a difference on a call of the operator', {}, { 'GET /a': 'operator' }, 'operator uses GET /a, which the stand-in supports partly.'],
    ['a call of the demo without a case', {}, { 'GET /d': 'demo' }, 'demo uses GET /d, which has no case.'],
    [
      'a difference that no case shows',
      { differences: [difference('odd'), difference('absent'), difference('gone')] },
      {},
      'No case shows the difference gone.',
    ],
    ['a difference that is not listed', { differences: [difference('odd')] }, {}, 'A case shows a difference absent that is not listed.'],
    ['two cases of one name', { cases: [...contract({}).cases, like('GET /b', 'one')] }, {}, 'There are two cases "GET /b: one".'],
    [
      'too many differences',
      {
        cases: Array.from({ length: 11 }, (_, i) => like('GET /a', `${i}`, `d${i}`)),
        differences: Array.from({ length: 11 }, (_, i) => difference(`d${i}`)),
      },
      {},
      'There are 11 differences, more than 10.',
    ],
  ] as const) {
    it(`finds ${sentence}`, () => {
      assert.deepEqual(faultsOf(contract(over), used), [fault])
    })
  }

  it('knows which call a request makes', () => {
    const calls = ['GET /{index}', 'GET /_cat', 'GET /{index}/_doc/{id}', 'GET /{path...}', 'POST /{index}', 'Metadata']
    for (const [method, path, call] of [
      ['GET', '/_cat?v=true', 'GET /_cat'],
      ['GET', '/clicks', 'GET /{index}'],
      ['GET', '/clicks/_doc/1', 'GET /{index}/_doc/{id}'],
      ['GET', '/clicks/_doc/1/more', 'GET /{path...}'],
      ['POST', '/clicks', 'POST /{index}'],
      ['Metadata', 'clicks,users', 'Metadata'],
      ['PUT', '/clicks', undefined],
      ['Fetch', '', undefined],
    ] as const) {
      assert.equal(callOf(calls, { method, path }), call)
    }
  })
})
