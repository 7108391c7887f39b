/** What compiling needs to know of the world, read beforehand, so that it stays a function of values. */
import type { ClickstreamPipeline, ClickstreamPlatform } from '../api/index.ts'
import type { Catalogue } from '../sql/index.ts'
import type { Finding, Graph } from './resources.ts'

export interface CompileFacts {
  /** Connector classes that Kafka Connect has. Absent: not asked (offline); then the usual classes are assumed. */
  readonly plugins?: readonly { readonly class: string; readonly type: string }[]
  /** Name under which the workers of a KafkaConnect have Strimzi's config provider for Secrets; absent: they have none. */
  readonly secretProvider?: string
  /** `versionKey` -> resourceVersion of what `secretRefs` names: a rotated one changes the hash. */
  readonly secretVersions?: ReadonlyMap<string, string>
  /** Replicas of topics that say nothing. Default 1. */
  readonly defaultReplicas?: number
  /** Of `outsideTopics`, those that are there: how many partitions each has. Absent: not asked. */
  readonly partitions?: ReadonlyMap<string, number>
  /** Epoch milliseconds; needed for schedules. */
  readonly now?: number
  /** Name of a source -> when its first cycle began (epoch milliseconds). A source that is not here begins now. */
  readonly scheduleStarts?: ReadonlyMap<string, number>
}

export interface CompileInput {
  readonly pipeline: ClickstreamPipeline
  readonly platform: ClickstreamPlatform
  /** `NAME/KEY` -> text, of the ConfigMaps that `configMapRefs` names. */
  readonly configMaps: ReadonlyMap<string, string>
  readonly facts: CompileFacts
}

export interface ScheduleState {
  readonly name: string
  readonly phase: 'Running' | 'Paused' | 'Done'
  /** Counted from 1. */
  readonly cycle: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly nextChange?: number
}

export interface Compiled {
  /** Absent when a finding is an error. */
  readonly graph?: Graph
  readonly findings: readonly Finding[]
  /** Every stream, table and type that the statements make. */
  readonly catalogue: Catalogue
  readonly schedules: readonly ScheduleState[]
  /** Topics that statements read and nobody of this pipeline makes: their partitions decide whether joins can be. */
  readonly outsideTopics: readonly string[]
}
