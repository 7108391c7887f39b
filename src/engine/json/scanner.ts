/**
 * Reads JSON from a text, value by value, so that a record reader can put fields straight into their columns.
 * Throws JsonError. What follows the first value is left alone, as Jackson does.
 */
import { type Json, JsonNumber } from './tree.ts'

class JsonError extends Error {
  override name = 'JsonError'
}

const QUOTE = 34
const BACKSLASH = 92
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y

export class JsonScanner {
  #text = ''
  #at = 0
  #hasEscapes = false

  open(text: string): this {
    this.#text = text
    this.#at = 0
    this.#hasEscapes = text.includes('\\')
    return this
  }

  /** The next character that is no white space, without taking it; NaN at the end. */
  peek(): number {
    let code = this.#text.charCodeAt(this.#at)
    while (code === 32 || code === 10 || code === 13 || code === 9) code = this.#text.charCodeAt(++this.#at)
    return code
  }

  /** Takes the character if it is the next one. */
  take(code: number): boolean {
    if (this.peek() !== code) return false
    this.#at++
    return true
  }

  expect(code: number): void {
    if (!this.take(code)) this.#fail(`expected '${String.fromCharCode(code)}'`)
  }

  atEnd(): boolean {
    return Number.isNaN(this.peek())
  }

  /** Takes the string if it is this one; `name` needs no escapes. */
  takeString(name: string): boolean {
    if (this.peek() !== QUOTE) return false
    const start = this.#at + 1
    const end = start + name.length
    if (this.#text.charCodeAt(end) !== QUOTE || !this.#text.startsWith(name, start)) return false
    this.#at = end + 1
    return true
  }

  string(): string {
    this.expect(QUOTE)
    if (this.#hasEscapes) return this.#escapedString()
    const start = this.#at
    const end = this.#text.indexOf('"', start)
    if (end < 0) this.#fail('unterminated string')
    this.#at = end + 1
    return this.#text.slice(start, end)
  }

  #escapedString(): string {
    const text = this.#text
    let result = ''
    let start = this.#at
    for (let i = start; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === QUOTE) {
        this.#at = i + 1
        return result + text.slice(start, i)
      }
      if (code !== BACKSLASH) continue
      result += text.slice(start, i)
      const escaped = text[++i]!
      if (escaped === 'u') {
        const hex = text.slice(i + 1, i + 5)
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail('bad escape')
        result += String.fromCharCode(Number.parseInt(hex, 16))
        i += 4
      } else {
        const plain = ESCAPES[escaped]
        if (plain === undefined) this.#fail('bad escape')
        result += plain
      }
      start = i + 1
    }
    return this.#fail('unterminated string')
  }

  number(): number | JsonNumber {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (!match) return this.#fail('unexpected character')
    const text = match[0]
    this.#at += text.length
    if (text.length <= 15 && match[1] === undefined && match[2] === undefined) return Number(text) + 0
    return new JsonNumber(text)
  }

  value(): Json {
    switch (this.peek()) {
      case QUOTE:
        return this.string()
      case 123:
        return this.#object()
      case 91:
        return this.#array()
      case 116:
        return this.#word('true', true)
      case 102:
        return this.#word('false', false)
      case 110:
        return this.#word('null', null)
      default:
        return this.number()
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('unrecognised token')
    this.#at += word.length
    return value
  }

  #object(): Json {
    const fields = new Map<string, Json>()
    this.expect(123)
    if (this.take(125)) return fields
    do {
      const key = this.string()
      this.expect(58)
      fields.set(key, this.value())
    } while (this.take(44))
    this.expect(125)
    return fields
  }

  #array(): Json {
    const items: Json[] = []
    this.expect(91)
    if (this.take(93)) return items
    do items.push(this.value())
    while (this.take(44))
    this.expect(93)
    return items
  }

  #fail(what: string): never {
    throw new JsonError(`${what} at position ${this.#at}`)
  }
}

/** `strict`: nothing but white space may follow the value. */
export function parseJson(text: string, strict = false): Json {
  const scanner = new JsonScanner().open(text)
  const value = scanner.value()
  if (strict && !scanner.atEnd()) throw new JsonError('unexpected text after the value')
  return value
}
