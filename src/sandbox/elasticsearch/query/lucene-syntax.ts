/**
 * The syntax of query_string: fields, words, phrases, wildcards, ranges, groups, AND OR NOT + -.
 * https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query#query-string-syntax
 */
export type LuceneNode =
  | { readonly kind: 'bool'; readonly clauses: readonly LuceneClause[] }
  | { readonly kind: 'word'; readonly field?: string; readonly text: string; readonly wildcard: boolean }
  | { readonly kind: 'phrase'; readonly field?: string; readonly text: string }
  | { readonly kind: 'regex'; readonly field?: string; readonly source: string }
  | { readonly kind: 'range'; readonly field?: string; readonly gt?: string; readonly gte?: string; readonly lt?: string; readonly lte?: string }

export interface LuceneClause {
  readonly occur: 'must' | 'should' | 'must_not'
  readonly node: LuceneNode
}

export class LuceneSyntaxError extends Error {
  override readonly name = 'LuceneSyntaxError'
}

/** Throws LuceneSyntaxError. */
export function parseLucene(text: string, defaultAnd: boolean): LuceneNode {
  return new Parser(text, defaultAnd).parse()
}

const WORD = /(?:\\[\s\S]|[^\s+\-!(){}[\]^"~*?:\\/&|]|[*?]|[+\-!/](?<=\S.)|&(?!&)|\|(?!\|))+/y

class Parser {
  readonly #text: string
  readonly #defaultAnd: boolean
  #at = 0

  constructor(text: string, defaultAnd: boolean) {
    this.#text = text
    this.#defaultAnd = defaultAnd
  }

  parse(): LuceneNode {
    const node = this.#group(undefined, false)
    if (this.#at < this.#text.length) throw this.#unexpected(`"${this.#text[this.#at]}"`)
    return node
  }

  #unexpected(what: string): LuceneSyntaxError {
    return new LuceneSyntaxError(`Cannot parse '${this.#text}': Encountered ${what} at line 1, column ${this.#at}.`)
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false
    // AND, OR and NOT are words only when a blank or the end follows.
    if (/^[A-Z]/.test(token) && /[^\s("]/.test(this.#text[this.#at + token.length] ?? ' ')) return false
    this.#at += token.length
    return true
  }

  /** Clauses up to the closing parenthesis or the end, joined as Lucene's classic parser joins them. */
  #group(field: string | undefined, inner: boolean): LuceneNode {
    const clauses: { occur: LuceneClause['occur']; node: LuceneNode }[] = []
    for (;;) {
      this.#space()
      if (this.#at >= this.#text.length || (inner && this.#text[this.#at] === ')')) break
      const and = clauses.length > 0 && (this.#take('AND') || this.#take('&&'))
      const or = !and && clauses.length > 0 && (this.#take('OR') || this.#take('||'))
      this.#space()
      const not = this.#take('NOT') || this.#take('!') || this.#take('-')
      const plus = !not && this.#take('+')
      this.#space()
      const node = this.#clause(field)
      const before = clauses[clauses.length - 1]
      if (and && before?.occur === 'should') before.occur = 'must'
      if (or && this.#defaultAnd && before?.occur === 'must') before.occur = 'should'
      const required = plus || and || (this.#defaultAnd && !or)
      clauses.push({ occur: not ? 'must_not' : required ? 'must' : 'should', node })
    }
    if (clauses.length === 0) throw this.#unexpected('"<EOF>"')
    const [first] = clauses
    return clauses.length === 1 && first && first.occur !== 'must_not' ? first.node : { kind: 'bool', clauses }
  }

  #clause(outer: string | undefined): LuceneNode {
    const field = this.#field() ?? outer
    const named = field === undefined ? {} : { field }
    const char = this.#text[this.#at]
    let node: LuceneNode
    if (char === '(') {
      this.#at++
      node = this.#group(field, true)
      if (!this.#take(')')) throw this.#unexpected('"<EOF>"')
    } else if (char === '"') node = { kind: 'phrase', ...named, text: this.#quoted() }
    else if (char === '[' || char === '{') node = { kind: 'range', ...named, ...this.#range() }
    else if (char === '/') node = { kind: 'regex', ...named, source: this.#regex() }
    else {
      const compare = /^(?:>=|<=|>|<)/.exec(this.#text.slice(this.#at))?.[0]
      if (compare !== undefined) {
        this.#at += compare.length
        const bound = this.#text[this.#at] === '"' ? this.#quoted() : this.#word()
        node = {
          kind: 'range',
          ...named,
          ...(compare === '>' ? { gt: bound } : compare === '>=' ? { gte: bound } : compare === '<' ? { lt: bound } : { lte: bound }),
        }
      } else {
        const raw = this.#raw()
        const wildcard = /(?:^|[^\\])[*?]/.test(raw)
        node = { kind: 'word', ...named, text: wildcard ? raw : unescaped(raw), wildcard }
      }
    }
    this.#suffix()
    return node
  }

  /** Boost and fuzziness: the boost changes no match; fuzziness is refused rather than ignored. */
  #suffix(): void {
    const boost = /^\^[\d.]+/.exec(this.#text.slice(this.#at))?.[0]
    if (boost !== undefined) this.#at += boost.length
    if (this.#text[this.#at] === '~') throw new LuceneSyntaxError(`Cannot parse '${this.#text}': fuzzy and proximity queries are not supported by this server`)
  }

  #field(): string | undefined {
    const match = /^((?:\\[\s\S]|[^\s+\-!(){}[\]^"~:\\/])(?:\\[\s\S]|[^\s(){}[\]^"~:\\/])*):/.exec(this.#text.slice(this.#at))
    if (!match) return undefined
    this.#at += match[0].length
    this.#space()
    return unescaped(match[1] ?? '')
  }

  #raw(): string {
    WORD.lastIndex = this.#at
    const match = WORD.exec(this.#text)
    if (!match) throw this.#unexpected(this.#at >= this.#text.length ? '"<EOF>"' : `" "${this.#text[this.#at]}" "${this.#text[this.#at]} ""`)
    this.#at += match[0].length
    return match[0]
  }

  #word(): string {
    return unescaped(this.#raw())
  }

  #quoted(): string {
    const match = /^"((?:\\[\s\S]|[^"\\])*)"/.exec(this.#text.slice(this.#at))
    if (!match) throw this.#unexpected('"<EOF>"')
    this.#at += match[0].length
    return unescaped(match[1] ?? '')
  }

  #regex(): string {
    const match = /^\/((?:\\[\s\S]|[^/\\])*)\//.exec(this.#text.slice(this.#at))
    if (!match) throw this.#unexpected('"<EOF>"')
    this.#at += match[0].length
    return (match[1] ?? '').replaceAll('\\/', '/')
  }

  #range(): { gt?: string; gte?: string; lt?: string; lte?: string } {
    const match = /^([[{])\s*("(?:\\[\s\S]|[^"\\])*"|\S+?)\s+TO\s+("(?:\\[\s\S]|[^"\\])*"|[^\s\]}]+)\s*([\]}])/.exec(this.#text.slice(this.#at))
    if (!match) throw this.#unexpected('"<EOF>"')
    this.#at += match[0].length
    const bound = (text: string) => unescaped(text.startsWith('"') ? text.slice(1, -1) : text)
    const [low, high] = [bound(match[2] ?? ''), bound(match[3] ?? '')]
    return {
      ...(low === '*' ? {} : match[1] === '[' ? { gte: low } : { gt: low }),
      ...(high === '*' ? {} : match[4] === ']' ? { lte: high } : { lt: high }),
    }
  }
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, '$1')
}
