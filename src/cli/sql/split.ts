/** Cuts what is typed into statements: at each `;` that stands outside quotes and comments. */

export interface Split {
  readonly statements: readonly string[]
  /** What has not been ended yet. */
  readonly rest: string
}

// A quote doubles to stand for itself, which reads as one text ending and the next beginning: no case of its own.
// A text or comment that is not closed yet runs to the end.
const TOKEN = /'[^']*(?:'|$)|"[^"]*(?:"|$)|`[^`]*(?:`|$)|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$)|;|[^;'"`/-]+|[\s\S]/gy

export function splitStatements(text: string): Split {
  const statements: string[] = []
  let current = ''
  TOKEN.lastIndex = 0
  for (const [token] of text.matchAll(TOKEN)) {
    current += token
    if (token !== ';') continue
    const statement = current.trim()
    if (statement !== ';') statements.push(statement)
    current = ''
  }
  return { statements, rest: isBlank(current) ? '' : current }
}

const isBlank = (text: string) => text.replaceAll(/--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\//g, '').trim() === ''
