import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { LedgerEntry, Observed, Plan, ResourceSpecs } from '../../src/plan/index.ts'
import { summarise } from '../../src/plan/index.ts'
import { eventually, never } from './given.ts'
import { compile, reconcile, type Stack, startStack } from './stack.ts'

const example = readFileSync(new URL('../../examples/01-events-per-minute.yaml', import.meta.url), 'utf8')

/** Kafka and Kubernetes see reads of all kinds; what changes something is what counts. */
const mutations = (stack: Stack, since: number) =>
  Object.entries(stack.servers).flatMap(([name, server]) =>
    server.requests.since(since, { mutating: true }).filter(({ client }) => name !== 'kafka' && client.startsWith('clickstream')),
  )

describe('The targets together', function () {
  this.timeout(30_000)
  let stack: Stack
  const ledger = new Map<string, LedgerEntry>()
  const { graph, owner } = { graph: () => compile(stack, example).graph, owner: { namespace: 'default', pipeline: 'events' } }

  before(async () => {
    stack = await startStack()
  })
  after(async () => {
    await stack.close()
  })

  const repaired = async (): Promise<Plan> => {
    const plans = await reconcile(stack, graph(), owner, ledger)
    return plans.find(({ actions }) => actions.length > 0)!
  }
  const rules = (plan: Plan | undefined) => plan?.actions.map(({ class: cls, id, rule }) => `${cls} ${id} ${rule}`)
  const post = async (url: string, body: unknown, method = 'POST') => {
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from('user:user').toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    assert.ok(answer.status < 300, `${method} ${url} ${answer.status} ${await answer.text()}`)
  }

  it('make a pipeline and then rest', async () => {
    const plans = await reconcile(stack, graph(), owner, ledger)
    assert.ok(plans[0]!.actions.every(({ class: cls, rule }) => cls === 'Create' && rule === 'Missing'))
    assert.equal(ledger.size, graph().nodes.length)
    const since = Date.now()
    const observed = await stack.observe()
    const input = { graph: graph(), observed, ledger: { entries: [...ledger.values()] }, owner }
    const summary = summarise(input)
    assert.deepEqual(
      summary.objects.filter(({ state }) => state !== 'Ready'),
      [],
    )
    assert.deepEqual(mutations(stack, since + 1), [])
  })

  it('see data come to the index', async () => {
    await eventually(async () => {
      const progress = (
        await Promise.all(
          stack.targets.map((target) =>
            target.progress(
              graph().nodes.map(({ id }) => id),
              never,
            ),
          ),
        )
      ).flat()
      const of = (id: string) => progress.find((one) => one.id === id)
      const query = of('Statement/EVENTS_PER_MIN')
      const sink = of('Connector/default.events.EVENTS_PER_MIN')
      return (query?.consumed ?? 0) > 0 && (sink?.consumed ?? 0) > 0 && (of('IndexTemplate/default.events.events_per_min')?.produced ?? 0) > 0
    })
  })

  const find = async (id: string): Promise<Observed | undefined> => (await stack.observe()).find((object) => object.id === id)

  it('repair a connector that somebody deletes, pauses or edits', async () => {
    const { url } = stack.servers.connect
    await post(`${url}/connectors/datagen-clickstream`, undefined, 'DELETE')
    assert.deepEqual(rules(await repaired()), ['Create Connector/datagen-clickstream Drifted'])
    await post(`${url}/connectors/datagen-clickstream/pause`, undefined, 'PUT')
    await eventually(async () => ((await find('Connector/datagen-clickstream'))?.spec as ResourceSpecs['Connector'] | undefined)?.state === 'PAUSED')
    assert.deepEqual(rules(await repaired()), ['InPlace Connector/datagen-clickstream Drifted'])
    const { config } = (await find('Connector/default.events.EVENTS_PER_MIN'))!.spec as ResourceSpecs['Connector']
    await post(`${url}/connectors/default.events.EVENTS_PER_MIN/config`, { ...config, 'batch.size': '7' }, 'PUT')
    assert.deepEqual(rules(await repaired()), ['InPlace Connector/default.events.EVENTS_PER_MIN Drifted'])
  })

  it('repair a query that somebody terminates, and a table that somebody drops', async () => {
    const { url } = stack.servers.ksqldb
    const before = (await find('Statement/EVENTS_PER_MIN'))!.backendId!
    await post(`${url}/ksql`, { ksql: `TERMINATE ${before};` })
    assert.deepEqual(rules(await repaired()), ['Replace Statement/EVENTS_PER_MIN NotRunning'])
    const after = (await find('Statement/EVENTS_PER_MIN'))!.backendId!
    assert.notEqual(after, before)
    await post(`${url}/ksql`, { ksql: `TERMINATE ${after}; DROP TABLE EVENTS_PER_MIN;` })
    assert.deepEqual(rules(await repaired()), ['Create Statement/EVENTS_PER_MIN Drifted'])
  })

  it('repair a template, a data source, a dashboard and a KafkaTopic', async () => {
    await post(`${stack.servers.elasticsearch.url}/_index_template/default.events.events_per_min`, undefined, 'DELETE')
    assert.deepEqual(rules(await repaired()), ['Create IndexTemplate/default.events.events_per_min Drifted'])

    const source = graph().nodes.find(({ kind }) => kind === 'DataSource')!
    const { url } = stack.servers.grafana
    const uid = source.id.slice('DataSource/'.length)
    await post(`${url}/api/datasources/uid/${uid}`, { name: source.name, type: 'elasticsearch', access: 'proxy', url: 'http://nowhere', jsonData: {} }, 'PUT')
    assert.deepEqual(rules(await repaired()), [`InPlace ${source.id} Drifted`])

    const dashboard = graph().nodes.find(({ kind }) => kind === 'Dashboard')!
    const { json } = dashboard.spec as ResourceSpecs['Dashboard']
    await post(`${url}/api/dashboards/db`, { dashboard: { ...json, panels: [] }, overwrite: true })
    assert.deepEqual(rules(await repaired()), [`InPlace ${dashboard.id} Drifted`])

    const topic = graph().nodes.find(({ id }) => id === 'KafkaTopic/clickstream')!.spec as ResourceSpecs['KafkaTopic']
    await post(`${stack.servers.kubernetes.url}/apis/kafka.strimzi.io/v1/namespaces/default/kafkatopics/${topic.objectName}`, undefined, 'DELETE')
    await eventually(async () => (await find('KafkaTopic/clickstream')) === undefined)
    assert.deepEqual(rules(await repaired())?.[0], 'Create KafkaTopic/clickstream Drifted')
  })

  it('remove everything in order, and leave the data behind', async () => {
    const plans = await reconcile(stack, { nodes: [] }, owner, ledger)
    assert.deepEqual(
      plans[0]!.actions.map(({ kind }) => kind),
      ['Dashboard', 'DataSource', 'Connector', 'IndexTemplate', 'Statement', 'Statement', 'Connector', 'KafkaTopic', 'KafkaTopic'],
    )
    assert.equal(ledger.size, 0)
    const left = (await stack.observe()).filter(({ owner: whose, ownerHash }) => whose !== undefined || ownerHash !== undefined)
    assert.deepEqual(left, [])
    assert.deepEqual(
      (await stack.observe()).filter(({ kind }) => kind === 'Statement'),
      [],
    )
    assert.ok((await stack.kafka.listTopics()).includes('EVENTS_PER_MIN'))
  })
})
