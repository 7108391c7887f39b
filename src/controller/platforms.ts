/** The platforms in use, each with a session that is made anew when its spec changes. */
import { type ClickstreamPlatform, parsePlatform } from '../api/index.ts'
import type { ResourceId } from '../plan/index.ts'
import type { Clock, Failure, KubeApi, KubeObject, Random } from '../ports/index.ts'
import type { BackendName, Progress, ReferenceReader, Target } from '../targets/index.ts'
import type { Aspect } from './backend.ts'
import { type Fence, fencedTarget } from './leader/fence.ts'
import type { References } from './references.ts'
import { keyOf } from './reflector.ts'
import { Session } from './session.ts'
import type { Watched } from './watched.ts'

/** What targets write with: every request of theirs asks the fence first. */
export interface Writing {
  readonly kube: KubeApi
  readonly fence: Fence
}

/** The targets of one platform. Nothing may be called before their first use. */
export type ConnectTargets = (platform: ClickstreamPlatform, references: ReferenceReader, writing: Writing) => readonly Target[]

export interface PlatformsOptions {
  readonly objects: Watched
  readonly references: References
  readonly connectTargets: ConnectTargets
  readonly writing: Writing
  /** Empty: all. */
  readonly namespaces: readonly string[]
  readonly clock: Clock
  readonly random: Random
  onChange(platformKey: string): void
  onProgress(platformKey: string, backend: BackendName, progress: ReadonlyMap<ResourceId, Progress>): void
  onTrouble(platformKey: string, backend: BackendName, aspect: Aspect, failure: Failure): void
}

export class Platforms {
  readonly #options: PlatformsOptions
  readonly #sessions = new Map<string, { uid: string; generation: number; session: Session }>()

  constructor(options: PlatformsOptions) {
    this.#options = options
  }

  object(key: string): KubeObject | undefined {
    return this.#options.objects.get(key)
  }

  /** Platforms of other namespaces are not seen, whether they are there or not. */
  isWatched(namespace: string): boolean {
    return this.namespaces.length === 0 || this.namespaces.includes(namespace)
  }

  get namespaces(): readonly string[] {
    return this.#options.namespaces
  }

  /** Undefined: its spec does not parse. */
  async session(object: KubeObject): Promise<Session | undefined> {
    const key = keyOf(object)
    const { uid = '', generation = 0 } = object.metadata
    const known = this.#sessions.get(key)
    if (known && known.uid === uid && known.generation === generation) return known.session
    const parsed = parsePlatform(object)
    if (known) {
      this.#sessions.delete(key)
      await known.session.stop()
    }
    if (!parsed.ok) return undefined
    // Another worker may have been faster while the old session was stopping.
    const again = this.#sessions.get(key)
    if (again) return again.session
    const { clock, random, references, connectTargets, writing, onChange, onProgress, onTrouble } = this.#options
    const session = new Session({
      platform: parsed.value,
      targets: connectTargets(parsed.value, references.reader(), writing).map((target) => fencedTarget(target, writing.fence)),
      clock,
      random,
      onChange: () => onChange(key),
      onProgress: (backend, progress) => onProgress(key, backend, progress),
      onTrouble: (backend, aspect, failure) => onTrouble(key, backend, aspect, failure),
    })
    this.#sessions.set(key, { uid, generation, session })
    session.start()
    return session
  }

  current(key: string): Session | undefined {
    return this.#sessions.get(key)?.session
  }

  async drop(key: string): Promise<void> {
    const known = this.#sessions.get(key)
    this.#sessions.delete(key)
    await known?.session.stop()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((key) => this.drop(key)))
  }
}
