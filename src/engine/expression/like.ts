/** LIKE: `%` any run of characters, `_` one, `escapeChar` takes the meaning from the next. The whole text must match. */
import { type Compiled, type Evaluate, NULL_OPERAND } from './scope.ts'

function likeMatcher(pattern: string, escapeChar?: string): (text: string) => boolean {
  const inner = simplePattern(pattern, escapeChar)
  if (inner) return inner
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    if (char === escapeChar && i + 1 < pattern.length) source += quoteRegex(pattern[++i]!)
    else if (char === '%') source += '[\\s\\S]*'
    else if (char === '_') source += '[\\s\\S]'
    else source += quoteRegex(char)
  }
  const regex = new RegExp(`^${source}$`)
  return (text) => regex.test(text)
}

function quoteRegex(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
}

/** The common forms without a regular expression: `abc`, `abc%`, `%abc`, `%abc%`. */
function simplePattern(pattern: string, escapeChar?: string): ((text: string) => boolean) | undefined {
  const start = pattern.startsWith('%')
  const end = pattern.length > 1 && pattern.endsWith('%')
  const core = pattern.slice(start ? 1 : 0, end ? -1 : undefined)
  if (/[%_]/.test(core) || (escapeChar !== undefined && pattern.includes(escapeChar))) return undefined
  if (start && end) return (text) => text.includes(core)
  if (start) return (text) => text.endsWith(core)
  return end ? (text) => text.startsWith(core) : (text) => text === core
}

export function compileLike(operand: Compiled, pattern: Compiled, negated: boolean, escapeChar: string | undefined, constant: string | undefined): Evaluate {
  let lastPattern = constant
  let matches = constant === undefined ? undefined : likeMatcher(constant, escapeChar)
  return (row) => {
    const text = operand.evaluate(row)
    const wanted = constant ?? pattern.evaluate(row)
    if (text === null || wanted === null) throw NULL_OPERAND
    if (!matches || wanted !== lastPattern) {
      lastPattern = wanted as string
      matches = likeMatcher(lastPattern, escapeChar)
    }
    return matches(text as string) !== negated
  }
}
