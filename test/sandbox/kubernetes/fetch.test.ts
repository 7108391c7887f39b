import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type Clock, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { type KubernetesServer, startKubernetes } from '../../../src/sandbox/kubernetes/index.ts'
import { ask, conversation, type Reply } from './conversation.ts'

type Recorded = Reply & { readonly turn: string }

const recorded = JSON.parse(gunzipSync(readFileSync(new URL('../../data/kubernetes-answers.json.gz', import.meta.url))).toString()) as Recorded[]

/** Where the sandbox answers otherwise than the real server, and why that stays. */
const KNOWN: Readonly<Record<string, string>> = {
  'create of another kind': 'rules are run on defaulted objects only, the real server runs them on the undefaulted one of another kind',
  'create of another version': 'the real server also warns of the fields that the unknown version does not have',
  'a rule that is no expression': 'the list of expected tokens is of the parser of cel-go',
  'get as YAML only': 'answers are never protobuf',
  'list with a broken continue token': "the reason is Go's JSON decoder's",
}

/** Watches end twenty times as fast. */
const hurried: Clock = { ...systemClock, after: (ms, fn) => systemClock.after(ms / 20, fn) }

describe('kubernetes driven by fetch: the answers of a real kube-apiserver 1.37.2', function () {
  this.timeout(30_000)
  let server: KubernetesServer

  before(async () => {
    server = await startKubernetes({ clock: hurried, random: seededRandom(1) })
  })
  after(() => server.close())

  it('has a recorded answer to every turn', () => {
    assert.deepEqual(
      recorded.map(({ turn }) => turn),
      conversation.map(({ name }) => name),
    )
  })

  for (const [i, turn] of conversation.entries()) {
    it(turn.name, async () => {
      const { turn: _, ...expected } = recorded[i]!
      const actual = await ask(server.url, turn)
      if (turn.name in KNOWN) assert.equal(actual.status, expected.status)
      else assert.deepEqual(actual, expected)
    })
  }
})
