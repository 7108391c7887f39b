import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { createKubeApi, createLogger, type KubeObject, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { startKubernetes } from '../../../src/sandbox/kubernetes/index.ts'
import { decideAutoRestart } from '../../../src/sandbox/strimzi/connectors/auto-restart.ts'
import { readKafkaConnector } from '../../../src/sandbox/strimzi/connectors/objects.ts'
import { kafkaConnectCrd, kafkaConnectorCrd, startConnectOperator } from '../../../src/sandbox/strimzi/index.ts'
import { CLUSTER, CONNECTORS, CONNECTS, DATAGEN, kafkaConnect, NAMESPACE, type StrimziWorkers, strimziWay } from '../../targets/connector-ways.ts'
import { eventually } from '../../targets/given.ts'

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' } as const

interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[]
  readonly observedGeneration?: number
  readonly connectorStatus?: { readonly connector: { readonly state: string }; readonly tasks: readonly { readonly state: string }[]; readonly type: string }
  readonly tasksMax?: number
  readonly topics?: readonly string[]
  readonly autoRestart?: { readonly count: number }
}
const statusOf = (object: KubeObject | undefined): Status => (object?.status ?? {}) as Status

const config = { 'kafka.topic': 'clickstream', quickstart: 'clickstream', 'max.interval': 50 }
const kafkaConnector = (name: string, spec: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaConnector',
  metadata: { name, namespace: NAMESPACE, labels: { 'strimzi.io/cluster': CLUSTER }, ...metadata },
  spec: { class: DATAGEN, tasksMax: 1, config, ...spec },
})

describe("What Strimzi's connect operator does", () => {
  let workers: StrimziWorkers
  before(async () => {
    workers = await strimziWay({ fullReconciliationMs: 400 })
  })
  after(() => workers.close())

  const create = (name: string, spec?: object, metadata?: object) => workers.kube.create(CONNECTORS, kafkaConnector(name, spec, metadata))
  const merge = (name: string, body: object) => workers.kube.patch(CONNECTORS, NAMESPACE, name, { type: 'merge', body })
  const annotate = (name: string, annotations: object) => merge(name, { metadata: { annotations } })
  const get = (name: string) => workers.kube.get(CONNECTORS, NAMESPACE, name)
  const until = (name: string, holds: (status: Status, object: KubeObject) => boolean) =>
    eventually(async () => {
      const object = await get(name)
      return object && holds(statusOf(object), object) ? object : undefined
    })
  const has = (type: string) => (status: Status, object: KubeObject) =>
    status.observedGeneration === object.metadata.generation && (status.conditions?.some((one) => one.type === type && one.status === 'True') ?? false)
  const running = (name: string) => until(name, (status, object) => has('Ready')(status, object) && status.connectorStatus?.tasks[0]?.state === 'RUNNING')
  const remove = (name: string) => workers.kube.delete(CONNECTORS, NAMESPACE, name)
  const refused = async (name: string) => {
    const { reason, message } = statusOf(await until(name, has('NotReady'))).conditions!.find(({ type }) => type === 'NotReady')!
    await remove(name)
    return { reason, message }
  }
  const names = async () => (await workers.rest.request({ method: 'GET', path: ['connectors'], answer: z.array(z.string()) })).body
  const inConnect = async (name: string) =>
    (await workers.rest.request({ method: 'GET', path: ['connectors', name, 'config'], answer: z.record(z.string(), z.string()) })).body
  const warning = (reason: string, message: RegExp) => (status: Status) =>
    status.conditions?.some((one) => one.type === 'Warning' && one.reason === reason && message.test(one.message ?? '')) ?? false

  it('tells of a KafkaConnect its address, plugins and replicas', async () => {
    const seen = await eventually(async () => {
      const object = await workers.kube.get(CONNECTS, NAMESPACE, CLUSTER)
      return has('Ready')(statusOf(object), object!) ? object : undefined
    })
    const status = seen?.status as { url: string; replicas: number; connectorPlugins: { class: string; type: string }[] }
    assert.equal(status.url, `http://${CLUSTER}-connect-api.${NAMESPACE}.svc:8083`)
    assert.equal(status.replicas, 1)
    assert.ok(status.connectorPlugins.some((plugin) => plugin.class === DATAGEN && plugin.type === 'source'))
  })

  it('makes a connector, tells what Connect says of it, and has no NotReady beside Ready', async () => {
    await create('made')
    const { conditions, connectorStatus, tasksMax, topics } = statusOf(await running('made'))
    assert.deepEqual(
      conditions?.map(({ type }) => type),
      ['Ready'],
    )
    assert.equal(connectorStatus?.type, 'source')
    assert.equal(tasksMax, 1)
    assert.deepEqual(topics, ['clickstream'])
    assert.equal((await inConnect('made'))['max.interval'], '50')
    await remove('made')
    await eventually(async () => !(await names()).includes('made'))
  })

  it('writes nothing while nothing changes', async () => {
    await create('still')
    const before = (await running('still')).metadata.resourceVersion
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    assert.equal((await get('still'))?.metadata.resourceVersion, before)
    await remove('still')
  })

  it('sets class, tasks and name itself, whatever the config says', async () => {
    await create('own', { config: { ...config, name: 'other', 'tasks.max': 7, 'connector.class': 'no.such', transforms: [] } })
    await running('own')
    const real = await inConnect('own')
    assert.deepEqual([real.name, real['tasks.max'], real['connector.class'], real.transforms], ['own', '1', DATAGEN, ''])
    await remove('own')
  })

  it('says why one is not ready', async () => {
    await create('refused', { config: { ...config, quickstart: 'nope' } })
    const said = await refused('refused')
    assert.equal(said.reason, 'ConnectRestException')
    assert.match(said.message ?? '', /^PUT \/connectors\/refused\/config returned 400 \(Bad Request\): Connector configuration is invalid/)

    await create('lost', {}, { labels: { 'strimzi.io/cluster': 'nowhere' } })
    assert.deepEqual(await refused('lost'), {
      reason: 'NoSuchResourceException',
      message: `KafkaConnect resource 'nowhere' identified by label 'strimzi.io/cluster' does not exist in namespace ${NAMESPACE}.`,
    })
    await create('unlabelled', {}, { labels: {} })
    assert.equal((await refused('unlabelled')).reason, 'InvalidResourceException')
    await create('odd', { config: { ...config, nested: { a: 1 } } })
    assert.equal((await refused('odd')).reason, 'InvalidConfigParameterException')
    await workers.kube.create(CONNECTS, kafkaConnect('plain', { annotations: {} }))
    await create('unmanaged', {}, { labels: { 'strimzi.io/cluster': 'plain' } })
    assert.deepEqual(await refused('unmanaged'), { reason: 'NoSuchResourceException', message: 'Not configured for connector management' })
    await workers.kube.delete(CONNECTS, NAMESPACE, 'plain')
  })

  it('says of a failed task that it is not ready, with the trace beside it', async () => {
    await create('ends', { config: { ...config, 'max.interval': 1, iterations: 2 } })
    const said = statusOf(await until('ends', has('NotReady')))
    assert.deepEqual(
      said.conditions?.map(({ type, reason, message }) => [type, reason, message]),
      [['NotReady', 'Throwable', 'The following tasks have failed: 0, see connectorStatus for more details.']],
    )
    assert.match(JSON.stringify(said.connectorStatus), /generated the configured 2 number of messages/)
    await remove('ends')
  })

  it('follows the state of the spec, and undoes what was done in Connect', async () => {
    await create('states', { state: 'stopped' })
    await until('states', (status) => status.connectorStatus?.connector.state === 'STOPPED')
    await merge('states', { spec: { state: 'paused' } })
    await until('states', (status) => status.connectorStatus?.connector.state === 'PAUSED')
    await merge('states', { spec: { state: null } })
    await running('states')
    await workers.rest.request({
      method: 'PUT',
      path: ['connectors', 'states', 'config'],
      body: { ...(await inConnect('states')), 'max.interval': '9' },
      answer: z.unknown(),
    })
    await eventually(async () => (await inConnect('states'))['max.interval'] === '50')
    await remove('states')
  })

  it('removes what is in Connect without an object', async () => {
    const body = { name: 'stray', config: { ...config, 'max.interval': '50', 'connector.class': DATAGEN } }
    await workers.rest.request({ method: 'POST', path: ['connectors'], body, answer: z.unknown() })
    await eventually(async () => !(await names()).includes('stray'))
  })

  it('restarts by annotation, which it takes off; a wrong one stays, with a warning', async () => {
    await create('restarted', { config: { ...config, 'max.interval': 1, iterations: 2 } })
    await until('restarted', has('NotReady'))
    for (const annotations of [{ 'strimzi.io/restart-task': '0' }, { 'strimzi.io/restart': 'true' }, { 'strimzi.io/restart': 'includeTasks,onlyFailed' }]) {
      await annotate('restarted', annotations)
      await until('restarted', (_, { metadata }) => Object.keys(annotations).every((name) => metadata.annotations?.[name] === undefined))
    }
    await annotate('restarted', { 'strimzi.io/restart': 'soon' })
    await until('restarted', warning('RestartConnector', /Invalid annotation format/))
    await annotate('restarted', { 'strimzi.io/restart': null, 'strimzi.io/restart-task': '7' })
    await until('restarted', warning('RestartConnectorTask', /Failed to restart connector task restarted:7\. .*404/))
    await remove('restarted')
  })

  it('lists, alters and resets offsets, the last two only of one that is stopped', async () => {
    await create('offsets', { listOffsets: { toConfigMap: { name: 'seen' } }, alterOffsets: { fromConfigMap: { name: 'wanted' } } })
    await running('offsets')
    await annotate('offsets', { 'strimzi.io/connector-offsets': 'reset' })
    await until('offsets', warning('ResetOffsets', /Connector is not in STOPPED state/))
    await merge('offsets', { spec: { state: 'stopped' } })
    await until('offsets', (_, { metadata }) => metadata.annotations?.['strimzi.io/connector-offsets'] === undefined)

    const listed = async () => {
      await annotate('offsets', { 'strimzi.io/connector-offsets': 'list' })
      await until('offsets', (_, { metadata }) => metadata.annotations?.['strimzi.io/connector-offsets'] === undefined)
      const map = await workers.kube.get(CONFIG_MAPS, NAMESPACE, 'seen')
      assert.equal(map?.metadata.ownerReferences?.[0]?.name, 'offsets')
      return JSON.parse((map.data as Record<string, string>)['offsets.json']!) as { offsets: unknown[] }
    }
    assert.deepEqual(await listed(), { offsets: [] })
    await annotate('offsets', { 'strimzi.io/connector-offsets': 'alter' })
    await until('offsets', warning('AlterOffsets', /ConfigMap kafka\/wanted does not exist/))
    const wanted = { offsets: [{ partition: { 'task.id': 0 }, offset: { iteration: 12 } }] }
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'wanted', namespace: NAMESPACE }, data: { 'offsets.json': JSON.stringify(wanted) } }
    await workers.kube.create(CONFIG_MAPS, map)
    await until('offsets', (_, { metadata }) => metadata.annotations?.['strimzi.io/connector-offsets'] === undefined)
    assert.deepEqual(await listed(), wanted)
    await remove('offsets')
  })

  it('restarts by itself where the spec says so, and counts', async () => {
    await create('auto', { autoRestart: { enabled: true }, config: { ...config, 'max.interval': 1, iterations: 2 } })
    const seen = statusOf(await until('auto', (status) => status.autoRestart?.count === 1))
    assert.equal((seen.autoRestart as { connectorName?: string }).connectorName, 'auto')
    // The next one waits for two minutes.
    await until('auto', has('NotReady'))
    assert.equal(statusOf(await get('auto')).autoRestart?.count, 1)
    await remove('auto')
  })

  it('keeps its hands off an object that says so', async () => {
    await create('held', {}, { annotations: { 'strimzi.io/pause-reconciliation': 'true' } })
    await until('held', (status) => status.conditions?.[0]?.type === 'ReconciliationPaused')
    assert.ok(!(await names()).includes('held'))
    await annotate('held', { 'strimzi.io/pause-reconciliation': null })
    await running('held')
    await remove('held')
  })
})

describe("Strimzi's own restarts", () => {
  const at = (minutes: number) => Date.parse('2026-01-01T00:00:00Z') + minutes * 60_000
  const restarted = (count: number, spec: object = { enabled: true }) =>
    readKafkaConnector({
      ...kafkaConnector('c', { autoRestart: spec }),
      status: { autoRestart: { count, lastRestartTimestamp: new Date(at(0)).toISOString() } },
    })

  for (const [count, minutes] of [
    [1, 2],
    [2, 6],
    [3, 12],
    [7, 56],
    [8, 60],
    [20, 60],
  ] as const)
    it(`wait ${minutes} minutes after ${count}`, () => {
      assert.equal(decideAutoRestart(restarted(count), true, at(minutes) - 1).restart, false)
      const { restart, status } = decideAutoRestart(restarted(count), true, at(minutes))
      assert.deepEqual([restart, status?.count], [true, count + 1])
    })

  it('end where the spec says so', () => assert.equal(decideAutoRestart(restarted(3, { enabled: true, maxRestarts: 3 }), true, at(999)).restart, false))
  it('are forgotten when it has run for long enough', () => {
    assert.equal(decideAutoRestart(restarted(2), false, at(5)).status?.count, 2)
    assert.equal(decideAutoRestart(restarted(2), false, at(7)).status, undefined)
  })
})

describe('A rebalance of Kafka Connect', () => {
  it('is waited for by Strimzi', async () => {
    let refusals = 0
    const rest: Server = createServer((request, response) => {
      const answer = (status: number, body: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (request.url?.endsWith('/config') && refusals < 2) {
        refusals++
        return answer(409, {
          error_code: 409,
          message: 'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)',
        })
      }
      if (request.method === 'PUT') return answer(201, {})
      if (request.url?.endsWith('/config')) return answer(404, { error_code: 404, message: 'Connector c not found' })
      if (request.url?.endsWith('/status')) return answer(200, { name: 'c', connector: { state: 'RUNNING' }, tasks: [], type: 'source' })
      return answer(200, request.url?.endsWith('/topics') ? { c: { topics: [] } } : [])
    })
    await new Promise<void>((resolve) => rest.listen(0, '127.0.0.1', resolve))
    const api = await startKubernetes({ clock: systemClock, random: seededRandom(3), crds: [kafkaConnectCrd, kafkaConnectorCrd] })
    const kube = createKubeApi({ server: api.url })
    await kube.create(
      { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    )
    const url = `http://127.0.0.1:${(rest.address() as AddressInfo).port}`
    const log = createLogger({ name: 'test', level: 'silent' })
    const operator = await startConnectOperator({ kube, namespace: NAMESPACE, workers: { [CLUSTER]: url }, clock: systemClock, log })
    await kube.create(CONNECTS, kafkaConnect())
    await kube.create(CONNECTORS, kafkaConnector('c'))
    await eventually(async () => statusOf(await kube.get(CONNECTORS, NAMESPACE, 'c')).conditions?.[0]?.type === 'Ready')
    assert.equal(refusals, 2)
    await operator.close()
    await api.close()
    rest.close()
  })
})
