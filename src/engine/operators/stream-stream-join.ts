/**
 * Joins two streams within a window of time. Both sides are kept for the window and its grace; the result has the later time.
 * With GRACE PERIOD a record without match is written (with nulls) once its window has closed in stream time; without it at
 * once, and a match that comes later is written as well.
 */
import { type Identity, keyIdentity } from '../compare.ts'
import type { Row, Value } from '../values.ts'
import type { Change, Downstream, Stateful } from './change.ts'
import { storeKey } from './source.ts'

export interface StreamStreamJoin {
  readonly beforeMs: number
  readonly afterMs: number
  /** Absent: no GRACE PERIOD was given. */
  readonly graceMs?: number | undefined
  /** A record of this side without match gives a row. */
  readonly leftOuter: boolean
  readonly rightOuter: boolean
  readonly leftWidth: number
  readonly rightWidth: number
}

type SideName = 'left' | 'right'

/** The records of one side that can still find a match. */
interface Buffer {
  streamTime: number
  sweptAt: number
  /** Of each key in the order of time, then of arrival. */
  readonly records: Map<Identity, Change[]>
}

/** A record that waits for a match or for the end of its window. */
interface Waiting {
  readonly side: SideName
  readonly change: Change
}

interface Task {
  streamTime: number
  readonly left: Buffer
  readonly right: Buffer
  waiting: Waiting[]
}

const DAY_MS = 86_400_000

export class StreamStreamJoiner implements Stateful {
  readonly #join: StreamStreamJoin
  readonly #graceMs: number
  readonly #retentionMs: number
  readonly #downstream: Downstream
  readonly #nothing: { readonly left: Row; readonly right: Row }
  #tasks = new Map<number, Task>()

  constructor(join: StreamStreamJoin, downstream: Downstream) {
    this.#join = join
    this.#graceMs = join.graceMs ?? Math.max(0, DAY_MS - join.beforeMs - join.afterMs)
    this.#retentionMs = join.beforeMs + join.afterMs + this.#graceMs
    this.#downstream = downstream
    this.#nothing = { left: new Array<Value>(join.leftWidth).fill(null), right: new Array<Value>(join.rightWidth).fill(null) }
  }

  readonly left: Downstream = (change) => this.#process('left', change)
  readonly right: Downstream = (change) => this.#process('right', change)

  #process(side: SideName, change: Change): void {
    const task = this.#task(change.partition)
    const outer = side === 'left' ? this.#join.leftOuter : this.#join.rightOuter
    task.streamTime = Math.max(task.streamTime, change.time)
    if (change.row === null) return
    if (change.key === null) {
      if (outer) this.#emitAlone({ side, change })
      return
    }
    if (change.time === task.streamTime) this.#emitClosed(task)
    const matched = this.#emitMatches(task, side, change)
    if (!matched && outer) this.#wait(task, { side, change })
    this.#keep(task[side], change)
  }

  /** A record looks back and forth by the window as seen from its side. */
  #reach(side: SideName): { back: number; ahead: number } {
    const { beforeMs, afterMs } = this.#join
    return side === 'left' ? { back: beforeMs, ahead: afterMs } : { back: afterMs, ahead: beforeMs }
  }

  #emitMatches(task: Task, side: SideName, change: Change): boolean {
    const { back, ahead } = this.#reach(side)
    const other = task[side === 'left' ? 'right' : 'left']
    const from = Math.max(0, change.time - back, other.streamTime - this.#retentionMs + 1)
    const to = change.time + ahead
    const matches = (other.records.get(keyIdentity(storeKey(change))) ?? []).filter(({ time }) => time >= from && time <= to)
    for (const match of matches) {
      task.waiting = task.waiting.filter((waiting) => waiting.change !== match)
      const [left, right] = side === 'left' ? [change, match] : [match, change]
      this.#downstream({ ...change, row: [...left.row!, ...right.row!], time: Math.max(left.time, right.time) })
    }
    return matches.length > 0
  }

  #wait(task: Task, waiting: Waiting): void {
    const closes = waiting.change.time + this.#reach(waiting.side).ahead + this.#graceMs
    if (this.#join.graceMs === undefined || closes < task.streamTime) this.#emitAlone(waiting)
    else task.waiting.push(waiting)
  }

  /** By time; at the same time the right side first. */
  #emitClosed(task: Task): void {
    if (task.waiting.length === 0) return
    const isClosed = ({ side, change }: Waiting): boolean => change.time + this.#reach(side).ahead + this.#graceMs < task.streamTime
    const closed = task.waiting.filter(isClosed).sort((a, b) => a.change.time - b.change.time || (a.side === b.side ? 0 : a.side === 'right' ? -1 : 1))
    if (closed.length === 0) return
    task.waiting = task.waiting.filter((waiting) => !isClosed(waiting))
    for (const waiting of closed) this.#emitAlone(waiting)
  }

  #emitAlone({ side, change }: Waiting): void {
    const row = side === 'left' ? [...change.row!, ...this.#nothing.right] : [...this.#nothing.left, ...change.row!]
    this.#downstream({ ...change, row })
  }

  #keep(buffer: Buffer, change: Change): void {
    buffer.streamTime = Math.max(buffer.streamTime, change.time)
    if (change.time <= buffer.streamTime - this.#retentionMs) return
    const identity = keyIdentity(storeKey(change))
    const records = buffer.records.get(identity)
    if (!records) buffer.records.set(identity, [change])
    else records.splice(records.findLastIndex(({ time }) => time <= change.time) + 1, 0, change)
    this.#sweep(buffer)
  }

  /** Records beyond retention go in batches. */
  #sweep(buffer: Buffer): void {
    if (buffer.streamTime < buffer.sweptAt + this.#retentionMs / 4) return
    buffer.sweptAt = buffer.streamTime
    for (const [identity, records] of buffer.records) {
      const live = records.filter(({ time }) => time > buffer.streamTime - this.#retentionMs)
      if (live.length === 0) buffer.records.delete(identity)
      else buffer.records.set(identity, live)
    }
  }

  #task(partition: number): Task {
    let task = this.#tasks.get(partition)
    if (!task) {
      const buffer = (): Buffer => ({ streamTime: -1, sweptAt: 0, records: new Map() })
      task = { streamTime: -1, left: buffer(), right: buffer(), waiting: [] }
      this.#tasks.set(partition, task)
    }
    return task
  }

  snapshot(): unknown {
    return this.#tasks
  }

  restore(state: unknown): void {
    this.#tasks = state as Map<number, Task>
  }
}
