/** An operator over a Kubernetes API and five backends in memory, in virtual time. */
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { type Operator, type OperatorOptions, startOperator } from '../../src/controller/index.ts'
import { createLogger, type KubeApi, type KubeObject, seededRandom, VirtualClock } from '../../src/ports/index.ts'
import { MemoryKube } from './memory-kube.ts'
import { MemoryWorld } from './memory-world.ts'

export interface Scene {
  readonly clock: VirtualClock
  readonly kube: MemoryKube
  readonly world: MemoryWorld
  readonly operator: Operator
  pipeline(name?: string): KubeObject | undefined
  condition(type: string, name?: string): { status: string; reason: string; message: string } | undefined
  events(name?: string): { reason: string; message: string; type: string; count: number }[]
}

export const platformObject = (name = 'default', namespace = 'shop', spec: object = {}): KubeObject => ({
  apiVersion: 'clickstream.dev/v1alpha1',
  kind: 'ClickstreamPlatform',
  metadata: { name, namespace },
  spec: {
    kafka: { bootstrapServers: 'kafka:9092', strimziCluster: 'kafka' },
    ksqldb: { url: 'http://ksqldb:8088' },
    connect: { url: 'http://connect:8083' },
    elasticsearch: { url: 'http://elasticsearch:9200' },
    grafana: { url: 'http://grafana:3000' },
    ...spec,
  },
})

/** A topic with generated clicks, and one metric. `metric`: its table. */
export const pipelineObject = (name = 'events', spec: object = {}, metric = 'EVENTS_PER_MIN', namespace = 'shop'): KubeObject => ({
  apiVersion: 'clickstream.dev/v1alpha1',
  kind: 'ClickstreamPipeline',
  metadata: { name, namespace },
  spec: {
    topics: [{ name: `${name}-clicks` }],
    sources: [{ name: `${name}-gen`, datagen: { preset: 'clickstream', topic: `${name}-clicks` } }],
    statements: [
      {
        name: 'clicks',
        sql: `CREATE STREAM ${name.toUpperCase().replaceAll('-', '_')}_CLICKS (USERID INT, BYTES BIGINT) WITH (KAFKA_TOPIC = '${name}-clicks', VALUE_FORMAT = 'JSON');`,
      },
    ],
    metrics: [
      {
        name: metric,
        from: `${name.toUpperCase().replaceAll('-', '_')}_CLICKS`,
        measures: [{ name: 'EVENTS', function: 'count' }],
        by: ['USERID'],
        window: { type: 'tumbling', size: '60s' },
        panel: { title: 'Events per minute' },
      },
    ],
    ...spec,
  },
})

export function operate(
  clock: VirtualClock,
  kube: KubeApi,
  world: Pick<MemoryWorld, 'connectTargets'>,
  options: Partial<OperatorOptions> = {},
): Promise<Operator> {
  return startOperator({
    kube,
    clock,
    random: seededRandom(3),
    log: createLogger({ name: 'test', level: process.env.TEST_LOG ?? 'silent' }),
    connectTargets: world.connectTargets,
    ...options,
  })
}

export async function setScene(objects: readonly KubeObject[]): Promise<Scene> {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const kube = new MemoryKube(() => clock.now())
  const world = new MemoryWorld(clock)
  for (const object of objects) await kube.create(object.kind === PIPELINE.kind ? PIPELINE : PLATFORM, object)
  const operator = await operate(clock, kube, world)
  return sceneOf(clock, kube, world, operator)
}

export function sceneOf(clock: VirtualClock, kube: MemoryKube, world: MemoryWorld, operator: Operator): Scene {
  const pipeline = (name = 'events') => kube.find(PIPELINE, 'shop', name)
  return {
    clock,
    kube,
    world,
    operator,
    pipeline,
    condition(type, name) {
      const status = pipeline(name)?.status as { conditions?: { type: string; status: string; reason: string; message: string }[] } | undefined
      return status?.conditions?.find((condition) => condition.type === type)
    },
    events(name = 'events') {
      const all = kube.all({ plural: 'events' }) as unknown as {
        involvedObject: { name: string }
        reason: string
        message: string
        type: string
        count: number
      }[]
      return all.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason, message, type, count }) => ({ reason, message, type, count }))
    },
  }
}

/** Stops while virtual time goes on. */
export async function stopOperator({ operator, clock }: { operator: Operator; clock: VirtualClock }): Promise<void> {
  const stopped = operator.stop()
  await clock.advance(10_000)
  await stopped
}
