/** Every backend as a stand-in on loopback, the targets of a platform that names them, and a small operator to drive both. */
import { parse } from 'yaml'
import { type ClickstreamPlatform, parsePipeline, parsePlatform } from '../../src/api/index.ts'
import {
  type Action,
  type CompileFacts,
  compilePipeline,
  type Graph,
  type LedgerEntry,
  type Observed,
  type Owner,
  type Plan,
  planChanges,
} from '../../src/plan/index.ts'
import { createKafkaClient, createKubeApi, createLogger, type KafkaClient, seededRandom, systemClock } from '../../src/ports/index.ts'
import { startConnect } from '../../src/sandbox/connect/index.ts'
import { startElasticsearch } from '../../src/sandbox/elasticsearch/index.ts'
import { startGrafana } from '../../src/sandbox/grafana/index.ts'
import { startKafka } from '../../src/sandbox/kafka/index.ts'
import { startKsqldb } from '../../src/sandbox/ksqldb/index.ts'
import { startKubernetes } from '../../src/sandbox/kubernetes/index.ts'
import type { SandboxServer } from '../../src/sandbox/server.ts'
import { kafkaTopicCrd, startStrimzi } from '../../src/sandbox/strimzi/index.ts'
import { createTargets, type ReferenceReader, type Target } from '../../src/targets/index.ts'

const NAMESPACE = 'default'
const never = new AbortController().signal

export interface Stack {
  readonly platform: ClickstreamPlatform
  readonly targets: readonly Target[]
  readonly servers: Readonly<Record<'kafka' | 'kubernetes' | 'ksqldb' | 'connect' | 'elasticsearch' | 'grafana', SandboxServer>>
  readonly kafka: KafkaClient
  readonly facts: CompileFacts
  observe(): Promise<Observed[]>
  close(): Promise<void>
}

export async function startStack(): Promise<Stack> {
  const clock = systemClock
  const log = createLogger({ name: 'stack', level: process.env.LOG_LEVEL ?? 'silent' })
  const random = seededRandom(7)
  const kafkaServer = await startKafka({ clock, random })
  const client = (clientId: string) => createKafkaClient({ brokers: [kafkaServer.url], clientId })
  const clients = { strimzi: client('strimzi'), ksqldb: client('ksqldb'), connect: client('connect'), operator: client('operator') }
  const kubernetes = await startKubernetes({ clock, random, crds: [kafkaTopicCrd] })
  const kube = createKubeApi({ server: kubernetes.url })
  const strimzi = await startStrimzi({ kube, kafka: clients.strimzi, namespace: NAMESPACE, clock, log })
  const connect = await startConnect({ kafka: clients.connect, clock, random, log })
  const ksqldb = await startKsqldb({ kafka: clients.ksqldb, connectUrl: connect.url, clock, random, log })
  const elasticsearch = await startElasticsearch({ clock, random })
  const grafana = await startGrafana({ clock })
  const platform = parsePlatform({
    apiVersion: 'clickstream.dev/v1alpha1',
    kind: 'ClickstreamPlatform',
    metadata: { name: 'default', namespace: NAMESPACE },
    spec: {
      kafka: { bootstrapServers: kafkaServer.url, strimziCluster: 'kafka' },
      ksqldb: { url: ksqldb.url },
      connect: { url: connect.url },
      elasticsearch: { url: elasticsearch.url },
      grafana: { url: grafana.url, secretRef: { name: 'grafana-admin' } },
    },
  })
  if (!platform.ok) throw new Error(JSON.stringify(platform.errors))
  const references: ReferenceReader = {
    secret: async (_, name) => (name === 'grafana-admin' ? { username: 'user', password: 'user' } : undefined),
    configMap: async () => undefined,
  }
  const targets = createTargets(platform.value, references, { clock, kafka: clients.operator, kube })
  const { plugins } = await targets.find(({ backend }) => backend === 'connect')!.probe(never)
  return {
    platform: platform.value,
    targets,
    servers: { kafka: kafkaServer, kubernetes, ksqldb, connect, elasticsearch, grafana },
    kafka: clients.operator,
    facts: { ...(plugins ? { plugins } : {}) },
    observe: async () => (await Promise.all(targets.map((target) => target.observe(never)))).flat(),
    async close() {
      await connect.close()
      await ksqldb.close()
      await strimzi.close()
      await grafana.close()
      await elasticsearch.close()
      await kubernetes.close()
      for (const one of Object.values(clients)) await one.close()
      await kafkaServer.close()
    },
  }
}

export function compile(stack: Stack, text: string, facts: CompileFacts = {}): { graph: Graph; owner: Owner } {
  const object = parse(text)
  const pipeline = parsePipeline({ ...object, metadata: { namespace: NAMESPACE, ...object.metadata } })
  if (!pipeline.ok) throw new Error(JSON.stringify(pipeline.errors))
  const compiled = compilePipeline({ pipeline: pipeline.value, platform: stack.platform, configMaps: new Map(), facts: { now: 0, ...stack.facts, ...facts } })
  if (!compiled.graph) throw new Error(JSON.stringify(compiled.findings))
  return { graph: compiled.graph, owner: { namespace: NAMESPACE, pipeline: pipeline.value.metadata.name } }
}

/** Plans and acts until a look at everything asks for nothing more; the plans it saw, and the ledger as it went on. */
export async function reconcile(stack: Stack, graph: Graph, owner: Owner, ledger: Map<string, LedgerEntry>): Promise<Plan[]> {
  const plans: Plan[] = []
  for (let round = 0; round < 300; round++) {
    const observed = await stack.observe()
    const plan = planChanges({ graph, observed, ledger: { entries: [...ledger.values()] }, owner })
    plans.push(plan)
    for (const entry of plan.recovered) ledger.set(entry.id, entry)
    const errors = plan.findings.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) throw new Error(JSON.stringify(errors))
    const ready = graph.nodes.every(({ id }) => observed.some((object) => object.id === id && object.health !== 'Pending'))
    if (plan.actions.length === 0 && ready) return plans
    await actOn(stack, plan, owner, ledger, observed)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it never came to rest')
}

async function actOn(stack: Stack, plan: Plan, owner: Owner, ledger: Map<string, LedgerEntry>, observed: readonly Observed[]): Promise<void> {
  const blocked = new Set<string>()
  for (const action of plan.actions) {
    const unready = action.desired?.dependsOn.some((id) => id.startsWith('KafkaTopic/') && observed.find((object) => object.id === id)?.health !== 'Ready')
    if (unready || action.after.some((id) => blocked.has(id))) {
      blocked.add(action.id)
      continue
    }
    if (await perform(stack, action, owner, ledger)) blocked.add(action.id)
  }
}

async function perform(stack: Stack, action: Action, owner: Owner, ledger: Map<string, LedgerEntry>): Promise<boolean> {
  const target = stack.targets.find(({ kinds }) => kinds.includes(action.kind))!
  if (action.class === 'Remove') {
    const { pending } = await target.remove(action.entry!, owner, never)
    if (!pending) ledger.delete(action.id)
    return pending ?? false
  }
  const { id, kind, name, hash, specPath, onRemove } = action.desired!
  const { backendId, pending } = await target.apply(action, owner, never)
  ledger.set(id, { id, kind, name, phase: 'done', hash, specPath, onRemove, ...(backendId === undefined ? {} : { backendId }) })
  return pending ?? false
}
