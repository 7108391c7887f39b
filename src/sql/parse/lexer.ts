/** Text -> tokens. Comments and white space fall away here; everything else becomes a token, also what no rule knows. */
import type { Position, Span } from '../ast.ts'

type TokenKind = 'word' | 'quoted' | 'string' | 'integer' | 'decimal' | 'float' | 'variable' | 'digit-word' | 'symbol' | 'unknown' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** As written. */
  readonly text: string
  /** What it stands for: a word in upper case, a quoted name or string without its quotes, a symbol as written. */
  readonly value: string
  readonly span: Span
}

/** Longest first, so that `<>` is not read as `<`. */
const SYMBOLS = ['<>', '!=', '<=', '>=', '||', ':=', '->', '=>', '=', '<', '>', '+', '-', '*', '/', '%', '(', ')', '[', ']', ',', '.', ';']

const SPACE = /[ \r\n\t]+/y
const LINE_COMMENT = /--[^\r\n]*/y
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y
const STRING = /'(?:[^']|'')*'/y
const DOUBLE_QUOTED = /"(?:[^"]|"")*"/y
const BACK_QUOTED = /`(?:[^`]|``)*`/y
const VARIABLE = /\$\{[A-Za-z_][A-Za-z0-9_@]*\}/y
const WORD = /[A-Za-z_][A-Za-z0-9_@]*/y
const FLOAT = /(?:\d+(?:\.\d*)?|\.\d+)[Ee][+-]?\d+/y
const DECIMAL = /\d+\.\d*|\.\d+/y
const INTEGER = /\d+/y
const DIGIT_WORD = /\d[A-Za-z0-9_@]+/y

export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const place = new Place()
  const at = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = place.offset
    return pattern.exec(text)?.[0]
  }
  const take = (kind: TokenKind, lexeme: string, value: string): void => {
    const start = place.position
    place.advance(lexeme)
    tokens.push({ kind, text: lexeme, value, span: { start, end: place.position } })
  }

  while (place.offset < text.length) {
    const blank = at(SPACE) ?? at(LINE_COMMENT) ?? at(BLOCK_COMMENT)
    if (blank !== undefined) {
      place.advance(blank)
      continue
    }
    const string = at(STRING)
    if (string !== undefined) {
      take('string', string, string.slice(1, -1).replaceAll("''", "'"))
      continue
    }
    const doubleQuoted = at(DOUBLE_QUOTED)
    if (doubleQuoted !== undefined) {
      take('quoted', doubleQuoted, doubleQuoted.slice(1, -1).replaceAll('""', '"'))
      continue
    }
    const backQuoted = at(BACK_QUOTED)
    if (backQuoted !== undefined) {
      take('quoted', backQuoted, backQuoted.slice(1, -1).replaceAll('``', '`'))
      continue
    }
    const variable = at(VARIABLE)
    if (variable !== undefined) {
      take('variable', variable, variable.slice(2, -1))
      continue
    }
    const word = at(WORD)
    if (word !== undefined) {
      take('word', word, word.toUpperCase())
      continue
    }
    const number = longest([
      ['float', at(FLOAT)],
      ['decimal', at(DECIMAL)],
      ['integer', at(INTEGER)],
      ['digit-word', at(DIGIT_WORD)],
    ])
    if (number !== undefined) {
      take(number[0], number[1], number[0] === 'digit-word' ? number[1].toUpperCase() : number[1])
      continue
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, place.offset))
    if (symbol !== undefined) {
      take('symbol', symbol, symbol === '!=' ? '<>' : symbol)
      continue
    }
    const character = String.fromCodePoint(text.codePointAt(place.offset)!)
    take('unknown', character, character)
  }
  tokens.push({ kind: 'end', text: '<EOF>', value: '<EOF>', span: { start: place.position, end: place.position } })
  return tokens
}

/** The longest match wins, of equal ones the first: `1E5` is a number and `1E5X` a word that starts with a digit. */
function longest(candidates: readonly (readonly [TokenKind, string | undefined])[]): readonly [TokenKind, string] | undefined {
  let best: readonly [TokenKind, string] | undefined
  for (const [kind, lexeme] of candidates) {
    if (lexeme !== undefined && (best === undefined || lexeme.length > best[1].length)) best = [kind, lexeme]
  }
  return best
}

class Place {
  offset = 0
  #line = 1
  #column = 1

  get position(): Position {
    return { line: this.#line, column: this.#column, offset: this.offset }
  }

  /** Columns count characters, not UTF-16 units. */
  advance(text: string): void {
    for (const character of text) {
      if (character === '\n') {
        this.#line += 1
        this.#column = 1
      } else {
        this.#column += 1
      }
    }
    this.offset += text.length
  }
}
