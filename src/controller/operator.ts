/** The operator: watched objects of two kinds, one queue, a lease, and what ties them together. */
import { PIPELINE, PLATFORM } from '../api/index.ts'
import { type Clock, Failure, type KubeApi, type KubeResource, type Logger, missingPermission, permissionText, type Random, toFailure } from '../ports/index.ts'
import { AttemptMemory } from './attempts.ts'
import { CheckMemory } from './checks.ts'
import { EventWriter } from './events.ts'
import { Elector, type LeaderElection } from './leader/elector.ts'
import { type Fence, fencedKube, NO_FENCE } from './leader/fence.ts'
import { Memo } from './memo.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { Permissions } from './permissions.ts'
import { PipelineReconciler } from './pipeline.ts'
import { PlatformReconciler, platformKeyOf } from './platform.ts'
import { type ConnectTargets, Platforms } from './platforms.ts'
import { WorkQueue, type WorkResult } from './queue.ts'
import { References } from './references.ts'
import type { ReflectorOptions } from './reflector.ts'
import type { Services } from './run.ts'
import { serveHealth } from './server.ts'
import { Watched } from './watched.ts'

export interface OperatorOptions {
  readonly kube: KubeApi
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** The targets of a platform; called again when its spec has changed. */
  readonly connectTargets: ConnectTargets
  /** Where /healthz, /readyz and /metrics are served; port 0: a free one. Absent: nowhere. */
  readonly http?: { readonly port: number; readonly host?: string }
  /** Watch these only; absent or empty: all. */
  readonly namespaces?: readonly string[]
  /** Absent: it is the only operator. */
  readonly leaderElection?: LeaderElection
  readonly workers?: number
}

export interface Operator {
  readonly metrics: Metrics
  /** Address of the health server, where there is one. */
  readonly url?: string
  /**
   * Resolves when the lease is lost: nothing is written any more, and nothing more will come of this operator. What it knows
   * belongs to its time as the leader, so that a new one starts clean.
   */
  readonly lost: Promise<Failure>
  /** No further action begins; those in work end, or are given up after a few seconds. Then the lease is released. */
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
  const { clock, random, log, namespaces = [], leaderElection } = options
  const metrics = createMetrics(() => queue)
  const hard = new AbortController()
  let stopping = false
  const permissions = new Permissions({
    log,
    onChange({ verb, resource, apiGroup, namespace = '' }, missing) {
      const labels = { verb, resource, api_group: apiGroup, namespace }
      if (missing) metrics.permissionMissing.set(labels, 1)
      else metrics.permissionMissing.remove(labels)
    },
  })
  const api = permissions.over(options.kube)
  let markLost!: (failure: Failure) => void
  const lost = new Promise<Failure>((resolve) => {
    markLost = resolve
  })
  const elector =
    leaderElection &&
    new Elector({
      ...leaderElection,
      kube: api,
      clock,
      random,
      log,
      onSeen: ({ transitions }) => metrics.leaseTransitions.set(transitions),
      onLeading(lease) {
        metrics.leader.set(1)
        queue.open()
        void events.tell(lease, 'Normal', 'LeaderElection', `${leaderElection.identity} became leader`, hard.signal)
      },
      onLost(failure) {
        metrics.leader.set(0)
        stopping = true
        hard.abort(failure)
        void queue.close()
        log.error({ err: failure.message }, 'this operator leads no more: it writes nothing and has to be started anew')
        markLost(failure)
      },
    })
  const fence: Fence = elector ?? NO_FENCE
  const kube = fencedKube(api, fence)
  metrics.leader.set(elector ? 0 : 1)
  const references = new References(kube, clock, namespaces)
  const events = new EventWriter({ kube, clock, log })

  const reflect = (resource: KubeResource, onChange: ReflectorOptions['onChange']) =>
    new Watched(namespaces, {
      kube: api,
      resource,
      clock,
      random,
      log,
      onChange,
      onMissed: (count) => metrics.relistMissed.inc({ resource: resource.plural }, count),
      onWatchEnd: (why) => metrics.watchEnds.inc({ resource: resource.plural, why }),
    })

  const pipelines = reflect(PIPELINE, (key, object, before, first) => {
    if (object === undefined && before !== undefined) {
      reconciler.forget(before)
      queue.forget(`pipeline:${key}`)
      platforms.current(platformKeyOf(before))?.leave(key)
    }
    // A status that we wrote ourselves is no news.
    if (object === undefined || before === undefined || isNews(object.metadata, before.metadata)) queue.add(`pipeline:${key}`, urgency(first))
    for (const one of [object, before]) if (one && (object === undefined || before === undefined)) queue.add(`platform:${platformKeyOf(one)}`, urgency(first))
  })
  const platformObjects = reflect(PLATFORM, (key, object, before, first) => {
    if (object && before && !isNews(object.metadata, before.metadata)) return
    queue.add(`platform:${key}`, urgency(first))
    wakePipelinesOf(key)
  })
  const platforms = new Platforms({
    objects: platformObjects,
    references,
    connectTargets: options.connectTargets,
    writing: { kube, fence },
    namespaces,
    clock,
    random,
    onChange(key) {
      queue.addAfter(`platform:${key}`, GATHER_MS)
      wakePipelinesOf(key, GATHER_MS)
    },
    onTrouble: (platform, backend, aspect, failure) =>
      log.warn({ platform, backend, aspect, reason: failure.reason, err: failure.message }, 'something of a backend cannot be followed; the rest goes on'),
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
    events,
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
        if (!hard.signal.aborted && !missingPermission(failure)) log.warn({ key, reason: failure.reason, err: failure.message }, 'a reconcile failed')
        result = { kind: 'failed' }
      }
      metrics.reconciles.inc({ kind, result: result.kind })
      metrics.reconcileSeconds.observe({ kind }, (clock.now() - startedAt) / 1000)
      return result
    },
  })

  /** A standby is ready as well: it knows the objects and may begin any moment. */
  function notReady(): string | undefined {
    const refused = [...pipelines.failures, ...platformObjects.failures, ...(elector?.trouble ? [elector.trouble] : [])].find(isRefused)
    if (refused) return refused.message
    const [status] = permissions.missing.filter(({ resource }) => resource.endsWith('/status'))
    if (status) return `no status can be written: ${permissionText(status)}`
    if (pipelines.isSynced && platformObjects.isSynced) return undefined
    const [failure] = [...pipelines.failures, ...platformObjects.failures]
    return `the objects have not been listed yet${failure ? `: ${failure.message}` : ''}`
  }

  const server = options.http
    ? await serveHealth({
        host: options.http.host ?? '127.0.0.1',
        port: options.http.port,
        metrics,
        notReady,
      })
    : undefined
  // A pipeline without its platform, or a platform without its pipelines, would only look so.
  queue.hold()
  void Promise.all([pipelines.synced, platformObjects.synced]).then(() => {
    // Who does not know the objects yet must not keep the lease from one that does.
    if (elector) elector.start()
    else queue.open()
  })
  platformObjects.start()
  pipelines.start()
  log.info({ namespaces: namespaces.length > 0 ? namespaces : 'all', health: server?.url, identity: leaderElection?.identity }, 'the operator has started')

  return {
    metrics,
    lost,
    ...(server ? { url: server.url } : {}),
    async stop() {
      stopping = true
      const cancel = clock.after(GRACE_MS, () => hard.abort(new Failure('Retry', 'Canceled', 'the operator has stopped')))
      const ended = (async () => {
        await queue.close()
        cancel()
        hard.abort(new Failure('Retry', 'Canceled', 'the operator has stopped'))
        await Promise.all([pipelines.stop(), platformObjects.stop(), platforms.stop()])
        return true
      })()
      const waited = new AbortController()
      // A call that does not heed its signal must not keep the process; but it may still write, so that the lease is not released.
      const clean = await Promise.race([
        ended,
        clock.sleep(GRACE_MS + LAST_MS, waited.signal).then(
          () => false,
          () => false,
        ),
      ])
      waited.abort()
      await elector?.stop(clean)
      metrics.leader.set(0)
      await server?.close()
      log.info('the operator has stopped')
    },
  }
}

/** Nobody gets in, or this one may not: what is known of the objects grows old. */
const isRefused = ({ reason }: Failure) => reason === 'Unauthorized' || reason === 'Forbidden'

const urgency = (first: boolean) => (first ? 'background' : 'urgent')

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
