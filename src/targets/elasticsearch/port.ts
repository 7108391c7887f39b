/** What the operator and the command line need of an Elasticsearch. The one implementation stands in client.ts. */
import type { z } from 'zod'
import { segmentText } from '../../ports/index.ts'

export interface SearchRequest<T> {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Starts with `/`; its segments are encoded already (`segment`). */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  /** An object is sent as JSON, a list as NDJSON. */
  readonly body?: object | readonly object[]
  /** Statuses that are an answer, not a fault, beside 2xx. */
  readonly accept?: readonly number[]
  readonly answer: z.ZodType<T>
  readonly signal?: AbortSignal
}

export interface ServerVersion {
  readonly distribution: 'elasticsearch' | 'opensearch'
  readonly number: string
}

export interface ElasticsearchPort {
  /** Asked once and kept; throws UnsupportedVersion for what is not known to work. */
  version(signal?: AbortSignal): Promise<ServerVersion>
  request<T>(request: SearchRequest<T>): Promise<{ readonly status: number; readonly body: T }>
  close(): Promise<void>
}

/** One segment of a path; `*` would stand for more than one index. */
export const segment = (text: string): string => segmentText(text).replaceAll('*', '%2A')
