/** Faults of statements as the REST API reports them: which status, which text they quote. */
import { SqlError } from '../../../sql/index.ts'
import { genericError, RestError, StatementFault, statementError } from '../rest/errors.ts'

/** `completed`: the statement with its defaults filled in, where the server had come so far. */
export function toRestError(error: unknown, written: string, completed: string | undefined, entities: readonly unknown[] = []): RestError {
  if (error instanceof RestError) return error
  if (error instanceof StatementFault) {
    if (error.quotes === 'nothing') return genericError(error.code, error.message)
    return statementError(error.message, error.quotes === 'completed' ? (completed ?? written) : written, error.code, entities)
  }
  if (error instanceof SqlError) {
    if (error.errorCode === 40000 || error.errorCode === 42801) return genericError(error.errorCode, error.message)
    if (error.errorCode === 50000) return statementError(error.message, written, 50000, entities)
    return statementError(error.message, quoted(error, written, completed), 40001, entities)
  }
  return genericError(50000, error instanceof Error ? error.message : String(error))
}

/** A syntax error quotes the line it stands in, of the whole request. */
export function syntaxError(error: unknown, request: string): RestError {
  if (!(error instanceof SqlError)) return toRestError(error, request, undefined)
  const piece = pieceNamed(error.message)
  if (piece !== undefined) return statementError(error.message, piece)
  return statementError(error.message, /^line \d+:\d+:/.test(error.message) ? (request.split('\n')[error.line - 1] ?? request) : request)
}

function quoted(error: SqlError, written: string, completed: string | undefined): string {
  const piece = pieceNamed(error.message)
  if (piece !== undefined) return piece
  const early = error.kind === 'syntax' || /^(?:Failed to prepare statement|Exception while preparing statement|Statement is missing)/.test(error.message)
  if (early) return written
  // The formats are looked up before the policy of the topic is filled in.
  return error.message.startsWith('Unknown format') ? (completed ?? written).replace(/CLEANUP_POLICY='[^']*', /, '') : (completed ?? written)
}

/** Some faults quote the part of the statement that is wrong. */
function pieceNamed(message: string): string | undefined {
  const column = /^Line: \d+, Col: \d+: Column `(.+?)` is a '(?:PRIMARY )?KEY' column/.exec(message)?.[1]
  if (column !== undefined) return `\`${column}\``
  return /^Invalid Predicate: .* expression: (.*), schema:/s.exec(message)?.[1] ?? /^Illegal argument at Line: .* Got: '(.*)'$/.exec(message)?.[1]
}
