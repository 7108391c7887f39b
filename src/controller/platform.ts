/** The reconcile of one platform: its backends are looked at, and it is held while a pipeline refers to it. */
import { type Condition, FINALIZERS, type FieldError, PLATFORM, type PlatformStatus, parsePlatform } from '../api/index.ts'
import { type KubeObject, toFailure } from '../ports/index.ts'
import { type BackendState, judgePlatform, type Verdict } from './conditions.ts'
import type { WorkResult } from './queue.ts'
import { keyOf } from './reflector.ts'
import type { Services } from './run.ts'
import { conditionsOf, sameButWording, statusPatch, TROUBLE_WORDING_EVERY_MS, WORDING_EVERY_MS } from './status.ts'
import type { Watched } from './watched.ts'

const PLUGINS_MAX = 200

export interface PlatformReconcilerOptions {
  readonly services: Services
  readonly platforms: Watched
  readonly signal: AbortSignal
}

export class PlatformReconciler {
  readonly #options: PlatformReconcilerOptions
  readonly #writtenAt = new Map<string, number>()

  constructor(options: PlatformReconcilerOptions) {
    this.#options = options
  }

  async reconcile(key: string): Promise<WorkResult> {
    const { services, platforms } = this.#options
    const object = platforms.get(key)
    if (object === undefined) {
      await services.platforms.drop(key)
      this.#writtenAt.delete(key)
      return { kind: 'done' }
    }
    const users = [...services.pipelines.values()].filter((pipeline) => platformKeyOf(pipeline) === key && this.#holds(object, pipeline))
    let held: KubeObject | undefined
    try {
      held = await this.#hold(object, users.length)
    } catch (error) {
      const { reason, message } = toFailure(error)
      // Without the finalizer nothing is begun; the status may be permitted all the same.
      if (reason === 'Forbidden') await this.#write(object, new Map([['Ready', { status: 'False', reason, message } as const]]), [], users.length)
      throw error
    }
    if (held === undefined) return { kind: 'done' }
    const parsed = parsePlatform(held)
    const session = await services.platforms.session(held)
    const states: BackendState[] =
      session?.backends.map(({ target, observed, report, failure }) => ({ backend: target.backend, seen: observed !== undefined, report, failure })) ?? []
    for (const { backend, seen, failure } of states) {
      services.metrics.backendUp.set({ namespace: held.metadata.namespace!, platform: held.metadata.name, backend }, seen && !failure ? 1 : 0)
    }
    // After a start, what the status says still holds until every backend was looked at.
    const blind = states.some(({ seen, failure }) => !seen && !failure)
    if (blind && (held.status as Partial<PlatformStatus> | undefined)?.observedGeneration === held.metadata.generation) return { kind: 'done' }
    const verdicts = new Map<string, Verdict>(parsed.ok ? judgePlatform(states) : [['Ready', invalid(parsed.errors)]])
    if (held.metadata.deletionTimestamp !== undefined) verdicts.set('Ready', heldBy(users))
    const againMs = await this.#write(held, verdicts, states, users.length)
    return { kind: 'done', ...(againMs === undefined ? {} : { againMs }) }
  }

  /** Whom the platform does not let in holds it only by what was made before. */
  #holds(platform: KubeObject, pipeline: KubeObject): boolean {
    const made = this.#options.services.ledgers.get(pipeline.metadata.uid ?? '')?.ledger.entries.length
    return made === undefined || made > 0 || letsIn(platform, pipeline.metadata.namespace ?? '')
  }

  /** Undefined: it has been let go. */
  async #hold(object: KubeObject, users: number): Promise<KubeObject | undefined> {
    const { services, platforms, signal } = this.#options
    const { finalizers = [], deletionTimestamp, resourceVersion, name, namespace } = object.metadata
    const has = finalizers.includes(FINALIZERS.platform)
    const wanted = deletionTimestamp === undefined || users > 0
    if (has === wanted) return deletionTimestamp !== undefined && !has ? undefined : object
    // The server refuses new finalizers on an object that is being deleted.
    if (wanted && deletionTimestamp !== undefined) return object
    const list = wanted ? [...finalizers, FINALIZERS.platform] : finalizers.filter((one) => one !== FINALIZERS.platform)
    const body = { metadata: { resourceVersion, finalizers: list } }
    const written = await services.kube.patch(PLATFORM, namespace!, name, { type: 'merge', body }, signal)
    if (!wanted) return undefined
    platforms.learn(written)
    return written
  }

  /** Answers when to come again for wording that had to wait. */
  async #write(object: KubeObject, verdicts: ReadonlyMap<string, Verdict>, states: readonly BackendState[], users: number): Promise<number | undefined> {
    const { services, platforms, signal } = this.#options
    const before = (object.status ?? {}) as Partial<PlatformStatus>
    const now = services.clock.now()
    const generation = object.metadata.generation ?? 0
    const conditions: Condition[] = conditionsOf(verdicts, before.conditions ?? [], { now, generation })
    const versions = Object.fromEntries(states.flatMap(({ backend, report }) => (report?.version ? [[backend, report.version.slice(0, 100)]] : [])))
    const plugins = states.find(({ backend }) => backend === 'connect')?.report?.plugins
    const after: Record<string, unknown> = { ...before, observedGeneration: generation, conditions, pipelines: users }
    if (Object.keys(versions).length > 0) after.versions = { ...before.versions, ...versions }
    if (plugins) {
      after.connectorPlugins = [...new Map(plugins.map((plugin) => [plugin.class, plugin])).values()]
        .map((plugin) => ({ name: plugin.class, type: plugin.type, ...(plugin.version ? { version: plugin.version } : {}) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .slice(0, PLUGINS_MAX)
    }
    const key = keyOf(object)
    const patch = statusPatch(before, after)
    if (patch === undefined) return undefined
    const every = conditions.some(({ status }) => status === 'False') ? TROUBLE_WORDING_EVERY_MS : WORDING_EVERY_MS
    const waitMs = (this.#writtenAt.get(key) ?? 0) + every - now
    if (waitMs > 0 && sameButWording(before, after)) return waitMs
    const { namespace, name } = object.metadata
    platforms.learn(await services.kube.patch(PLATFORM, namespace!, name, { type: 'merge', body: { status: patch }, subresource: 'status' }, signal))
    this.#writtenAt.set(key, now)
    return undefined
  }
}

function invalid(errors: readonly FieldError[]): Verdict {
  return { status: 'False', reason: 'InvalidSpec', message: errors.map(({ path, message }) => `${path}: ${message}`).join('; ') }
}

function heldBy(users: readonly KubeObject[]): Verdict {
  const names = users.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  return { status: 'False', reason: 'Deleting', message: `it goes when nothing refers to it any more: ${names.join(', ')}` }
}

function letsIn({ metadata, spec }: KubeObject, namespace: string): boolean {
  const allowed = (spec as { allowedNamespaces?: unknown } | undefined)?.allowedNamespaces
  return namespace === metadata.namespace || (Array.isArray(allowed) && (allowed.includes('*') || allowed.includes(namespace)))
}

/** Key of the platform that a pipeline refers to, as far as it can be read. */
export function platformKeyOf(pipeline: KubeObject): string {
  const ref = (pipeline.spec as { platformRef?: { name?: unknown; namespace?: unknown } } | undefined)?.platformRef
  const namespace = typeof ref?.namespace === 'string' ? ref.namespace : pipeline.metadata.namespace
  return `${namespace}/${typeof ref?.name === 'string' ? ref.name : 'default'}`
}
