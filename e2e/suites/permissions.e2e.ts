/**
 * The permissions of the operator. A run that makes, changes, mends and removes everything uses exactly those that are recorded (with
 * CLICKSTREAM_E2E_RECORD=1 they are recorded anew), and the chart grants exactly those; without any one of them it says which is
 * missing, and goes on when it is back.
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { formatPermissions, nameOf, type Permission, RECORDED, readPermissions, type Scope } from '../../scripts/permissions.ts'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { type KubeResource, systemClock } from '../../src/ports/index.ts'
import { KAFKA_CONNECT } from '../../src/sandbox/index.ts'
import { then } from '../given.ts'
import { givenInstallation, type Installation, NAME, OPERATORS, type OperatorProcess, smallPipeline, TENANT } from '../installed.ts'
import { permissionsOf } from '../permissions/asked.ts'

const ROLES: KubeResource = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'roles', kind: 'Role' }
const TOPICS: KubeResource = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' }
const CONNECTS: KubeResource = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnects', kind: 'KafkaConnect' }
const VALUES = { watchNamespaces: [TENANT] }

const conditionsSchema = z.array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
type Conditions = z.infer<typeof conditionsSchema>

describe('permissions', function () {
  this.timeout(600_000)
  let here: Installation
  let operator: OperatorProcess

  before(async () => {
    here = await givenInstallation('permissions')
    await here.install({ values: VALUES })
  })
  after(() => here?.close())

  async function conditionsOf(resource: KubeResource, name: string): Promise<Conditions> {
    const object = await here.kube.get(resource, TENANT, name)
    return conditionsSchema.parse((object?.status as { conditions?: unknown } | undefined)?.conditions ?? [])
  }

  const thenHolds = (name: string, type: string, timeoutMs?: number) =>
    then(
      `${type} of ${name}`,
      () => conditionsOf(PIPELINE, name),
      (seen) => seen.some((condition) => condition.type === type && condition.status === 'True'),
      timeoutMs,
    )

  /** Beside a KafkaConnect Strimzi removes every connector that is no object, so that it goes before the next pipeline comes. */
  async function whenAllRemoved(name: string): Promise<void> {
    await whenRemoved(PIPELINE, name, 180_000)
    await whenRemoved(PLATFORM, name)
    await here.kube.delete(CONNECTS, TENANT, KAFKA_CONNECT)
  }

  async function whenRemoved(resource: KubeResource, name: string, timeoutMs?: number): Promise<void> {
    await here.kube.delete(resource, TENANT, name)
    await then(
      `${name} is gone`,
      () => here.kube.get(resource, TENANT, name),
      (seen) => seen === undefined,
      timeoutMs,
    )
  }

  describe('of a run that does everything', () => {
    let since: number
    let found: Permission[]

    before(async () => {
      since = systemClock.now()
      operator = await here.startOperator()
    })
    after(() => operator?.process.stop())

    for (const strimziConnect of [false, true]) {
      const name = strimziConnect ? 'by-objects' : 'by-rest'
      /** Nobody reads it: a query whose topic is gone for a moment waits for half a minute. */
      const spare = () => topicOf(`spare-${name}`)
      const topics = (partitions: number) => ({ topics: [{ name: `clicks-${name}` }, { name: `spare-${name}`, partitions }] })

      it(`makes, changes and mends a pipeline whose connectors are ${strimziConnect ? 'KafkaConnectors' : "Connect's own"}`, async () => {
        await here.apply(...here.platform(name, { strimziConnect }), smallPipeline(name, { platform: name, spec: topics(1) }))
        await thenHolds(name, 'Ready')
        await here.apply(smallPipeline(name, { platform: name, spec: topics(2) }))
        await then('the topic has two partitions', spare, (seen) => (seen?.spec as { partitions?: number } | undefined)?.partitions === 2)
        // The second time it is one more of the same event.
        for (const time of [1, 2]) {
          const before = (await spare())!.metadata
          await here.kube.delete(TOPICS, TENANT, before.name)
          await then(`the topic is there again, ${time}`, spare, (seen) => seen !== undefined && seen.metadata.uid !== before.uid)
          await thenHolds(name, 'Ready')
        }
        if (strimziConnect) await here.apply(smallPipeline(name, { platform: name, spec: { ...topics(2), ...faster(name) } }))
        await thenHolds(name, 'Ready')
      })

      it('removes it again, and its platform', async () => {
        await whenAllRemoved(name)
      })
    }

    it('uses the permissions that are recorded, no other, and all of them', async () => {
      await operator.process.stop()
      found = permissionsOf(await here.askedSince(since), OPERATORS)
      const text = formatPermissions(found)
      if (process.env.CLICKSTREAM_E2E_RECORD) await writeFile(RECORDED, text)
      assert.equal(text, await readFile(RECORDED, 'utf8'))
    })

    it('asks for no object of the whole cluster', async () => {
      const asked = await here.askedSince(since)
      assert.deepEqual(
        asked.filter(({ path, namespace }) => path === undefined && namespace === ''),
        [],
      )
      assert.deepEqual(
        asked.filter(({ namespace }) => ![TENANT, OPERATORS, ''].includes(namespace)),
        [],
      )
    })

    async function topicOf(topicName: string) {
      const { items } = await here.kube.list(TOPICS, { namespace: TENANT })
      return items.find((item) => (item.spec as { topicName?: string }).topicName === topicName)
    }
  })

  describe('when one is missing', () => {
    before(function () {
      if (here.isReal) return
      console.log('      skipped: it needs a real kubernetes')
      this.skip()
    })

    const READING = ['get', 'list', 'watch']
    const cases = readPermissions()
      .filter(({ scope }) => scope !== 'discovery')
      .flatMap((one) => [true, false].map((reading) => ({ ...one, verbs: one.verbs.filter((verb) => READING.includes(verb) === reading) })))
      .filter(({ verbs }) => verbs.length > 0)

    for (const [index, missing] of cases.entries()) {
      const title = `${missing.verbs.join(', ')} ${nameOf(missing)} (${missing.scope})`
      it(`says so, and goes on when it is back: ${title}`, async () => {
        const name = `without-${index}`
        const strimziConnect = /kafkaconnect/.test(missing.resource!)
        const restore = await takeAway(missing)
        operator = await here.startOperator()
        try {
          await here.apply(...here.platform(name, { strimziConnect }), smallPipeline(name, { platform: name }))
          // A missing event costs the pipeline nothing: it stands in the metrics and the log only.
          const isEvents = missing.resource === 'events'
          await then(
            'the missing permission is told',
            () => whereTold(missing, name),
            (places) => places.includes('metric') && (isEvents || places.length > 1),
            90_000,
          )
          await restore()
          await thenHolds(name, 'Ready', 180_000)
          // Who leads is told only once, so that nobody finds out that it would be permitted now.
          const isToldOnce = isEvents && missing.scope === 'election'
          if (!isToldOnce)
            await then(
              'nothing is missing any more',
              () => whereTold(missing, name),
              (places) => places.length === 0,
              180_000,
            )
          await whenAllRemoved(name)
        } finally {
          await restore()
          await operator.process.stop()
        }
      })
    }

    /** Takes verbs out of the rule of a Role; what is returned gives them back. */
    async function takeAway({ scope, group, resource, verbs }: Permission): Promise<() => Promise<void>> {
      const place = roleOf(scope)
      const { rules } = (await here.kube.get(ROLES, place.namespace, place.name)) as unknown as {
        rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
      }
      const write = async (body: object) => void (await here.kube.patch(ROLES, place.namespace, place.name, { type: 'merge', body }))
      const less = rules.flatMap((rule) => {
        if (rule.apiGroups[0] !== group || rule.resources[0] !== resource) return [rule]
        const left = rule.verbs.filter((verb) => !verbs.includes(verb))
        return left.length > 0 ? [{ ...rule, verbs: left }] : []
      })
      assert.notDeepEqual(less, rules)
      await write({ rules: less })
      return () => write({ rules })
    }

    const roleOf = (scope: Scope) => (scope === 'election' ? { namespace: OPERATORS, name: `${NAME}-leader-election` } : { namespace: TENANT, name: NAME })

    /** `condition`, `readyz`, `metric`: where the operator names one of the verbs with its resource. */
    async function whereTold({ verbs, group, resource }: Permission, name: string): Promise<string[]> {
      const named = (text: string) => verbs.some((verb) => text.includes(`verb ${verb}, resource ${resource}, apiGroup ${group === '' ? '"" (core)' : group}`))
      const conditions = [...(await conditionsOf(PIPELINE, name)), ...(await conditionsOf(PLATFORM, name))]
      const readyz = await fetch(`${operator.url}/readyz`)
      const body = await readyz.text()
      const metrics = await (await fetch(`${operator.url}/metrics`)).text()
      const lines = metrics.split('\n').filter((line) => line.startsWith('clickstream_permission_missing{') && line.endsWith(' 1'))
      return [
        ...(conditions.some(({ reason, message }) => reason === 'Forbidden' && named(message)) ? ['condition'] : []),
        ...(readyz.status === 503 && named(body) ? ['readyz'] : []),
        ...(lines.some((line) => verbs.some((verb) => line.includes(`verb="${verb}",resource="${resource}"`))) ? ['metric'] : []),
      ]
    }
  })
})

/** A change of a connector. */
const faster = (name: string) => ({ sources: [{ name: `datagen-${name}`, datagen: { preset: 'clickstream', topic: `clicks-${name}`, interval: '50ms' } }] })
