/** Request bodies, read with the complaints that the server's JSON library (Jackson) makes. */
import { genericError, type RestError } from './errors.ts'

export type BodyValue = null | boolean | number | string | BodyValue[] | { [key: string]: BodyValue }

export interface Body {
  readonly fields: Readonly<Record<string, BodyValue>>
  /** Where the value of a field starts, counted from 1. */
  readonly columns: Readonly<Record<string, number>>
  /** Where the closing brace stands. */
  readonly end: number
}

const at = (column: number, line = 1) =>
  `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`

const invalid = (message: string): RestError => genericError(40000, `Invalid JSON in request: ${message}`)

/** `entity` is the server's name of the request's type. Throws 400 with the place, or 500 where there is no body. */
export function readBody(text: string | undefined, entity: string): Body {
  if (text === undefined || text === '') {
    throw genericError(50000, 'Cannot invoke "io.vertx.core.buffer.Buffer.getBytes()" because "buffer" is null')
  }
  const reader = new Reader(text)
  reader.space()
  const start = reader.column
  if (reader.peek() !== '{') {
    const token = reader.peek() === '[' ? 'Array value (token `JsonToken.START_ARRAY`)' : 'String value'
    reader.value()
    throw invalid(`Cannot deserialize value of type \`${entity}\` from ${token}${at(start)}`)
  }
  // Maps first: a field may be called __proto__.
  const fields = new Map<string, BodyValue>()
  const columns = new Map<string, number>()
  reader.object((key, column, value) => {
    fields.set(key, value)
    columns.set(key, column)
  })
  return { fields: Object.fromEntries(fields), columns: Object.fromEntries(columns), end: reader.column - 1 }
}

export function missingProperty(body: Body, entity: string, property: string): RestError {
  return invalid(`Missing required creator property '${property}' (index 0)${at(body.end)} (through reference chain: ${entity}["${property}"])`)
}

/** A map of names to scalars; absent and null are empty. */
export function mapField(body: Body, entity: string, field: string): Record<string, BodyValue> {
  const value = body.fields[field]
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value
  const where = `${at(body.columns[field] ?? 1)} (through reference chain: ${entity}["${field}"])`
  if (Array.isArray(value)) {
    throw invalid(
      `Cannot deserialize value of type \`java.util.LinkedHashMap<java.lang.String,java.lang.Object>\` from Array value (token \`JsonToken.START_ARRAY\`)${where}`,
    )
  }
  const kind = typeof value === 'string' ? 'String' : typeof value === 'boolean' ? 'boolean' : 'int/Int'
  throw invalid(
    `Cannot construct instance of \`java.util.LinkedHashMap\` (although at least one Creator exists): no ${kind}-argument constructor/factory method to deserialize from ${kind} value (${typeof value === 'string' ? `'${value}'` : String(value)})${where}`,
  )
}

export function listField(body: Body, entity: string, field: string): string[] {
  const value = body.fields[field]
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.map(String)
  throw invalid(
    `Cannot construct instance of \`java.util.ArrayList\` (although at least one Creator exists): no String-argument constructor/factory method to deserialize from String value ('${String(value)}')${at(body.columns[field] ?? 1)} (through reference chain: ${entity}["${field}"])`,
  )
}

/** A JSON reader that knows where it is; Jackson's words where the text ends or goes wrong. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get column(): number {
    return this.#at - (this.#text.lastIndexOf('\n', this.#at - 1) + 1) + 1
  }

  get #line(): number {
    return this.#text.slice(0, this.#at).split('\n').length
  }

  peek(): string | undefined {
    return this.#text[this.#at]
  }

  space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  value(): BodyValue {
    this.space()
    const c = this.peek()
    if (c === '{') {
      const result = new Map<string, BodyValue>()
      this.object((key, _, value) => result.set(key, value))
      return Object.fromEntries(result)
    }
    if (c === '[') return this.#array()
    if (c === '"') return this.#string()
    const word = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(this.#text.slice(this.#at))?.[0]
    if (word === undefined) throw this.#unexpected("a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')")
    this.#at += word.length
    return JSON.parse(word) as BodyValue
  }

  object(each: (key: string, column: number, value: BodyValue) => void): void {
    const [line, column] = [this.#line, this.column]
    this.#at++
    this.space()
    if (this.peek() === '}') {
      this.#at++
      return
    }
    for (;;) {
      this.space()
      if (this.peek() === undefined) throw this.#openEnd('Object', line, column)
      if (this.peek() !== '"') throw this.#unexpected('double-quote to start field name')
      const key = this.#string()
      this.space()
      if (this.peek() !== ':') throw this.#unexpected('a colon to separate field name and value')
      this.#at++
      this.space()
      if (this.peek() === undefined) throw invalid(`Unexpected end-of-input within/between Object entries${at(this.column, this.#line)}`)
      const start = this.column
      each(key, start, this.value())
      this.space()
      if (this.peek() === undefined) throw this.#openEnd('Object', line, column)
      if (this.peek() === '}') {
        this.#at++
        return
      }
      if (this.peek() !== ',') throw this.#unexpected('comma to separate Object entries')
      this.#at++
    }
  }

  #array(): BodyValue[] {
    const [line, column] = [this.#line, this.column]
    const items: BodyValue[] = []
    this.#at++
    this.space()
    if (this.peek() === ']') {
      this.#at++
      return items
    }
    for (;;) {
      items.push(this.value())
      this.space()
      if (this.peek() === undefined) throw this.#openEnd('Array', line, column)
      if (this.peek() === ']') {
        this.#at++
        return items
      }
      if (this.peek() !== ',') throw this.#unexpected('comma to separate Array entries')
      this.#at++
    }
  }

  #string(): string {
    const start = this.#at
    this.#at++
    for (;;) {
      const c = this.peek()
      if (c === undefined) throw invalid(`Unexpected end-of-input: was expecting closing quote for a string value${at(this.column, this.#line)}`)
      this.#at += c === '\\' ? 2 : 1
      if (c === '"') break
    }
    try {
      return JSON.parse(this.#text.slice(start, this.#at).replace(/[\n\r\t]/g, (raw) => JSON.stringify(raw).slice(1, -1))) as string
    } catch (error) {
      throw invalid(`${error instanceof Error ? error.message : String(error)}${at(this.column, this.#line)}`)
    }
  }

  #openEnd(what: 'Object' | 'Array', line: number, column: number): RestError {
    return invalid(
      `Unexpected end-of-input: expected close marker for ${what} (start marker at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}])${at(this.column, this.#line)}`,
    )
  }

  #unexpected(wanted: string): RestError {
    const c = this.peek() ?? ''
    return invalid(`Unexpected character ('${c}' (code ${c.codePointAt(0) ?? 0})): was expecting ${wanted}${at(this.column, this.#line)}`)
  }
}
