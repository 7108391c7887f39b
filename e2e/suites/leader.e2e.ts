/** Two operators and one Lease: the leader is killed, stopped and frozen, and the other goes on without making anything twice. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { PIPELINE } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { fileOfPackage } from '../../src/cli/manifest.ts'
import { openBackends, readPlatform } from '../../src/console/index.ts'
import { createKafkaClient, type KafkaClient, systemClock } from '../../src/ports/index.ts'
import { OPERATOR_NAMESPACE } from '../components/identity.ts'
import { freePorts, type Running, start } from '../components/process.ts'
import { givenDemo, pipelineOf, SEED, then, thenReady, whenApplied } from '../given.ts'

const LEASES = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease' }
const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }
const EVENTS = { group: '', version: 'v1', plural: 'events', kind: 'Event' }
const TOPICS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' }
/** Where ksqlDB writes every statement that it accepts. */
const COMMANDS = '_confluent-ksql-default__command_topic'
/** The lease, a try of the other, and a machine that is busy. */
const TAKES_OVER_WITHIN_MS = 15_000 + 5_000 + 5_000

interface Operator {
  readonly name: string
  readonly url: string
  readonly process: Running
}

describe('two operators', () => {
  let demo: Demo
  let operators: [leader: Operator, standby: Operator]
  let undisturbed: Awaited<ReturnType<typeof endState>>
  let leaseNamespace: string
  let kafka: KafkaClient
  let serial = 0

  async function startOne(): Promise<Operator> {
    const [port] = await freePorts(1)
    const name = `operator-${++serial}`
    const url = `http://127.0.0.1:${port}`
    const place = ['--kubeconfig', demo.sandbox.operatorKubeconfig, '--leader-election-namespace', leaseNamespace]
    const process_ = await start({
      name,
      command: process.execPath,
      args: [fileOfPackage('src/cli/main.ts'), 'operator', '--leader-elect', ...place, '--port', String(port)],
      env: { POD_NAME: name },
      ready: async () => (await fetch(`${url}/readyz`)).ok,
    })
    return { name, url, process: process_ }
  }

  async function lease(): Promise<{ holder: string; transitions: number; acquiredAt: number }> {
    const object = await demo.kube.get(LEASES, leaseNamespace, 'clickstream-operator')
    const spec = z
      .object({ holderIdentity: z.string().default(''), leaseTransitions: z.number().default(0), acquireTime: z.string().default('') })
      .parse(object?.spec ?? {})
    return { holder: spec.holderIdentity.split('_')[0]!, transitions: spec.leaseTransitions, acquiredAt: Date.parse(spec.acquireTime) }
  }

  const leads = async ({ url }: Operator) => /^clickstream_leader 1$/m.test(await (await fetch(`${url}/metrics`)).text())

  /** One operator takes the place of one that has ended; the one that is left leads. */
  async function refill(): Promise<void> {
    const [, standby] = operators
    operators = [standby, await startOne()]
  }

  async function thenTakenOver(since: number, withinMs = TAKES_OVER_WITHIN_MS): Promise<void> {
    const [, standby] = operators
    await then('the other has the lease', lease, ({ holder }) => holder === standby.name, withinMs + 10_000)
    const { acquiredAt } = await lease()
    assert.ok(acquiredAt - since <= withinMs, `taken over after ${acquiredAt - since} ms`)
    await then('it says so', () => leads(standby), Boolean)
  }

  async function ledger(name: string): Promise<{ id: string; phase: string; hash: string }[]> {
    const object = await demo.kube.get(CONFIG_MAPS, NAMESPACE, `${name}.clickstream-ledger`)
    const { entries } = z.object({ entries: z.string().default('') }).parse(object?.data ?? {})
    return entries
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }

  async function whenDone(name: string, count: number): Promise<void> {
    const deadline = systemClock.now() + 120_000
    for (;;) {
      if ((await ledger(name)).filter(({ phase }) => phase === 'done').length >= count) return
      assert.ok(systemClock.now() < deadline, `there are no ${count} objects`)
      await systemClock.sleep(10)
    }
  }

  /** What must not depend on who did it, and how often it was interrupted. */
  async function endState(name: string, statementsBefore: number) {
    const pipeline = await pipelineOf(demo, name)
    const backends = await openBackends(demo.kube, await readPlatform(demo.kube, pipeline))
    try {
      const { connect, ksqldb } = backends
      const connectors = (await connect.request({ method: 'GET', path: ['connectors'], answer: z.array(z.string()) })).body
      const queries = await ksqldb.request({
        method: 'POST',
        path: ['ksql'],
        body: { ksql: 'SHOW QUERIES;', streamsProperties: {} },
        answer: z.tuple([z.looseObject({ queries: z.array(z.looseObject({ id: z.string(), sinks: z.array(z.string()).default([]) })) })]),
      })
      const topics = (await demo.kube.list(TOPICS, { namespace: NAMESPACE })).items
      return {
        resources: (pipeline.status?.resources ?? []).map(({ kind, name, state, hash }) => `${kind}/${name} ${state} ${hash}`).sort(),
        ledger: (await ledger(name)).map(({ id, phase, hash }) => `${id} ${phase} ${hash}`).sort(),
        connectors: connectors.sort(),
        /** Two for one sink: it was made twice. */
        queries: queries.body[0].queries.map(({ sinks }) => sinks.join()).sort(),
        topics: topics.map(({ metadata }) => metadata.name).sort(),
        /** One more: a statement was sent again. */
        statements: (await statementsAccepted()) - statementsBefore,
      }
    } finally {
      await backends.close()
    }
  }

  const statementsAccepted = async () => ((await kafka.topicOffsets([COMMANDS])).get(COMMANDS) ?? []).reduce((sum, { end }) => sum + Number(end), 0)

  /** What the stand-ins saw being made, more than once; real servers show it by what is there. */
  function madeTwice(since: number): string[] {
    const made = Object.entries(demo.sandbox.servers).flatMap(([server, { requests }]) =>
      requests
        .since(since, { mutating: true })
        .filter(({ status, path }) => status === 201 && !path.includes('/events') && !path.includes('/leases'))
        .filter(({ method }) => method === 'PUT')
        .map(({ path }) => `${server} ${path}`),
    )
    return made.filter((one, index) => made.indexOf(one) !== index)
  }

  async function toldTwice(name: string): Promise<string[]> {
    const { uid } = (await pipelineOf(demo, name)).metadata
    const all = (await demo.kube.list(EVENTS, { namespace: NAMESPACE })).items.map((item) =>
      z
        .looseObject({ reason: z.string(), message: z.string(), count: z.number().nullish(), involvedObject: z.looseObject({ uid: z.string().nullish() }) })
        .parse(item),
    )
    const ids = all
      .filter(({ reason, involvedObject }) => reason === 'Created' && involvedObject.uid === uid)
      .flatMap(({ message }) => message.replace(/^\d+: /, '').split(', '))
    return ids.filter((id, index) => ids.indexOf(id) !== index)
  }

  async function whenRemoved(name: string): Promise<void> {
    await demo.kube.patch(PIPELINE, NAMESPACE, name, { type: 'merge', body: { spec: { deletionPolicy: 'DeleteData' } } })
    await demo.kube.delete(PIPELINE, NAMESPACE, name)
    await then(
      'the pipeline is gone',
      () => demo.kube.get(PIPELINE, NAMESPACE, name),
      (object) => object === undefined,
      180_000,
    )
  }

  before(async () => {
    demo = await givenDemo('leader')
    kafka = createKafkaClient({ brokers: [demo.sandbox.servers.kafka.url], clientId: 'e2e' })
    // The rules of the chart permit leases where the operator itself is.
    leaseNamespace = demo.sandbox.operatorKubeconfig === demo.sandbox.kubeconfig ? NAMESPACE : OPERATOR_NAMESPACE
    await demo.operator.stop()
    operators = [await startOne(), await startOne()]
    await then('one leads', lease, ({ holder }) => holder !== '')
    if ((await lease()).holder === operators[1].name) operators.reverse()
    const statementsBefore = await statementsAccepted()
    const name = await whenApplied(demo, SEED)
    await thenReady(demo, name)
    undisturbed = await endState(name, statementsBefore)
    assert.ok(undisturbed.resources.length > 40 && undisturbed.queries.length > 8 && undisturbed.statements >= undisturbed.queries.length)
    await whenRemoved(name)
  })
  after(async () => {
    for (const { process } of operators ?? []) await process.stop('SIGKILL')
    await kafka?.close()
    await demo?.close()
  })

  it('are both ready, and one leads', async () => {
    const [leader, standby] = operators
    assert.deepEqual(await Promise.all([leads(leader), leads(standby)]), [true, false])
    for (const { url } of operators) assert.equal((await fetch(`${url}/readyz`)).status, 200)
  })

  for (const share of [0.02, 0.3, 0.6, 0.9]) {
    it(`end as one alone when the leader is killed with ${share * 100} % of the objects made`, async () => {
      const since = systemClock.now()
      const statementsBefore = await statementsAccepted()
      const name = await whenApplied(demo, SEED)
      await whenDone(name, Math.ceil(undisturbed.ledger.length * share))
      const killedAt = systemClock.now()
      await operators[0].process.stop('SIGKILL')
      assert.ok((await ledger(name)).filter(({ phase }) => phase === 'done').length < undisturbed.ledger.length, 'it was killed in mid-apply')
      await thenTakenOver(killedAt)
      await thenReady(demo, name)
      assert.deepEqual(await endState(name, statementsBefore), undisturbed)
      assert.deepEqual(madeTwice(since), [])
      assert.deepEqual(await toldTwice(name), [])
      await refill()
      await whenRemoved(name)
    }).timeout(600_000)
  }

  it('hand over within seconds when the leader is stopped, also in mid-apply', async () => {
    const before = await lease()
    const statementsBefore = await statementsAccepted()
    const name = await whenApplied(demo, SEED)
    await whenDone(name, Math.ceil(undisturbed.ledger.length * 0.3))
    const stoppedAt = systemClock.now()
    await operators[0].process.stop('SIGTERM')
    assert.equal(operators[0].process.ended(), 'ended with 0')
    // What was in work ends first, for 5 s at most.
    await thenTakenOver(stoppedAt, 5_000 + 5_000 + 2_000)
    assert.equal((await lease()).transitions, before.transitions + 1)
    await thenReady(demo, name)
    assert.deepEqual(await endState(name, statementsBefore), undisturbed)
    await refill()
    await whenRemoved(name)
  }).timeout(600_000)

  it('write nothing with the one that stood still for longer than the lease, and it ends', async () => {
    const statementsBefore = await statementsAccepted()
    const name = await whenApplied(demo, SEED)
    await whenDone(name, Math.ceil(undisturbed.ledger.length * 0.3))
    const [frozen] = operators
    frozen.process.freeze()
    await thenTakenOver(systemClock.now())
    await thenReady(demo, name)
    assert.deepEqual(await endState(name, statementsBefore), undisturbed)
    await systemClock.sleep(20_000)
    const versions = async () => {
      const lists = await Promise.all([TOPICS, CONFIG_MAPS].map((resource) => demo.kube.list(resource, { namespace: NAMESPACE })))
      return lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`)).sort()
    }
    const before = await versions()
    const thawedAt = systemClock.now()
    frozen.process.thaw()
    await then(
      'it has ended',
      async () => frozen.process.ended(),
      (ended) => ended !== undefined,
      30_000,
    )
    assert.equal(frozen.process.ended(), 'ended with 1')
    await systemClock.sleep(5_000)
    assert.deepEqual(await versions(), before)
    const written = Object.entries(demo.sandbox.servers).flatMap(([server, { requests }]) =>
      requests
        .since(thawedAt, { mutating: true })
        .filter(({ client, path }) => client.startsWith('clickstream-operator') && !path.includes('/leases'))
        .map(({ method, path }) => `${server} ${method} ${path}`),
    )
    assert.deepEqual(written, [])
    assert.deepEqual(await endState(name, statementsBefore), undisturbed)
  }).timeout(600_000)
})
