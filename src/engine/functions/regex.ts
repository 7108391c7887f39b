/** Regular expressions, read as Java's patterns as far as the two agree. A bad pattern gives null. */
import { arrayOf, STRING } from '../types.ts'
import { type Family, strict } from './define.ts'

const compiled = new Map<string, RegExp>()
const PATTERNS_MAX = 500

/** Java's own syntax for what JavaScript writes another way. */
function toJavaScript(pattern: string): { source: string; flags: string } {
  let flags = 'g'
  const source = pattern
    .replace(/^\(\?([ims]+)\)/, (_, letters: string) => {
      flags += letters
      return ''
    })
    .replace(/([*+?}])\+/g, '$1')
    .replaceAll('\\A', '^')
    .replaceAll(/\\[Zz]/g, '$')
    .replaceAll('\\p{Alpha}', '[A-Za-z]')
    .replaceAll('\\p{Digit}', '[0-9]')
    .replaceAll('\\p{Alnum}', '[A-Za-z0-9]')
    .replaceAll('\\p{Upper}', '[A-Z]')
    .replaceAll('\\p{Lower}', '[a-z]')
    .replaceAll('\\p{Punct}', '[!-\\/:-@\\[-`{-~]')
    .replaceAll('\\p{Space}', '\\s')
  return { source, flags }
}

/** Throws SyntaxError for a bad pattern. */
function regexOf(pattern: string): RegExp {
  let regex = compiled.get(pattern)
  if (!regex) {
    const { source, flags } = toJavaScript(pattern)
    regex = new RegExp(source, flags)
    if (compiled.size >= PATTERNS_MAX) compiled.clear()
    compiled.set(pattern, regex)
  }
  regex.lastIndex = 0
  return regex
}

function groupCount(regex: RegExp): number {
  return new RegExp(`${regex.source}|`).exec('')!.length - 1
}

function extract(pattern: string, text: string, group = 0): string | null {
  const match = regexOf(pattern).exec(text)
  return match?.[group] ?? null
}

function extractAll(pattern: string, text: string, group = 0): (string | null)[] | null {
  const regex = regexOf(pattern)
  if (group > groupCount(regex)) return null
  return [...text.matchAll(regex)].map((match) => match[group] ?? null)
}

/** `$1` and `\$` in the replacement mean what they mean in Java. */
function replaceAll(text: string, pattern: string, replacement: string): string {
  return text.replace(regexOf(pattern), (...args) => {
    const groups = args.slice(
      0,
      args.findIndex((arg) => typeof arg === 'number'),
    ) as (string | undefined)[]
    return replacement.replace(/\\(.)|\$(\d)/g, (_, literal: string | undefined, digit: string | undefined) => literal ?? groups[Number(digit)] ?? '')
  })
}

/** An empty pattern splits between all characters. */
function splitBy(text: string, pattern: string): (string | null)[] {
  if (pattern === '') return [...text]
  const parts: string[] = []
  let start = 0
  for (const match of text.matchAll(regexOf(pattern))) {
    if (match[0] === '' && (match.index === 0 || match.index === text.length)) continue
    parts.push(text.slice(start, match.index))
    start = match.index + match[0].length
  }
  return [...parts, text.slice(start)]
}

export const REGEX_FUNCTIONS: Family = {
  REGEXP_EXTRACT: strict(STRING, extract),
  REGEXP_EXTRACT_ALL: strict(arrayOf(STRING), extractAll),
  REGEXP_REPLACE: strict(STRING, replaceAll),
  REGEXP_SPLIT_TO_ARRAY: strict(arrayOf(STRING), splitBy),
}
