/** What statements may ask of the server that runs them. */
import type { QueryHost } from './run/query-host.ts'

export interface TransientQuery {
  readonly id: string
  readonly statementText: string
  end(): void
}

export interface ServerView {
  readonly serviceId: string
  /** `127.0.0.1:PORT`: names this server in query descriptions. */
  readonly host: string
  /** The run of a persistent query. */
  hostOf(queryId: string): QueryHost | undefined
  /** Case does not matter. */
  transient(queryId: string): TransientQuery | undefined
  transients(): readonly TransientQuery[]
  readonly connectUrl: string | undefined
  /** Server properties that were set. */
  readonly properties: Readonly<Record<string, string>>
  /** A number for a transient query's id. */
  randomId(): string
  now(): number
  sleep(ms: number): Promise<void>
  /** Consumer group of a persistent query. */
  groupOf(queryId: string): string
  /** What the consumer group of a push query begins with. */
  transientGroupOf(queryId: string): string
}
