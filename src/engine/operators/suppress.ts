/** EMIT FINAL: a window's result is held back until the window is closed in stream time, and written once. */
import { type Identity, keyIdentity } from '../compare.ts'
import type { Value } from '../values.ts'
import type { Change, Downstream, Stateful } from './change.ts'

interface Task {
  streamTime: number
  held: Map<Identity, Change>
}

export class Suppress implements Stateful {
  readonly #graceMs: number
  readonly #compareKeys: (a: readonly Value[], b: readonly Value[]) => number
  readonly #downstream: Downstream
  #tasks = new Map<number, Task>()

  /** Results of windows that close together come by window end, then by key. */
  constructor(graceMs: number, compareKeys: (a: readonly Value[], b: readonly Value[]) => number, downstream: Downstream) {
    this.#graceMs = graceMs
    this.#compareKeys = compareKeys
    this.#downstream = downstream
  }

  readonly process: Downstream = (change) => {
    let task = this.#tasks.get(change.partition)
    if (!task) {
      task = { streamTime: -1, held: new Map() }
      this.#tasks.set(change.partition, task)
    }
    task.streamTime = Math.max(task.streamTime, change.time)
    const { start, end } = change.window!
    const identity = keyIdentity([...change.key!, start, end])
    if (change.row === null) task.held.delete(identity)
    else task.held.set(identity, { ...change, old: null })
    this.#emitClosed(task)
  }

  #emitClosed(task: Task): void {
    const closed = [...task.held].filter(([, { window }]) => window!.end <= task.streamTime - this.#graceMs)
    closed.sort(([, a], [, b]) => a.window!.end - b.window!.end || this.#compareKeys(a.key!, b.key!))
    for (const [identity, change] of closed) {
      task.held.delete(identity)
      this.#downstream(change)
    }
  }

  snapshot(): unknown {
    return this.#tasks
  }

  restore(state: unknown): void {
    this.#tasks = state as Map<number, Task>
  }
}
