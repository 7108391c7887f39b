/** Searches that go on over several requests: scrolls and points in time. What they see is what was there when they began. */
import type { Cluster } from './cluster.ts'
import { EsError, illegalArgument } from './errors.ts'
import type { IndexState } from './index-state.ts'
import type { JsonObject } from './json.ts'
import { parseSearch } from './search.ts'
import { durationMs } from './time.ts'

interface Scroll {
  readonly body: JsonObject
  readonly indices: readonly IndexState[]
  from: number
  readonly size: number
  expires: number
}

interface PointInTime {
  readonly indices: readonly IndexState[]
  expires: number
}

/** The longest that either may be kept (search.max_keep_alive). */
const LONGEST_MS = 24 * 3_600_000

export class Cursors {
  readonly #cluster: Cluster
  readonly #scrolls = new Map<string, Scroll>()
  readonly #points = new Map<string, PointInTime>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  #expiry(keepAlive: string): number {
    const ms = durationMs(keepAlive)
    if (ms === undefined)
      throw illegalArgument(`failed to parse setting [keep_alive] with value [${keepAlive}] as a time value: unit is missing or unrecognized`)
    if (ms > LONGEST_MS) throw illegalArgument(`Keep alive for request (${keepAlive}) is too large. It must be less than (1d).`)
    return this.#cluster.clock.now() + ms
  }

  #sweep(): void {
    const now = this.#cluster.clock.now()
    for (const map of [this.#scrolls, this.#points]) for (const [id, { expires }] of map) if (expires <= now) map.delete(id)
  }

  /** First page of a scroll. */
  startScroll(body: JsonObject, indices: readonly IndexState[], keepAlive: string): JsonObject {
    this.#sweep()
    const size = typeof body.size === 'number' ? body.size : 10
    if (size === 0) throw illegalArgument('[size] cannot be [0] in a scroll context')
    const expires = this.#expiry(keepAlive)
    const id = this.#cluster.newUuid(48)
    const scroll: Scroll = { body, indices: indices.map((index) => index.frozen()), from: 0, size, expires }
    const page = this.#page(id, scroll)
    this.#scrolls.set(id, scroll)
    return page
  }

  nextPage(id: string, keepAlive: string | undefined): JsonObject {
    this.#sweep()
    const scroll = this.#scrolls.get(id)
    if (!scroll) throw missingContext(id)
    if (keepAlive !== undefined) scroll.expires = this.#expiry(keepAlive)
    return this.#page(id, scroll)
  }

  #page(id: string, scroll: Scroll): JsonObject {
    const page = parseSearch(this.#cluster, { ...scroll.body, from: scroll.from, size: scroll.size }, { endless: true }).run(scroll.indices)
    scroll.from += scroll.size
    return { _scroll_id: id, ...page }
  }

  clearScrolls(ids: readonly string[]): number {
    return clear(this.#scrolls, ids)
  }

  openPoint(indices: readonly IndexState[], keepAlive: string): string {
    this.#sweep()
    const id = this.#cluster.newUuid(60)
    this.#points.set(id, { indices: indices.map((index) => index.frozen()), expires: this.#expiry(keepAlive) })
    return id
  }

  /** The indices as they were. */
  point(id: string, keepAlive: string | undefined): readonly IndexState[] {
    this.#sweep()
    const point = this.#points.get(id)
    if (!point) throw missingContext(id)
    if (keepAlive !== undefined) point.expires = this.#expiry(keepAlive)
    return point.indices
  }

  closePoint(id: string): number {
    return clear(this.#points, [id])
  }
}

function clear(map: Map<string, unknown>, ids: readonly string[]): number {
  const wanted = ids.includes('_all') ? [...map.keys()] : ids
  return wanted.filter((id) => map.delete(id)).length
}

function missingContext(id: string): EsError {
  const cause = { type: 'search_context_missing_exception', reason: `No search context found for id [${id.slice(0, 12)}]` }
  return new EsError(
    404,
    { type: 'search_phase_execution_exception', reason: 'all shards failed', extra: { phase: 'query', grouped: true, failed_shards: [] }, causedBy: cause },
    [cause],
  )
}
