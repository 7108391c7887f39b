/** The operator: two reflectors, one queue, and what ties them together. */
import { PIPELINE, PLATFORM } from '../api/index.ts'
import { type Clock, Failure, type KubeApi, type KubeResource, type Logger, type Random, toFailure } from '../ports/index.ts'
import { AttemptMemory } from './attempts.ts'
import { CheckMemory } from './checks.ts'
import { EventWriter } from './events.ts'
import { Memo } from './memo.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { PipelineReconciler } from './pipeline.ts'
import { PlatformReconciler, platformKeyOf } from './platform.ts'
import { type ConnectTargets, Platforms } from './platforms.ts'
import { WorkQueue, type WorkResult } from './queue.ts'
import { References } from './references.ts'
import { Reflector, type ReflectorOptions } from './reflector.ts'
import type { Services } from './run.ts'
import { serveHealth } from './server.ts'

export interface OperatorOptions {
  readonly kube: KubeApi
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** The targets of a platform; called again when its spec has changed. */
  readonly connectTargets: ConnectTargets
  /** Where /healthz, /readyz and /metrics are served; port 0: a free one. Absent: nowhere. */
  readonly http?: { readonly port: number; readonly host?: string }
  /** Watch this namespace only. */
  readonly namespace?: string
  readonly workers?: number
}

export interface Operator {
  readonly metrics: Metrics
  /** Address of the health server, where there is one. */
  readonly url?: string
  /** No further action begins; those in work end, or are given up after a few seconds. */
  stop(): Promise<void>
}

/** How long an action in work may take when the operator stops. */
const GRACE_MS = 5_000
/** How long what was given up may take to end. */
const LAST_MS = 1_000
/** Several changes that come together are one look. */
const GATHER_MS = 50
/** Every backend tells of progress on its own; one look at all of it is enough. */
const GATHER_PROGRESS_MS = 1_000

export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { kube, clock, random, log, namespace } = options
  const metrics = createMetrics()
  const hard = new AbortController()
  let stopping = false
  const references = new References(kube, clock)

  const reflect = (resource: KubeResource, onChange: ReflectorOptions['onChange']) =>
    new Reflector({
      kube,
      resource,
      namespace,
      clock,
      random,
      log,
      onChange,
      onMissed: (count) => metrics.relistMissed.inc({ resource: resource.plural }, count),
      onWatchEnd: (why) => metrics.watchEnds.inc({ resource: resource.plural, why }),
    })

  const pipelines = reflect(PIPELINE, (key, object, before) => {
    if (object === undefined && before !== undefined) {
      reconciler.forget(before)
      queue.forget(`pipeline:${key}`)
      platforms.current(platformKeyOf(before))?.leave(key)
    }
    // A status that we wrote ourselves is no news.
    if (object === undefined || before === undefined || isNews(object.metadata, before.metadata)) queue.add(`pipeline:${key}`)
    for (const one of [object, before]) if (one && (object === undefined || before === undefined)) queue.add(`platform:${platformKeyOf(one)}`)
  })
  const platformObjects = reflect(PLATFORM, (key, object, before) => {
    if (object && before && !isNews(object.metadata, before.metadata)) return
    queue.add(`platform:${key}`)
    wakePipelinesOf(key)
  })
  const platforms = new Platforms({
    reflector: platformObjects,
    references,
    connectTargets: options.connectTargets,
    clock,
    random,
    onChange(key) {
      queue.addAfter(`platform:${key}`, GATHER_MS)
      wakePipelinesOf(key, GATHER_MS)
    },
    onProgress(key, _backend, progress) {
      wakePipelinesOf(key, GATHER_PROGRESS_MS)
      for (const [id, one] of progress) {
        const labels = { platform: key, id }
        if (one.consumed !== undefined) metrics.consumed.set(labels, one.consumed)
        if (one.available !== undefined) metrics.available.set(labels, one.available)
        if (one.produced !== undefined) metrics.produced.set(labels, one.produced)
        if (one.lastOutputAt !== undefined) metrics.lastOutput.set(labels, one.lastOutputAt / 1000)
      }
    },
  })
  const services: Services = {
    kube,
    clock,
    log,
    metrics,
    references,
    pipelines,
    platforms,
    events: new EventWriter({ kube, clock, log }),
    checks: new CheckMemory(),
    memo: new Memo(),
    attempts: new AttemptMemory(clock, random),
    ledgers: new Map(),
  }
  const reconciler = new PipelineReconciler({ services, stopping: () => stopping, signal: hard.signal })
  const platformReconciler = new PlatformReconciler({ services, platforms: platformObjects, signal: hard.signal })

  function wakePipelinesOf(platformKey: string, afterMs = 0): void {
    for (const pipeline of pipelines.values()) {
      if (platformKeyOf(pipeline) === platformKey) queue.addAfter(`pipeline:${pipeline.metadata.namespace}/${pipeline.metadata.name}`, afterMs)
    }
  }

  const queue = new WorkQueue({
    clock,
    random,
    workers: options.workers ?? 16,
    async work(key) {
      const [kind, name] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)]
      const startedAt = clock.now()
      let result: WorkResult
      try {
        result = await (kind === 'pipeline' ? reconciler.reconcile(name) : platformReconciler.reconcile(name))
      } catch (error) {
        const failure = toFailure(error)
        if (!hard.signal.aborted) log.warn({ key, reason: failure.reason, err: failure.message }, 'a reconcile failed')
        result = { kind: 'failed' }
      }
      metrics.reconciles.inc({ kind, result: result.kind })
      metrics.reconcileSeconds.observe({ kind }, (clock.now() - startedAt) / 1000)
      metrics.queueDepth.set(queue.depth)
      return result
    },
  })

  const server = options.http
    ? await serveHealth({
        host: options.http.host ?? '127.0.0.1',
        port: options.http.port,
        metrics,
        isReady: () => pipelines.isSynced && platformObjects.isSynced,
      })
    : undefined
  // A pipeline without its platform, or a platform without its pipelines, would only look so.
  queue.hold()
  void Promise.all([pipelines.synced, platformObjects.synced]).then(() => queue.open())
  platformObjects.start()
  pipelines.start()
  log.info({ namespace: namespace ?? 'all', health: server?.url }, 'the operator has started')

  return {
    metrics,
    ...(server ? { url: server.url } : {}),
    async stop() {
      stopping = true
      const cancel = clock.after(GRACE_MS, () => hard.abort(new Failure('Retry', 'Canceled', 'the operator has stopped')))
      const ended = (async () => {
        await queue.close()
        cancel()
        hard.abort(new Failure('Retry', 'Canceled', 'the operator has stopped'))
        await Promise.all([pipelines.stop(), platformObjects.stop(), platforms.stop()])
      })()
      const waited = new AbortController()
      // A call that does not heed its signal must not keep the process.
      await Promise.race([ended, clock.sleep(GRACE_MS + LAST_MS, waited.signal).catch(() => undefined)])
      waited.abort()
      await server?.close()
      log.info('the operator has stopped')
    },
  }
}

interface Metadata {
  readonly generation?: number
  readonly deletionTimestamp?: string
  readonly annotations?: Record<string, string>
  readonly finalizers?: string[]
  readonly uid?: string
}

/** Whether anything but the status differs. */
function isNews(a: Metadata, b: Metadata): boolean {
  return (
    a.uid !== b.uid ||
    a.generation !== b.generation ||
    a.deletionTimestamp !== b.deletionTimestamp ||
    JSON.stringify(a.annotations ?? {}) !== JSON.stringify(b.annotations ?? {}) ||
    (a.finalizers ?? []).join() !== (b.finalizers ?? []).join()
  )
}
