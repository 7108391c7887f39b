/** What the query endpoints are asked for. */
import type { ParseOptions } from '../../../sql/index.ts'
import type { BodyValue } from '../rest/body.ts'
import { StatementFault } from '../rest/errors.ts'

export interface QueryRequest {
  readonly sql: string
  readonly properties: Readonly<Record<string, BodyValue>>
  readonly variables: NonNullable<ParseOptions['variables']>
  readonly contentType: string
  /** The old endpoint, /query. */
  readonly old: boolean
}

/** What the engine does not run is refused before the answer begins. */
export function runnable<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new StatementFault(`This server cannot run the query: ${error instanceof Error ? error.message : String(error)}`)
  }
}
