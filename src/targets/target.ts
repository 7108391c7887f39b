/** What every backend offers to the controller. One instance per platform; nothing else talks to that backend. */
import type { Action, Desired, Finding, LedgerEntry, Observed, Owner, ResourceId, ResourceKind } from '../plan/index.ts'

export type BackendName = 'kafka' | 'ksqldb' | 'connect' | 'elasticsearch' | 'grafana'

/** What a probe of the backend found, for the platform's status. */
export interface BackendReport {
  readonly version?: string
  /** Connector classes, where the backend has such. */
  readonly plugins?: readonly { readonly class: string; readonly type: string; readonly version: string }[]
  /** Name under which its workers have a config provider for Kubernetes Secrets. */
  readonly secretProvider?: string
  /** What people should know of it while all is well. */
  readonly note?: string
}

/**
 * How far data has come at one object, for DataFlowing and /metrics.
 * Offsets are sums over partitions; times are epoch milliseconds.
 */
export interface Progress {
  readonly id: ResourceId
  /** What this object has taken in (consumed offsets) and what waits at its input (end offsets). */
  readonly consumed?: number
  readonly available?: number
  /** What it has put out: end offset of its topic, documents in its index. */
  readonly produced?: number
  readonly lastOutputAt?: number
}

export interface Applied {
  readonly backendId?: string
  /** The object exists, but the backend is still at work on it: observe again. */
  readonly pending?: boolean
}

export interface Target {
  readonly backend: BackendName
  readonly kinds: readonly ResourceKind[]
  /** Throws a Failure when the backend cannot be used. */
  probe(signal: AbortSignal): Promise<BackendReport>
  /** Everything this backend holds that a pipeline could own or name, in one or two calls for all pipelines. */
  observe(signal: AbortSignal): Promise<readonly Observed[]>
  /** Asks the backend whether it would accept these, without changing anything. `going`: what the same plan removes. */
  check(desired: readonly Desired[], signal: AbortSignal, going?: readonly ResourceId[]): Promise<readonly Finding[]>
  /** Does one Create, InPlace or Replace. Safe to repeat after a crash in the middle. */
  apply(action: Action, owner: Owner, signal: AbortSignal): Promise<Applied>
  /** Removes one object of ours, or releases it when its data is retained. Absent is success. */
  remove(entry: LedgerEntry, owner: Owner, signal: AbortSignal): Promise<Applied>
  /** Partitions of those topics that are there, where the backend has topics. */
  partitionsOf?(topics: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>>
  progress(ids: readonly ResourceId[], signal: AbortSignal): Promise<readonly Progress[]>
  /**
   * Rings when the backend tells of a change by itself; returns when it stops telling. Whoever listens looks also without it,
   * only less often.
   */
  doorbell?(ring: () => void, signal: AbortSignal): Promise<void>
  /** Lets go of what it holds open; the platform is gone or has changed. */
  close?(): Promise<void>
}
