/** Five backends in memory, as their targets show them: what exists, with marks where the real ones carry marks. */
import type { ClickstreamPlatform } from '../../src/api/index.ts'
import type { Action, Desired, Finding, LedgerEntry, Observed, Owner, ResourceId, ResourceKind } from '../../src/plan/index.ts'
import { type Clock, Failure } from '../../src/ports/index.ts'
import type { Applied, BackendName, BackendReport, Progress, Target } from '../../src/targets/index.ts'

export interface WorldCall {
  readonly backend: BackendName
  readonly verb: 'probe' | 'observe' | 'check' | 'apply' | 'remove' | 'progress'
  readonly id: string
  readonly at: number
}

const KINDS: Readonly<Record<BackendName, readonly ResourceKind[]>> = {
  kafka: ['KafkaTopic'],
  connect: ['Connector'],
  ksqldb: ['Statement'],
  elasticsearch: ['IndexTemplate'],
  grafana: ['DataSource', 'Dashboard'],
}

export const PLUGINS = [
  { class: 'io.confluent.kafka.connect.datagen.DatagenConnector', type: 'source', version: '0.6.6' },
  { class: 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector', type: 'sink', version: '15.0.1' },
]

export class MemoryWorld {
  readonly objects = new Map<ResourceId, Observed>()
  readonly calls: WorldCall[] = []
  /** What removal left behind because it holds data. */
  readonly retained = new Set<ResourceId>()
  /** How often something was made: a second time is a double. */
  readonly made: ResourceId[] = []
  /** Called before each call; may throw, or hang. */
  before: ((call: WorldCall) => void | Promise<void>) | undefined
  /** Called after each change; may throw. */
  after: ((call: WorldCall) => void) | undefined
  refuse: ((desired: Desired) => Finding | undefined) | undefined
  progress: ((id: ResourceId) => Omit<Progress, 'id'> | undefined) | undefined
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  #serial = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  mutations(): WorldCall[] {
    return this.calls.filter(({ verb }) => verb === 'apply' || verb === 'remove')
  }

  connectTargets = (_platform?: ClickstreamPlatform): readonly Target[] => (Object.keys(KINDS) as BackendName[]).map((backend) => this.target(backend))

  target(backend: BackendName): Target {
    const kinds = KINDS[backend]
    const call = async (verb: WorldCall['verb'], id = ''): Promise<WorldCall> => {
      const call = { backend, verb, id, at: this.#clock.now() }
      this.calls.push(call)
      await this.before?.(call)
      return call
    }
    return {
      backend,
      kinds,
      probe: async (): Promise<BackendReport> => {
        await call('probe')
        return { version: '1.0', ...(backend === 'connect' ? { plugins: PLUGINS } : {}) }
      },
      observe: async () => {
        await call('observe')
        return [...this.objects.values()].filter(({ kind }) => kinds.includes(kind)).map((object) => structuredClone(object))
      },
      check: async (desired) => {
        await call('check', desired.map(({ id }) => id).join())
        return desired.flatMap((one) => this.refuse?.(one) ?? [])
      },
      apply: async (action, owner): Promise<Applied> => {
        const made = await call('apply', action.id)
        const applied = this.#apply(action, owner)
        this.after?.(made)
        return applied
      },
      remove: async (entry, owner): Promise<Applied> => {
        const made = await call('remove', entry.id)
        this.#remove(entry, owner)
        this.after?.(made)
        return {}
      },
      ...(backend === 'kafka' ? { doorbell: (ring: () => void, signal: AbortSignal) => this.#listen(ring, signal) } : {}),
      progress: async (ids) => {
        await call('progress')
        return ids.flatMap((id) => {
          const progress = this.progress?.(id)
          return progress ? [{ id, ...progress }] : []
        })
      },
    }
  }

  /** Whoever listens is told, as by a watch. */
  ring(): void {
    for (const ring of this.#listeners) ring()
  }

  async #listen(ring: () => void, signal: AbortSignal): Promise<void> {
    this.#listeners.add(ring)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    this.#listeners.delete(ring)
  }

  #apply(action: Action, owner: Owner): Applied {
    const { id, kind, name, spec } = action.desired!
    const before = this.objects.get(id)
    if (before?.owner && (before.owner.namespace !== owner.namespace || before.owner.pipeline !== owner.pipeline))
      throw new Failure('Stall', 'OwnedByAnother', `${id} belongs to somebody else`)
    if (action.class === 'Create' && !before) this.made.push(id)
    const backendId = before?.backendId ?? `id-${++this.#serial}`
    const pending = kind === 'KafkaTopic' && !before
    // Statements carry no mark; whose they are follows from their topic and the ledger.
    const marks = kind === 'Statement' ? {} : { owner }
    const health = pending ? { health: 'Pending' as const, reason: 'Pending' } : { health: 'Ready' as const }
    this.objects.set(id, { id, kind, name, ...marks, spec: shown(spec), backendId, ...health })
    if (pending) {
      this.#clock.after(300, () => {
        const { reason: _, ...object } = this.objects.get(id) ?? {}
        if ('id' in object) this.objects.set(id, { ...object, health: 'Ready' } as Observed)
      })
    }
    return { backendId, pending }
  }

  #remove(entry: LedgerEntry, owner: Owner): void {
    const before = this.objects.get(entry.id)
    if (before?.owner && (before.owner.namespace !== owner.namespace || before.owner.pipeline !== owner.pipeline)) return
    this.objects.delete(entry.id)
    if (before && entry.onRemove === 'retain') this.retained.add(entry.id)
  }
}

/** A connector shows the values of its secrets among its config. */
function shown(spec: Desired['spec']): Desired['spec'] {
  if (!('secrets' in spec)) return structuredClone(spec)
  return { ...structuredClone(spec), config: { ...spec.config, ...Object.fromEntries(spec.secrets.map(({ key }) => [key, 'value'])) }, secrets: [] }
}
