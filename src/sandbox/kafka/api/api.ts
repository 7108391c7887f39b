/** What one API of the protocol is made of. Each file of this folder defines one, its wire grammar on top. */
import type { Broker } from '../broker.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'

export interface RequestContext {
  readonly version: number
  readonly clientId: string
  /** As Kafka shows it: `/127.0.0.1`. */
  readonly clientHost: string
  /** Aborted when the connection is gone: nobody waits for the answer. */
  readonly signal: AbortSignal
}

export interface ApiDefinition<Request, Response> {
  readonly key: number
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  /** From this version on requests and answers are flexible (KIP-482). */
  readonly flexibleFrom: number
  /** Whether it changes topics, records or configs. Group membership and committed offsets are the reader's own. */
  readonly mutating: boolean
  /** A request that only asks whether a change would be taken. */
  onlyAsks?(request: Request): boolean
  read(reader: Reader, version: number): Request
  /** What the request names, for the log. */
  names(request: Request): readonly string[]
  handle(broker: Broker, request: Request, context: RequestContext): Response | Promise<Response>
  /** Undefined: this request gets no answer. */
  write(writer: Writer, response: Response, version: number): void
  /** The first error code in the answer, for the log. */
  status(response: Response): number
  /** Produce with acks=0. */
  unanswered?(request: Request): boolean
}

export interface Api {
  readonly key: number
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  readonly flexibleFrom: number
  readonly mutating: boolean
  run(broker: Broker, reader: Reader, context: RequestContext): Promise<ApiResult>
}

export interface ApiResult {
  readonly mutating: boolean
  readonly path: string
  readonly status: number
  /** Undefined: this request gets no answer. */
  readonly write?: (writer: Writer) => void
}

/** Forgets the types of request and response, so that APIs of all kinds fit into one table. */
export function defineApi<Request, Response>(api: ApiDefinition<Request, Response>): Api {
  return {
    key: api.key,
    name: api.name,
    minVersion: api.minVersion,
    maxVersion: api.maxVersion,
    flexibleFrom: api.flexibleFrom,
    mutating: api.mutating,
    async run(broker, reader, context) {
      const request = api.read(reader, context.version)
      reader.tags()
      const response = await api.handle(broker, request, context)
      const result = { path: api.names(request).join(','), status: api.status(response), mutating: api.mutating && !api.onlyAsks?.(request) }
      if (api.unanswered?.(request)) return result
      return {
        ...result,
        write(writer) {
          api.write(writer, response, context.version)
          writer.tags()
        },
      }
    },
  }
}

/** The first that is not 0. */
export const firstError = (codes: Iterable<number>): number => {
  for (const code of codes) if (code !== 0) return code
  return 0
}
