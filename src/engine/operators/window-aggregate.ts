/**
 * Aggregates over tumbling and hopping windows. Every record updates each window it falls into, the earliest first; windows
 * whose end and grace have passed in stream time are left out one by one. Each partition has its own stream time.
 */
import type { AnalysedWindow } from '../../sql/index.ts'
import { type Identity, keyIdentity } from '../compare.ts'
import type { TableRow, WindowBounds } from '../engine.ts'
import type { Row, Value } from '../values.ts'
import { type Change, type Downstream, FatalError, type Stateful } from './change.ts'
import type { Arguments, GroupStates } from './group.ts'

export interface GroupEntry {
  readonly key: readonly Value[]
  readonly window: WindowBounds | undefined
  states: unknown[]
  row: Row
  time: number
}

interface Task {
  streamTime: number
  /** By window start, then by key. */
  readonly windows: Map<number, Map<Identity, GroupEntry>>
  /** Windows that start up to here are already dropped. */
  droppedTo: number
}

/** What a pull query reads of an aggregate. */
export interface GroupView {
  get(key: readonly Value[]): Iterable<GroupEntry>
  entries(): Iterable<GroupEntry>
}

export class WindowAggregate implements Stateful, GroupView {
  readonly #window: AnalysedWindow & { readonly type: WindowBounds['type'] }
  readonly #states: GroupStates
  readonly #downstream: Downstream
  #tasks = new Map<number, Task>()

  constructor(window: AnalysedWindow, states: GroupStates, downstream: Downstream) {
    this.#window = window
    this.#states = states
    this.#downstream = downstream
  }

  readonly process = (change: Change): void => {
    if (change.key === null) return
    const task = this.#task(change.partition)
    const { sizeMs, advanceMs, graceMs, type } = this.#window
    if (change.time > task.streamTime) this.#advance(task, change.time)
    const closed = task.streamTime - graceMs
    const identity = keyIdentity(change.key)
    let args: Arguments | undefined
    let start = Math.floor(Math.max(0, change.time - sizeMs + advanceMs) / advanceMs) * advanceMs
    for (; start <= change.time; start += advanceMs) {
      const end = start + sizeMs
      if (end <= closed) continue
      if (change.row === null) throw new FatalError('A record without value reached a windowed aggregate')
      args ??= this.#states.read(change.row)
      this.#update(task, { type, start, end }, identity, change, args)
    }
  }

  #update(task: Task, window: WindowBounds, identity: Identity, change: Change, args: Arguments): void {
    let bucket = task.windows.get(window.start)
    if (!bucket) {
      bucket = new Map()
      task.windows.set(window.start, bucket)
    }
    let entry = bucket.get(identity)
    const old = entry?.row ?? null
    if (!entry) {
      entry = { key: change.key!, window, states: this.#states.init(), row: [], time: change.time }
      bucket.set(identity, entry)
    }
    this.#states.add(entry.states, args)
    entry.time = Math.max(entry.time, change.time)
    entry.row = this.#states.row(entry.key, entry.states, entry.time, window)
    this.#downstream({ key: entry.key, row: entry.row, old, time: entry.time, window: entry.window, partition: change.partition })
  }

  #task(partition: number): Task {
    let task = this.#tasks.get(partition)
    if (!task) {
      task = { streamTime: -1, windows: new Map(), droppedTo: Number.NEGATIVE_INFINITY }
      this.#tasks.set(partition, task)
    }
    return task
  }

  /** Windows beyond retention go in batches: one sweep for a sixteenth of the retention. */
  #advance(task: Task, time: number): void {
    task.streamTime = time
    const expired = time - this.#window.retentionMs
    if (expired < task.droppedTo + this.#window.retentionMs / 16) return
    task.droppedTo = expired
    for (const start of task.windows.keys()) if (start <= expired) task.windows.delete(start)
  }

  *get(key: readonly Value[]): Iterable<GroupEntry> {
    const identity = keyIdentity(key)
    yield* sortByWindow(this.#live((bucket) => bucket.get(identity)))
  }

  *entries(): Iterable<GroupEntry> {
    for (const task of this.#tasks.values()) {
      for (const [start, bucket] of [...task.windows].sort(([a], [b]) => a - b)) {
        if (start > task.streamTime - this.#window.retentionMs) yield* bucket.values()
      }
    }
  }

  *#live(pick: (bucket: Map<Identity, GroupEntry>) => GroupEntry | undefined): Iterable<GroupEntry> {
    for (const task of this.#tasks.values()) {
      for (const [start, bucket] of task.windows) {
        const entry = start > task.streamTime - this.#window.retentionMs ? pick(bucket) : undefined
        if (entry) yield entry
      }
    }
  }

  snapshot(): unknown {
    return this.#tasks
  }

  restore(state: unknown): void {
    this.#tasks = state as Map<number, Task>
  }
}

export function sortByWindow(entries: Iterable<GroupEntry>): GroupEntry[] {
  return [...entries].sort((a, b) => a.window!.start - b.window!.start || a.window!.end - b.window!.end)
}

export function tableRow(entry: GroupEntry, value: readonly Value[]): TableRow {
  const row = { key: entry.key, value, timestamp: entry.time }
  return entry.window ? { ...row, window: entry.window } : row
}
