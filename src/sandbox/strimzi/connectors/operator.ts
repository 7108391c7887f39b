/**
 * What Strimzi's cluster operator (1.x) does with KafkaConnect and KafkaConnector objects, as a client of any Kubernetes API and
 * any Kafka Connect: no package brings the real one. It starts no workers: which address stands for which KafkaConnect is given.
 */
import { type Clock, Failure, type KubeApi, type KubeObject, type Logger } from '../../../ports/index.ts'
import { watchObjects } from '../watch.ts'
import {
  CLUSTER_LABEL,
  ConnectorError,
  isPaused,
  type KafkaConnect,
  type KafkaConnector,
  kafkaConnectors,
  kafkaConnects,
  readKafkaConnect,
  readKafkaConnector,
  usesResources,
} from './objects.ts'
import { reconcileConnector } from './reconcile.ts'
import { type ConnectRest, createConnectRest } from './rest.ts'
import { connectorStatusAfter, type Reconciled, readiness, writeStatus } from './status.ts'

export interface ConnectOperatorOptions {
  readonly kube: KubeApi
  /** The one namespace that is watched. */
  readonly namespace: string
  /** Name of a KafkaConnect -> address of the REST API of its workers. */
  readonly workers: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly log: Logger
  /** How often everything is looked at again: only then a task that fails later shows. Default 120 s, as in Strimzi. */
  readonly fullReconciliationMs?: number
}

const FULL_RECONCILIATION_MS = 120_000
const RETRY_MS = 1_000
const REST_PORT = 8083

export async function startConnectOperator(options: ConnectOperatorOptions): Promise<{ close(): Promise<void> }> {
  const operator = new ConnectOperator(options)
  operator.start()
  return { close: () => operator.close() }
}

type Work = () => Promise<void>

class ConnectOperator {
  readonly #options: ConnectOperatorOptions
  readonly #stop = new AbortController()
  readonly #workers: ReadonlyMap<string, ConnectRest>
  readonly #connectors = new Map<string, KafkaConnector>()
  readonly #connects = new Map<string, KafkaConnect>()
  /** One piece of work for each object; the newest state is read when its turn comes. */
  readonly #waiting = new Map<string, Work>()
  /** Both lists have been seen once: before that, a connector without object is only not known yet. */
  readonly #listed = new Set<string>()
  #wake = () => {}
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: ConnectOperatorOptions) {
    this.#options = options
    const rests = Object.entries(options.workers).map(([name, url]) => [name, createConnectRest(url, options.clock, this.#stop.signal)] as const)
    this.#workers = new Map(rests)
  }

  start(): void {
    const { fullReconciliationMs, ...common } = this.#options
    const watch = { ...common, signal: this.#stop.signal, relistMs: fullReconciliationMs ?? FULL_RECONCILIATION_MS }
    const connectors = watchObjects({
      ...watch,
      resource: kafkaConnectors,
      onListed: (objects) => this.#replace(this.#connectors, objects.map(readKafkaConnector), 'connectors'),
      onChanged: (object) => this.#connectorSeen(object),
      onDeleted: (object) => this.#connectorGone(object),
    })
    const connects = watchObjects({
      ...watch,
      resource: kafkaConnects,
      onListed: (objects) => this.#replace(this.#connects, objects.map(readKafkaConnect), 'connects'),
      onChanged: (object) => {
        const connect = readKafkaConnect(object)
        this.#connects.set(connect.metadata.name, connect)
        this.#queueConnect(connect.metadata.name)
      },
      onDeleted: (object) => {
        this.#connects.delete(object.metadata.name)
        for (const { metadata } of this.#connectors.values()) if (metadata.labels[CLUSTER_LABEL] === object.metadata.name) this.#queueConnector(metadata.name)
      },
    })
    this.#running = Promise.all([connectors, connects, this.#work()])
  }

  #replace<T extends KafkaConnect | KafkaConnector>(known: Map<string, T>, objects: readonly T[], list: string): void {
    known.clear()
    for (const object of objects) known.set(object.metadata.name, object)
    this.#listed.add(list)
    if (this.#listed.size < 2) return
    for (const name of this.#connects.keys()) this.#queueConnect(name)
    for (const name of this.#connectors.keys()) this.#queueConnector(name)
  }

  #connectorSeen(object: KubeObject): void {
    const connector = readKafkaConnector(object)
    this.#connectors.set(connector.metadata.name, connector)
    this.#queueConnector(connector.metadata.name)
  }

  #connectorGone(object: KubeObject): void {
    const { metadata } = readKafkaConnector(object)
    this.#connectors.delete(metadata.name)
    this.#queue(`connector ${metadata.name}`, async () => {
      const connect = this.#connects.get(metadata.labels[CLUSTER_LABEL] ?? '')
      if (this.#connectors.has(metadata.name) || !connect || !usesResources(connect)) return
      await this.#workers.get(connect.metadata.name)?.remove(metadata.name)
    })
  }

  #queueConnector(name: string): void {
    this.#queue(`connector ${name}`, async () => {
      const connector = this.#connectors.get(name)
      if (!connector || connector.metadata.deletionTimestamp !== undefined) return
      const { kube, clock } = this.#options
      const result = isPaused(connector) ? undefined : await this.#reconciled(connector)
      const at = new Date(clock.now()).toISOString()
      // The status that was read with it may be an old one by now.
      const newest = this.#connectors.get(name)
      if (newest) await writeStatus(kube, kafkaConnectors, newest, connectorStatusAfter(connector, result, at), this.#stop.signal)
    })
  }

  async #reconciled(connector: KafkaConnector): Promise<Reconciled | ConnectorError> {
    const { kube, clock, log, namespace } = this.#options
    try {
      const cluster = connector.metadata.labels[CLUSTER_LABEL]
      if (cluster === undefined)
        throw new ConnectorError('InvalidResourceException', `Resource lacks label '${CLUSTER_LABEL}': No connect cluster in which to create this connector.`)
      const connect = this.#connects.get(cluster)
      if (!connect) throw noSuchConnect(cluster, namespace)
      if (connect.spec.replicas === 0)
        throw new ConnectorError('RuntimeException', `Kafka Connect cluster '${cluster}' in namespace ${namespace} has 0 replicas.`)
      if (!usesResources(connect)) throw new ConnectorError('NoSuchResourceException', 'Not configured for connector management')
      const rest = this.#workers.get(cluster)
      if (!rest) throw noWorkers(cluster)
      return await reconcileConnector(connector, { kube, clock, log, rest, signal: this.#stop.signal })
    } catch (error) {
      if (error instanceof ConnectorError) return error
      throw error
    }
  }

  #queueConnect(name: string): void {
    this.#queue(`connect ${name}`, async () => {
      const connect = this.#connects.get(name)
      if (!connect) return
      const { kube, clock } = this.#options
      const at = new Date(clock.now()).toISOString()
      const { metadata, spec } = connect
      const common = {
        observedGeneration: metadata.generation,
        replicas: spec.replicas,
        labelSelector: `strimzi.io/cluster=${name},strimzi.io/name=${name}-connect,strimzi.io/kind=KafkaConnect`,
      }
      try {
        const rest = this.#workers.get(name)
        if (!rest) throw noWorkers(name)
        const plugins = (await rest.plugins()).map((plugin) => ({ class: plugin.class, type: plugin.type, version: plugin.version ?? 'null' }))
        if (usesResources(connect)) await this.#removeStrangers(name, rest)
        const url = `http://${name}-connect-api.${metadata.namespace}.svc:${REST_PORT}`
        const status = { ...common, conditions: [readiness(undefined, at)], url, connectorPlugins: plugins }
        await writeStatus(kube, kafkaConnects, connect, status, this.#stop.signal)
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error
        await writeStatus(kube, kafkaConnects, connect, { ...common, conditions: [readiness(error, at)] }, this.#stop.signal)
      }
    })
  }

  /** What is in Connect without an object was made past Strimzi: it goes. */
  async #removeStrangers(cluster: string, rest: ConnectRest): Promise<void> {
    if (this.#listed.size < 2) return
    for (const name of await rest.names()) {
      if (this.#connectors.get(name)?.metadata.labels[CLUSTER_LABEL] !== cluster) await rest.remove(name)
    }
  }

  #queue(key: string, work: Work): void {
    this.#waiting.set(key, work)
    this.#wake()
  }

  async #work(): Promise<void> {
    const { clock, log } = this.#options
    const signal = this.#stop.signal
    while (!signal.aborted) {
      const next = this.#waiting.entries().next()
      if (next.done) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      const [key, work] = next.value
      this.#waiting.delete(key)
      try {
        await work()
      } catch (error) {
        if (signal.aborted) return
        // It went away, or changed meanwhile: then a newer event is on its way.
        if (error instanceof Failure && (error.status === 404 || error.status === 409)) continue
        log.warn({ err: error, what: key }, 'strimzi: could not be reconciled')
        void clock.sleep(RETRY_MS, signal).then(
          () => this.#waiting.has(key) || this.#queue(key, work),
          () => undefined,
        )
      }
    }
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the connect operator is stopped'))
    this.#wake()
    await this.#running
  }
}

const noSuchConnect = (cluster: string, namespace: string) =>
  new ConnectorError(
    'NoSuchResourceException',
    `KafkaConnect resource '${cluster}' identified by label '${CLUSTER_LABEL}' does not exist in namespace ${namespace}.`,
  )

/** Ours: the real one would start them. */
const noWorkers = (cluster: string) => new ConnectorError('NotSupported', `This stand-in for Strimzi was given no workers for KafkaConnect ${cluster}`)
