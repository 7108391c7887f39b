import { EsError, illegalArgument, parsingError } from '../errors.ts'
import { isObject, type Json } from '../json.ts'
import { compound } from './compound.ts'
import { fullText } from './full-text.ts'
import { everything, type Query, type QueryParser } from './query.ts'
import { termLevel } from './term-level.ts'

export type { Matcher, Query, QueryContext } from './query.ts'

const parsers: Readonly<Record<string, QueryParser>> = { ...compound, ...termLevel, ...fullText }

/** Throws parsing_exception. Absent: everything. */
export function parseQuery(query: Json | undefined): Query {
  if (query === undefined || query === null) return () => everything
  if (!isObject(query)) throw parsingError('[_na] query malformed, must start with start_object')
  const names = Object.keys(query)
  const [name] = names
  if (name === undefined) throw illegalArgument('query malformed, empty clause found at [1:1]')
  if (names.length > 1) throw parsingError(`[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`)
  const parser = parsers[name]
  if (!parser) {
    throw new EsError(400, {
      type: 'parsing_exception',
      reason: `unknown query [${name}]`,
      extra: { line: 1, col: 1 },
      causedBy: { type: 'named_object_not_found_exception', reason: `[1:1] unknown field [${name}]` },
    })
  }
  return parser(query[name] ?? null, parseQuery)
}
