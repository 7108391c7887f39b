/** The error bodies of the REST API: `{"@type", "error_code", "message", ...}` under an HTTP status. */

export interface ErrorBody {
  readonly '@type': 'generic_error' | 'statement_error'
  readonly error_code: number
  readonly message: string
  readonly statementText?: string
  readonly entities?: readonly unknown[]
}

export class RestError extends Error {
  readonly status: number
  readonly body: ErrorBody

  constructor(status: number, body: ErrorBody) {
    super(body.message)
    this.name = 'RestError'
    this.status = status
    this.body = body
  }
}

/** The HTTP status stands in the first three digits of the code. */
export function genericError(code: number, message: string): RestError {
  return new RestError(Math.floor(code / 100), { '@type': 'generic_error', error_code: code, message })
}

/** A fault of one statement of a request; `entities` are the answers of those before it. */
export function statementError(message: string, statementText: string, code = 40001, entities: readonly unknown[] = []): RestError {
  return new RestError(Math.floor(code / 100), { '@type': 'statement_error', error_code: code, message, statementText, entities })
}

/** A fault whose statement is not known yet where it is found; the caller adds the text. */
export class StatementFault extends Error {
  readonly code: number
  /** Which text the server quotes: as written, as completed, or none (a generic error). */
  readonly quotes: 'written' | 'completed' | 'nothing'

  constructor(message: string, code = 40001, quotes: 'written' | 'completed' | 'nothing' = code === 40000 ? 'nothing' : 'written') {
    super(message)
    this.name = 'StatementFault'
    this.code = code
    this.quotes = quotes
  }
}

/** Server-side causes are quoted one after the other, wrapped at 80 characters with a tab. */
export function withCauses(message: string, ...causes: readonly string[]): string {
  return [message, ...causes.map((cause) => wrap(`Caused by: ${cause}`))].join('\n')
}

function wrap(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > 80 - (lines.length > 0 ? 1 : 0)) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.join('\n\t')
}
