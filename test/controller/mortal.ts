/** An operator's view of the world that ends with a chosen call: from then on nothing it does has effect, and nothing reaches it. */
import type { KubeApi, VirtualClock } from '../../src/ports/index.ts'
import type { Target } from '../../src/targets/index.ts'
import type { MemoryKube } from './memory-kube.ts'
import type { MemoryWorld } from './memory-world.ts'

export interface Cut {
  /** It dies with the n-th call that changes something, counted from 1. */
  readonly call: number
  /** Whether that call still takes effect. */
  readonly effective: boolean
}

const MUTATING = ['create', 'replace', 'patch', 'delete', 'apply', 'remove']
const never = () => new Promise<never>(() => {})

export class Mortal {
  readonly clock: VirtualClock
  mutations = 0
  dead = false
  readonly #cut: Cut | undefined

  constructor(clock: VirtualClock, cut: Cut | undefined) {
    this.clock = clock
    this.#cut = cut
  }

  kube(kube: MemoryKube): KubeApi {
    return this.#wrap<KubeApi>(kube)
  }

  world(world: MemoryWorld): Pick<MemoryWorld, 'connectTargets'> {
    return { connectTargets: () => world.connectTargets().map((target) => this.#wrap<Target>(target)) }
  }

  #wrap<T extends object>(inner: T): T {
    return new Proxy(inner, {
      get: (object, name) => {
        const value = Reflect.get(object, name, object)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (name === 'watch') return this.#watch(value.apply(object, args))
          return this.#call(String(name), () => value.apply(object, args))
        }
      },
    })
  }

  async #call(name: string, run: () => Promise<unknown>): Promise<unknown> {
    if (this.dead) return never()
    if (!MUTATING.includes(name)) return run()
    const last = ++this.mutations === this.#cut?.call
    if (last) this.dead = true
    if (last && !this.#cut?.effective) return never()
    const answer = await run()
    return this.dead ? never() : answer
  }

  async *#watch(events: AsyncIterable<unknown>): AsyncIterable<unknown> {
    for await (const event of events) {
      if (this.dead) await never()
      yield event
    }
  }
}
