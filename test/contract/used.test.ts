import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { outcomeOf } from '../../e2e/contract/contract.ts'
import { usedBy } from '../../e2e/contract/hold.ts'
import { callOfRequest } from '../../e2e/contract/kubernetes/calls.ts'
import { kubernetes } from '../../e2e/contract/kubernetes.ts'

const METHODS: Readonly<Record<string, string>> = { get: 'GET', list: 'GET', watch: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' }
const OF_ONE = ['get', 'update', 'patch', 'delete']
/** Watched over all namespaces, or one by one; both are calls. */
const WIDE = ['list', 'watch']

/** The permissions of the operator, as its recorded runs ask for them: `group/plural/subresource` or a path -> verb -> why. */
const permissions = Object.values(
  parse(readFileSync(new URL('../../e2e/permissions/reasons.yaml', import.meta.url), 'utf8')) as Record<string, Record<string, Record<string, string>>>,
).flatMap((resources) => Object.entries(resources).flatMap(([resource, verbs]) => Object.keys(verbs).map((verb) => ({ resource, verb }))))

function callsOf(resource: string, verb: string): string[] {
  if (resource.startsWith('/')) return [callOfRequest('GET', resource)]
  const parts = resource.split('/')
  const group = parts[0]!.includes('.') ? parts.shift()! : ''
  const [plural, subresource] = parts
  const base = group === '' ? '/api/v1' : `/apis/${group}/v1`
  const rest = `${plural}${OF_ONE.includes(verb) ? '/NAME' : ''}${subresource === undefined ? '' : `/${subresource}`}${verb === 'watch' ? '?watch=true' : ''}`
  const places = WIDE.includes(verb) && group === 'clickstream.dev' ? [base] : [`${base}/namespaces/NAMESPACE`]
  return places.map((place) => callOfRequest(METHODS[verb]!, `${place}/${rest}`))
}

describe('what the operator may do at the API server', () => {
  const used = usedBy('kubernetes')
  const calls = new Map(outcomeOf(kubernetes, used).calls.map((call) => [call.call, call]))

  it('is known', () => assert.ok(permissions.length > 20))

  for (const { resource, verb } of permissions) {
    it(`${verb} ${resource}: the stand-in does it as the real server`, () => {
      for (const call of callsOf(resource, verb)) assert.deepEqual([call, calls.get(call)?.support, calls.get(call)?.usedBy], [call, 'yes', 'operator'])
    })
  }
})
