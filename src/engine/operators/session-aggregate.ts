/**
 * Aggregates over sessions. A record joins every session of its key within the gap; they become one. Each session that is
 * merged is first taken out by a tombstone (with its end as time, oldest first), unless the new one covers just the record.
 */
import type { AnalysedWindow } from '../../sql/index.ts'
import { type Identity, keyIdentity } from '../compare.ts'
import type { WindowBounds } from '../engine.ts'
import type { Row, Value } from '../values.ts'
import { type Change, type Downstream, FatalError, type Stateful } from './change.ts'
import type { GroupStates } from './group.ts'
import { type GroupEntry, type GroupView, sortByWindow } from './window-aggregate.ts'

type Session = GroupEntry & { readonly window: WindowBounds }

interface Task {
  streamTime: number
  sweptAt: number
  /** Of each key, by end, then by start. */
  readonly sessions: Map<Identity, Session[]>
}

export class SessionAggregate implements Stateful, GroupView {
  readonly #window: AnalysedWindow
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
    if (change.row === null) throw new FatalError('A record without value reached a session window')
    const task = this.#task(change.partition)
    if (change.time > task.streamTime) this.#advance(task, change.time)
    this.#merge(task, change, change.row)
  }

  #merge(task: Task, change: Change, input: Row): void {
    const { sizeMs: gap, graceMs } = this.#window
    const { key, time, partition } = change
    const identity = keyIdentity(key!)
    const sessions = (task.sessions.get(identity) ?? []).filter((session) => this.#isLive(task, session))
    const near = sessions.filter(({ window }) => window.end >= time - gap && window.start <= time + gap)
    const start = near.reduce((least, { window }) => Math.min(least, window.start), time)
    const end = near.reduce((most, { window }) => Math.max(most, window.end), time)
    if (end < task.streamTime - graceMs - gap) return

    const states = near.reduce((merged, session) => this.#states.merge(merged, session.states), this.#states.init())
    const samePoint = start === time && end === time
    if (!samePoint) for (const old of near) this.#downstream({ key, row: null, old: old.row, time: old.window.end, window: old.window, partition })
    this.#states.add(states, this.#states.read(input))
    const window: WindowBounds = { type: 'SESSION', start, end }
    const row = this.#states.row(key!, states, end, window)
    const session: Session = { key: key!, window, states, row, time: end }
    task.sessions.set(identity, sortSessions([...sessions.filter((old) => !near.includes(old)), session]))
    this.#downstream({ key, row, old: samePoint ? (near[0]?.row ?? null) : null, time: end, window, partition })
  }

  #task(partition: number): Task {
    let task = this.#tasks.get(partition)
    if (!task) {
      task = { streamTime: -1, sweptAt: Number.NEGATIVE_INFINITY, sessions: new Map() }
      this.#tasks.set(partition, task)
    }
    return task
  }

  #advance(task: Task, time: number): void {
    task.streamTime = time
    if (time < task.sweptAt + this.#window.retentionMs / 16) return
    task.sweptAt = time
    for (const [identity, sessions] of task.sessions) {
      const live = sessions.filter((session) => this.#isLive(task, session))
      if (live.length === 0) task.sessions.delete(identity)
      else if (live.length < sessions.length) task.sessions.set(identity, live)
    }
  }

  /** What is older than the retention is not seen any more, even while it could still be merged. */
  #isLive(task: Task, session: Session): boolean {
    return session.window.end > task.streamTime - this.#window.retentionMs
  }

  get(key: readonly Value[]): Iterable<GroupEntry> {
    const identity = keyIdentity(key)
    return sortByWindow([...this.#tasks.values()].flatMap((task) => (task.sessions.get(identity) ?? []).filter((session) => this.#isLive(task, session))))
  }

  *entries(): Iterable<GroupEntry> {
    for (const task of this.#tasks.values()) {
      for (const sessions of task.sessions.values()) yield* sessions.filter((session) => this.#isLive(task, session))
    }
  }

  snapshot(): unknown {
    return this.#tasks
  }

  restore(state: unknown): void {
    this.#tasks = state as Map<number, Task>
  }
}

function sortSessions(sessions: Session[]): Session[] {
  return sessions.sort((a, b) => a.window.end - b.window.end || a.window.start - b.window.start)
}
