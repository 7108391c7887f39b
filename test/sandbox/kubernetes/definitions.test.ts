import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { type KubernetesServer, startKubernetes } from '../../../src/sandbox/kubernetes/index.ts'
import { trials, verdict } from './definition-trials.ts'

interface Recorded {
  readonly trial: string
  readonly causes: readonly string[]
}

const recorded = JSON.parse(gunzipSync(readFileSync(new URL('../../data/kubernetes-definitions.json.gz', import.meta.url))).toString()) as Recorded[]

/** Where the sandbox refuses in other words, and why that stays. */
const KNOWN: Readonly<Record<string, string>> = {
  pattern_bad: 'the fault of a pattern is told by JavaScript',
  no_versions: 'an empty list and none are the same here',
  conv_webhook: 'conversion by webhook is not served',
}

describe('kubernetes definitions, judged like by kube-apiserver 1.37.2', () => {
  let server: KubernetesServer
  before(async () => {
    server = await startKubernetes({ clock: new VirtualClock(), random: seededRandom(1) })
  })
  after(() => server.close())

  it('has a recorded verdict on every trial', () => {
    assert.deepEqual(
      recorded.map(({ trial }) => trial),
      trials.map(([name]) => name),
    )
  })

  for (const [i, [name, definition]] of trials.entries()) {
    it(name, async () => {
      const causes = await verdict(server.url, definition)
      if (name in KNOWN) assert.equal(causes.length > 0, recorded[i]!.causes.length > 0)
      else assert.deepEqual(causes, recorded[i]!.causes)
    })
  }
})
