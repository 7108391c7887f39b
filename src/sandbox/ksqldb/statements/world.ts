/** What a statement can see and do: once in a sandbox where it is only checked, once for real. */
import type { KafkaClient, Logger } from '../../../ports/index.ts'
import type { AnalysisOptions, Statement } from '../../../sql/index.ts'
import type { ConnectClient } from '../connect/client.ts'
import type { BodyValue } from '../rest/body.ts'
import type { ServerView } from '../server-view.ts'
import type { State } from '../store/state.ts'
import type { Topics } from '../store/topics.ts'
import type { Change } from './change.ts'

/** What holds for one request: its properties and variables, changed by SET, UNSET, DEFINE and UNDEFINE in it. */
export interface Session {
  readonly properties: Record<string, BodyValue>
  readonly variables: Record<string, string>
}

export interface CommandStatus {
  readonly status: 'QUEUED' | 'PARSING' | 'EXECUTING' | 'RUNNING' | 'TERMINATED' | 'SUCCESS' | 'ERROR'
  readonly message: string
  readonly queryId: string | null
}

/** A change that the command log is to hold. */
export interface CommandRequest {
  readonly id: string
  /** As written, for the log. */
  readonly statement: string
  /** As the server stores it. */
  readonly text: string
  readonly change: Change
}

export interface World {
  readonly sandbox: boolean
  readonly state: State
  readonly topics: Topics
  readonly session: Session
  readonly kafka: KafkaClient
  readonly connect: ConnectClient
  readonly log: Logger
  readonly server: ServerView
  /** Applies the change; for real, after it was written to the command topic. */
  submit(request: CommandRequest): Promise<{ readonly status: CommandStatus; readonly sequence: number }>
}

/** One statement of a request. */
export interface Parsed {
  readonly statement: Statement
  /** As it was written, with its semicolon. */
  readonly text: string
}

export function analysisOptions(world: Pick<World, 'topics' | 'session'>): AnalysisOptions {
  const properties: Record<string, string | number | boolean> = {}
  for (const [key, value] of Object.entries(world.session.properties)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') properties[key] = value
  }
  return { properties, partitionsOf: (topic) => world.topics.shape(topic)?.partitions }
}

/** An answer of POST /ksql: one object of the array. */
export type Entity = { readonly '@type': string; readonly statementText: string; readonly [key: string]: unknown }

export interface Warning {
  readonly message: string
}
