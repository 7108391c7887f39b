/** What a connector class is to the worker. */
import type { Clock, Random } from '../../ports/index.ts'
import type { Config, ConfigKey } from './config-def.ts'
import type { ConnectRecord } from './data.ts'

export interface TaskContext {
  readonly clock: Clock
  readonly random: Random
  readonly connector: string
  readonly taskId: number
  readonly signal: AbortSignal
}

export type SourceOffset = Readonly<Record<string, string | number>>

export interface SourceTask {
  readonly sourcePartition: SourceOffset
  /** The next record, when it is due, and the offset to resume after it; throws what fails the task. */
  next(): { readonly record: ConnectRecord; readonly afterMs: number; readonly offset: SourceOffset }
}

export interface SinkTask {
  /** Resolves when the records are written; throws what fails the task. */
  put(records: readonly ConnectRecord[]): Promise<void>
}

export interface ConnectorPlugin {
  readonly class: string
  readonly type: 'source' | 'sink'
  readonly version: string
  readonly options: readonly ConfigKey[]
  /** What it puts into the config of its n-th task beside its own. */
  taskConfig?(id: number): Config
  /** Rules over several options: option -> what is wrong. */
  validate?(config: Config): ReadonlyMap<string, readonly string[]>
  createSource?(config: Config, context: TaskContext, resumeFrom: SourceOffset | undefined): SourceTask
  createSink?(config: Config, context: TaskContext): SinkTask
}
