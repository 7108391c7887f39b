/** Real servers that are killed, restarted and frozen under a running pipeline: told, used again, and every record counted once. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { PIPELINE, PLATFORM, parsePlatform } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { runOperator } from '../../src/cli/operator.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { createKubeApi, Failure, systemClock } from '../../src/ports/index.ts'
import { startConnect } from '../components/connect.ts'
import { OPERATOR_NAMESPACE, tokenKubeconfig } from '../components/identity.ts'
import { KINDS, type RealComponents, startReal } from '../components/index.ts'
import type { Running } from '../components/process.ts'
import { conditionOf, givenDemo, pipelineOf, suiteLog, then } from '../given.ts'
import { bytesInIndex, bytesInTopic, differences } from '../recount.ts'
import { HEALTHY, pipelineFrom } from '../wrong/case.ts'

const NAME = 'flow'
const SOURCE = 'flow-gen'
const TOPIC = 'flow-good'
/** A request to a frozen server ends after this. */
const TIMEOUT = '3s'
const TOLD_WITHIN_MS = 25_000
const BACK_WITHIN_MS = 90_000

const BACKENDS = [
  { name: 'kafka', condition: 'KafkaAvailable' },
  { name: 'connect', condition: 'ConnectAvailable' },
  { name: 'elasticsearch', condition: 'ElasticsearchAvailable' },
] as const

describe('a real server', function () {
  this.timeout(600_000)
  let components: RealComponents
  let demo: Demo
  let backends: Backends
  const processOf = (name: keyof RealComponents['processes']): Running => components.processes[name]!

  before(async () => {
    components = await startReal(KINDS)
    demo = await givenDemo('outages', components.servers)
    await demo.kube.patch(PLATFORM, NAMESPACE, 'default', {
      type: 'merge',
      body: { spec: { connect: { timeout: TIMEOUT }, elasticsearch: { timeout: TIMEOUT } } },
    })
    const object = pipelineFrom(HEALTHY, NAME) as { spec: { sources: object[] } } & ReturnType<typeof pipelineFrom>
    // The recount pauses it by hand.
    object.spec.sources[0] = { ...object.spec.sources[0], driftPolicy: 'Ignore' }
    await demo.kube.create(PIPELINE, object)
    await thenStands(NAME)
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, await pipelineOf(demo, NAME)))
    await thenCounted()
  })
  after(async () => {
    for (const process of Object.values(components?.processes ?? {})) {
      process.thaw()
      await process.start()
    }
    await backends?.close()
    await demo?.close()
    await components?.stop()
  })

  const thenStands = (name: string, timeoutMs = BACK_WITHIN_MS) =>
    then(
      `pipeline ${name} is Ready, and its data flow`,
      () => pipelineOf(demo, name),
      (seen) => conditionOf(seen, 'Ready')?.status === 'True' && conditionOf(seen, 'DataFlowing')?.status === 'True',
      timeoutMs,
    )

  async function platformCondition(type: string) {
    const parsed = parsePlatform((await demo.kube.get(PLATFORM, NAMESPACE, 'default'))!)
    assert.ok(parsed.ok)
    return parsed.value.status?.conditions?.find((condition) => condition.type === type)
  }

  const thenTold = (type: string, reasons: readonly string[]) =>
    then(
      `${type} is False by ${reasons.join(' or ')}`,
      () => platformCondition(type),
      (seen) => seen?.status === 'False' && reasons.includes(seen.reason),
      TOLD_WITHIN_MS,
    )

  const connector = (verb: 'pause' | 'resume') => backends.connect.request({ method: 'PUT', path: ['connectors', SOURCE, verb], answer: z.unknown() })
  const again = async (call: () => Promise<unknown>) =>
    then(
      'Kafka Connect takes it',
      async () => {
        await call()
        return true
      },
      Boolean,
    )

  /** Every click that reached the topic is in the index once, and more of them come afterwards. */
  async function thenCounted(): Promise<void> {
    await again(() => connector('pause'))
    // Records may come for a moment yet, so that the topic is read again each time.
    await then(
      'the index holds what a recount of the topic says',
      async () => {
        const clicks = await bytesInTopic(backends, TOPIC)
        return { windows: clicks.size, differing: differences(clicks, await bytesInIndex(backends, `${NAME}_bytes`)) }
      },
      ({ windows, differing }) => windows > 0 && differing.length === 0,
      60_000,
    )
    const end = await endOfTopic()
    await again(() => connector('resume'))
    await then('new clicks come', endOfTopic, (now) => now > end)
  }
  const endOfTopic = async () => ((await backends.kafka.topicOffsets([TOPIC])).get(TOPIC) ?? []).reduce((sum, { end }) => sum + Number(end), 0)

  /** What the operator changed at backends since then; its own books do not count, nor that it restarts a sink that gave up its index. */
  const operatorCalls = (since: number) =>
    Object.entries(demo.sandbox.servers).flatMap(([server, { requests }]) =>
      requests
        .since(since, { mutating: true })
        .filter(
          ({ client, path }) =>
            client.startsWith('clickstream-operator') && !/\/(events|status|configmaps|leases)\b|clickstreamp|^\/connectors\/[^/]+\/restart/.test(path),
        )
        .map(({ method, path, status }) => `${server} ${method} ${path} ${status}`),
    )

  for (const { name, condition } of BACKENDS) {
    describe(`${name} that is killed`, () => {
      let since = 0

      it('shows in the conditions', async () => {
        since = systemClock.now()
        await processOf(name).stop('SIGKILL')
        await thenTold(condition, ['Unreachable', 'TimedOut'])
        assert.notEqual(conditionOf(await pipelineOf(demo, NAME), 'Ready')?.status, 'True')
      })

      it('is used again when it is back, and nothing is made twice', async () => {
        await processOf(name).start()
        await thenStands(NAME)
        assert.deepEqual(operatorCalls(since), [])
      })

      it('has cost no record, and counted none twice', () => thenCounted())
    })

    describe(`${name} that is restarted`, () => {
      it('costs no record, and nothing is made twice', async () => {
        const since = systemClock.now()
        await processOf(name).stop()
        await processOf(name).start()
        await thenStands(NAME)
        await thenCounted()
        assert.deepEqual(operatorCalls(since), [])
      })
    })

    describe(`${name} that is frozen`, () => {
      after(() => processOf(name).thaw())

      it('shows in the conditions as one that does not answer', async () => {
        processOf(name).freeze()
        await thenTold(condition, ['TimedOut'])
      })

      it('is used again when it goes on, with every record counted once', async () => {
        processOf(name).thaw()
        await thenStands(NAME)
        await thenCounted()
      })
    })
  }

  for (const name of ['kubernetes', 'etcd'] as const) {
    describe(`${name === 'kubernetes' ? 'an API server' : name} that is killed`, () => {
      let since = 0

      it('stops no data', async () => {
        since = systemClock.now()
        await processOf(name).stop('SIGKILL')
        const end = await endOfTopic()
        await systemClock.sleep(15_000)
        assert.ok((await endOfTopic()) > end)
        assert.deepEqual(operatorCalls(since), [])
      })

      it('is used again when it is back, and what is declared then comes', async () => {
        await processOf(name).start()
        const made = `after${name}`
        await again(() => demo.kube.create(PIPELINE, pipelineFrom(HEALTHY, made)))
        await thenStands(made)
        await thenStands(NAME)
        const names = ((await pipelineOf(demo, NAME)).status?.resources ?? []).flatMap(({ name, id }) => [name, ...(id === undefined ? [] : [id])])
        assert.deepEqual(
          operatorCalls(since).filter((call) => names.some((one) => call.includes(encodeURIComponent(one)))),
          [],
          'what stood is left alone',
        )
        await demo.kube.delete(PIPELINE, NAMESPACE, made)
        // What its removal changes is no doing of the next outage.
        await then(
          'it is gone',
          () => demo.kube.get(PIPELINE, NAMESPACE, made),
          (seen) => seen === undefined,
        )
      })

      it('has cost no record, and counted none twice', () => thenCounted())
    })
  }

  describe('a second Connect worker', () => {
    it('that joins and is killed while connectors are made costs none of them, and no record', async () => {
      const joining = startConnect(components.servers.kafka!)
      await demo.kube.create(PIPELINE, pipelineFrom(HEALTHY, 'joining'))
      const second = await joining
      try {
        await demo.kube.create(PIPELINE, pipelineFrom(HEALTHY, 'joined'))
        await thenStands('joining')
        await thenStands('joined')
        await demo.kube.create(PIPELINE, pipelineFrom(HEALTHY, 'leaving'))
        await second.process.stop('SIGKILL')
        for (const name of ['joining', 'joined', 'leaving', NAME]) await thenStands(name, 2 * BACK_WITHIN_MS)
      } finally {
        await second.stop()
      }
      await thenCounted()
    })
  })

  describe('a token of the operator that is no longer valid', () => {
    const account = { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount' } as const

    const identity = { namespace: OPERATOR_NAMESPACE, name: 'clickstream-operator' }
    const tokenIn = async (kubeconfig: string) => (parse(await readFile(kubeconfig, 'utf8')) as { users: { user: { token: string } }[] }).users[0]!.user.token

    it('is read anew, and then the operator goes on', async () => {
      // As in a pod: the token lies in a file, which somebody renews.
      const { kubeconfig: admin, operatorKubeconfig } = demo.sandbox
      const [file, kubeconfig] = [`${admin}.token`, `${admin}.by-file`]
      await writeFile(file, await tokenIn(operatorKubeconfig))
      const byFile = { 'auth-provider': { name: 'tokenFile', config: { tokenFile: file } } }
      await writeFile(kubeconfig, stringify({ ...(parse(await readFile(operatorKubeconfig, 'utf8')) as object), users: [{ name: 'operator', user: byFile }] }))
      await demo.operator.stop()
      const kube = createKubeApi({ kubeconfig, userAgent: 'clickstream-operator' })
      demo.operator = await runOperator({ kube, log: await suiteLog('operator'), http: { port: 0 } })
      await thenStands(NAME)
      // A token dies with its account.
      const old = await demo.kube.get(account, identity.namespace, identity.name)
      await demo.kube.delete(account, identity.namespace, identity.name)
      const { labels = {} } = old!.metadata
      await demo.kube.create(account, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...identity, labels } })
      await then(
        'the API server refuses the old token',
        async () => {
          try {
            await kube.get(PLATFORM, NAMESPACE, 'default')
            return 'taken'
          } catch (error) {
            return error instanceof Failure ? error.reason : String(error)
          }
        },
        (seen) => seen === 'Unauthorized',
      )
      await writeFile(file, await tokenIn(await tokenKubeconfig(admin, identity)))
      await demo.kube.create(PIPELINE, pipelineFrom(HEALTHY, 'renewed'))
      await thenStands('renewed', 180_000)
    })
  })
})
