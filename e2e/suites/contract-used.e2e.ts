/**
 * Which calls operator and demo make, seen in the request logs of the stand-ins over the life of the example pipeline. Every one
 * has to be in the server's contract and in `e2e/contract/used.json`, from which follows that no difference may be on it.
 * `UPDATE=1` in the environment writes that file.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { PIPELINE } from '../../src/api/index.ts'
import { runCheck } from '../../src/cli/check/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { systemClock } from '../../src/ports/index.ts'
import type { SandboxServer } from '../../src/sandbox/index.ts'
import { callOf, type Used } from '../contract/contract.ts'
import { contracts } from '../contract/index.ts'
import { givenDemo, pipelineOf, SEED, then, thenReady, whenApplied } from '../given.ts'

const DATAGEN = 'io.confluent.kafka.connect.datagen.DatagenConnector'
const FILE = new URL('../contract/used.json', import.meta.url)
/** Requests that nobody answers well are the client's affair: a path that is not there. */
const isOperator = (client: string) => client.startsWith('clickstream-operator')

describe('the calls that operator and demo make', () => {
  let demo: Demo

  before(async () => {
    demo = await givenDemo('contract-used')
    const name = await whenApplied(demo, SEED)
    const pipeline = await thenReady(demo, name)
    const platform = await readPlatform(demo.kube, pipeline)
    const backends = await openBackends(demo.kube, platform)
    try {
      const context = { kube: demo.kube, backends, platform, clock: systemClock, signal: AbortSignal.timeout(200_000), patienceMs: 60_000 }
      const rows = await runCheck(context, { namespace: NAMESPACE, name }, () => undefined, true)
      assert.deepEqual(
        rows.filter((row) => !row.ok).map((row) => `${row.kind} ${row.subject}: ${row.measured}`),
        [],
      )
      await whenLived(name, backends)
    } finally {
      await backends.close()
    }
    await demo.kube.delete(PIPELINE, NAMESPACE, (await pipelineOf(demo, name)).metadata.name)
    await then(
      'the pipeline is gone',
      () => demo.kube.get(PIPELINE, NAMESPACE, name),
      (pipeline) => pipeline === undefined,
    )
  })
  after(() => demo?.close())

  /** Changed, paused, resumed, with a failed task, stopped: for each the operator has a call of its own at Connect. */
  async function whenLived(name: string, backends: Backends): Promise<void> {
    const { spec } = await pipelineOf(demo, name)
    const patch = (change: object) => demo.kube.patch(PIPELINE, NAMESPACE, name, { type: 'merge', body: { spec: change } })
    const asked = async () =>
      demo.sandbox.servers.connect.requests
        .since(0)
        .filter(({ client }) => isOperator(client))
        .map(({ method, path }) => `${method} ${path.split('?')[0]}`)
    const thenAsked = (call: RegExp) => then(`the operator asks ${call}`, asked, (calls) => calls.some((one) => call.test(one)))

    const changed = spec.sources.map((source, i) => (i > 0 ? source : { ...source, datagen: { ...source.datagen, interval: '90ms' } }))
    const config = { 'kafka.topic': 'clickstream_users', quickstart: 'clickstream_users' }
    const withOther = (state: string) => [...changed, { name: 'other', connector: { class: DATAGEN, config, state } }]
    await patch({ sources: withOther('Running') })
    await thenAsked(/^PUT .*\/config$/)
    await patch({ state: 'Paused' })
    await thenAsked(/^PUT .*\/pause$/)
    await patch({ state: 'Running' })
    await thenAsked(/^PUT .*\/resume$/)
    await thenReady(demo, name)
    await backends.kafka.produce(spec.sinks[0]!.from!, [{ key: Buffer.from('no number'), value: Buffer.from('no JSON'), headers: [] }])
    await thenAsked(/^POST .*\/restart$/)
    // And at its end it takes away what holds data too.
    await patch({ sources: withOther('Stopped'), deletionPolicy: 'DeleteData' })
    await thenAsked(/^PUT .*\/stop$/)
  }

  for (const contract of contracts) {
    it(`of ${contract.name} are in its contract, and known`, () => {
      const server = (demo.sandbox.servers as unknown as Record<string, SandboxServer>)[contract.name]!
      const calls = [...new Set(contract.cases.map(({ call }) => call))]
      const used: Record<string, 'operator' | 'demo'> = {}
      const strange = new Set<string>()
      for (const request of server.requests.since(0)) {
        const call = contract.callOf?.(request) ?? callOf(calls, request)
        if (call === undefined || !calls.includes(call))
          strange.add(`${request.client}: ${request.method} ${request.path} (${call ?? 'no call'}) answered ${request.status}`)
        else if (isOperator(request.client)) used[call] = 'operator'
        else used[call] ??= 'demo'
      }
      assert.deepEqual([...strange], [], 'calls without a case in the contract')
      const known = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Used>
      if (process.env.UPDATE !== undefined) {
        // What another run saw the operator do, the operator does.
        const seen = Object.entries(known[contract.name] ?? {}).filter(([call, user]) => user === 'operator' || used[call] === undefined)
        const sorted = Object.fromEntries(Object.entries({ ...used, ...Object.fromEntries(seen) }).sort(([a], [b]) => (a < b ? -1 : 1)))
        writeFileSync(FILE, `${JSON.stringify({ ...known, [contract.name]: sorted }, null, 2)}\n`)
        return
      }
      const unknown = Object.entries(used).filter(([call, user]) => {
        const before = known[contract.name]?.[call]
        return before === undefined || (user === 'operator' && before !== 'operator')
      })
      assert.deepEqual(unknown, [], 'e2e/contract/used.json lacks these calls; UPDATE=1 in the environment of this suite writes them')
    })
  }
})
