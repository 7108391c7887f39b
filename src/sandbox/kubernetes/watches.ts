/** Watches: what happened after a resourceVersion and what happens from now on, seen through a selector. */
import type { Clock, KubeObject, Random } from '../../ports/index.ts'
import { scopeOf } from './collections.ts'
import { parseVersion, type WatchOptions } from './options.ts'
import type { ResourceType } from './resources.ts'
import { expired } from './status.ts'
import type { Change, Store } from './store.ts'

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'

/** Where a watch's events go. */
export interface WatchSink {
  /** `object`: as stored; for BOOKMARK only its metadata counts, for ERROR it is a Status. */
  send(type: WatchEventType, object: unknown): void
  end(): void
}

interface OpenWatch {
  /** Sends nothing more. */
  mute(): void
  /** Ends it towards the client. */
  cut(): void
}

const MINUTE_MS = 60_000

export class Watches {
  readonly #store: Store
  readonly #clock: Clock
  readonly #random: Random
  readonly #open = new Set<OpenWatch>()

  constructor(deps: { store: Store; clock: Clock; random: Random }) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#random = deps.random
  }

  /** Starts a watch; the returned function ends it. Refuses bad selectors before anything is sent. */
  open(resource: ResourceType, namespace: string, options: WatchOptions, sink: WatchSink): () => void {
    const predicate = scopeOf(resource, namespace, options)
    const from = parseVersion(options.resourceVersion)
    if (from !== undefined && from !== 0 && from < this.#store.oldest && !options.sendInitialEvents) {
      sink.send('ERROR', expired(`too old resource version: ${from} (${this.#store.oldest})`).status)
      sink.end()
      return () => {}
    }
    const pass = (change: Change) => {
      if (change.storage !== resource.storage) return
      const is = change.type !== 'DELETED' && predicate(change.object)
      const was = change.previous !== undefined && predicate(change.previous)
      if (is) sink.send(was ? 'MODIFIED' : 'ADDED', change.object)
      else if (was) sink.send('DELETED', leaving(change))
    }

    if (options.sendInitialEvents || ((from === undefined || from === 0) && options.initialEvents !== false)) {
      for (const [, object] of this.#store.list(resource.storage)) if (predicate(object)) sink.send('ADDED', object)
    } else if (from) this.#store.since(from).forEach(pass)
    const bookmark = (annotations?: Record<string, string>) =>
      sink.send('BOOKMARK', { metadata: { resourceVersion: String(this.#store.version), ...(annotations ? { annotations } : {}) } })
    if (options.sendInitialEvents && options.bookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' })

    const unsubscribe = this.#store.subscribe(pass)
    const stopTimers = this.#timers(options, bookmark, () => {
      close()
      sink.end()
    })
    const mute = () => {
      unsubscribe()
      stopTimers()
    }
    const close = () => {
      mute()
      this.#open.delete(watch)
    }
    const watch: OpenWatch = {
      mute,
      cut: () => {
        close()
        sink.end()
      },
    }
    this.#open.add(watch)
    return close
  }

  /** Bookmarks about once a minute and shortly before the end, as the real server sends them. */
  #timers(options: WatchOptions, bookmark: () => void, end: () => void): () => void {
    const seconds = options.timeoutSeconds && options.timeoutSeconds > 0 ? options.timeoutSeconds : 1800 + Math.floor(this.#random.next() * 1800)
    const cancelEnd = this.#clock.after(seconds * 1000, end)
    if (!options.bookmarks) return cancelEnd
    const cancelLast = seconds > 3 ? this.#clock.after(seconds * 1000 - 2000, bookmark) : () => {}
    let cancelNext = () => {}
    const again = () => {
      cancelNext = this.#clock.after(MINUTE_MS, () => {
        bookmark()
        again()
      })
    }
    again()
    return () => {
      cancelEnd()
      cancelLast()
      cancelNext()
    }
  }

  /** Every watch that is open now stays open and sends nothing any more, as over a connection that died unnoticed. */
  muteAll(): void {
    for (const watch of this.#open) watch.mute()
  }

  /** Ends every watch, as a restarting server does. */
  closeAll(): void {
    for (const watch of [...this.#open]) watch.cut()
  }
}

/** An object that left the selection is shown as it was, under the version of the change. */
function leaving(change: Change): KubeObject {
  if (change.type === 'DELETED') return change.object
  return { ...change.previous!, metadata: { ...change.previous!.metadata, resourceVersion: String(change.version) } }
}
