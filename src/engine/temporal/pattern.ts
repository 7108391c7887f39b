/** Patterns of java.time.format.DateTimeFormatter as tokens, and the English names of months and days. */

export const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

export type Token = { readonly literal: string } | { readonly letter: string; readonly count: number } | { readonly optional: 'start' | 'end' }

const LETTERS = new Set('GuyDMLdQqYwWEecFahKkHmsSAnNVzOXxZ')

export class PatternError extends Error {
  override name = 'PatternError'
}

export function tokenize(pattern: string): Token[] {
  const tokens: Token[] = []
  for (let i = 0; i < pattern.length; ) {
    const char = pattern[i]!
    if (char === "'") {
      const { text, end } = quoted(pattern, i)
      tokens.push({ literal: text })
      i = end
    } else if (/[A-Za-z]/.test(char)) {
      let end = i
      while (pattern[end] === char) end++
      if (!LETTERS.has(char)) throw new PatternError(`Unknown pattern letter: ${char}`)
      tokens.push({ letter: char, count: end - i })
      i = end
    } else if (char === '[' || char === ']') {
      tokens.push({ optional: char === '[' ? 'start' : 'end' })
      i++
    } else if (char === '{' || char === '}' || char === '#') {
      throw new PatternError(`Pattern includes reserved character: '${char}'`)
    } else {
      tokens.push({ literal: char })
      i++
    }
  }
  return tokens
}

function quoted(pattern: string, start: number): { text: string; end: number } {
  if (pattern[start + 1] === "'") return { text: "'", end: start + 2 }
  let text = ''
  for (let i = start + 1; i < pattern.length; i++) {
    if (pattern[i] !== "'") text += pattern[i]
    else if (pattern[i + 1] === "'") {
      text += "'"
      i++
    } else return { text, end: i + 1 }
  }
  throw new PatternError(`Pattern ends with an incomplete string literal: ${pattern}`)
}
