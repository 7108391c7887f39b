/** A place in the tokens, the questions a grammar rule asks there, and the errors in the words of the server. */
import type { Position, Span } from '../ast.ts'
import { SqlError } from '../error.ts'
import { isReserved } from './keywords.ts'
import type { Token } from './lexer.ts'

export interface Name {
  /** As it resolves: upper case unless quoted. */
  readonly value: string
  readonly text: string
  readonly span: Span
}

export class Cursor {
  readonly #tokens: readonly Token[]
  #index = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get token(): Token {
    return this.#tokens[this.#index]!
  }

  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!
  }

  next(): Token {
    const token = this.token
    if (this.#index < this.#tokens.length - 1) this.#index += 1
    return token
  }

  get start(): Position {
    return this.token.span.start
  }

  /** From `start` to the end of the token that was read last. */
  spanFrom(start: Position): Span {
    const last = this.#tokens[this.#index - 1]
    return { start, end: last === undefined ? start : last.span.end }
  }

  // -------------------------------------------------------------- questions

  get isAtEnd(): boolean {
    return this.token.kind === 'end'
  }

  is(...words: readonly string[]): boolean {
    return words.every((word, ahead) => isToken(this.peek(ahead), word))
  }

  isAnyOf(words: readonly string[]): boolean {
    return words.some((word) => isToken(this.token, word))
  }

  isName(ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'quoted' || token.kind === 'variable' || token.kind === 'digit-word' || (token.kind === 'word' && !isReserved(token.value))
  }

  /** Reads the words if all of them stand here. */
  accept(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false
    for (const _ of words) this.next()
    return true
  }

  expect(...words: readonly string[]): void {
    for (const word of words) {
      if (!this.accept(word)) this.failExpecting([word])
    }
  }

  name(): Name {
    const token = this.token
    if (!this.isName()) {
      if (token.kind === 'word' && this.isName(1)) this.failReserved()
      this.fail()
    }
    if (token.kind === 'digit-word') {
      throw new SqlError('syntax', `${at(token)}: identifiers must not start with a digit; surround the identifier with backquotes`, token.span)
    }
    this.next()
    const value = token.kind === 'variable' ? token.text.toUpperCase() : token.value
    return { value, text: token.kind === 'quoted' ? token.value : token.text, span: token.span }
  }

  string(): string {
    if (this.token.kind !== 'string') this.failExpecting(['STRING'])
    return this.next().value
  }

  // -------------------------------------------------------------- errors

  /** Something here cannot be read, and too much could stand in its place to list it. */
  fail(): never {
    this.#syntaxError('')
  }

  /** None of the ways a rule can go on begins like this. */
  failHere(): never {
    const { text, span } = this.token
    this.#syntaxError(`Syntax error at or near '${text}' at line ${span.start.line}:${span.start.column}`)
  }

  failExpecting(words: readonly string[]): never {
    const quoted = words.map((word) => (word === 'STRING' ? word : `'${word}'`))
    if (words.length === 1 && words[0] === ';' && this.token.kind === 'end') this.#syntaxError(`missing ';' at '<EOF>'`)
    this.#syntaxError(`Expecting ${quoted.length === 1 ? quoted[0] : `{${quoted.join(', ')}}`}`)
  }

  failReserved(): never {
    const { text } = this.token
    this.#syntaxError(`"${text}" is a reserved keyword and it can't be used as an identifier. You can use it as an identifier by escaping it as '${text}' `)
  }

  failUnknownStatement(similar: string | undefined): never {
    this.#syntaxError(`Unknown statement '${this.token.text}'${similar === undefined ? '' : `\nDid you mean '${similar}'?`}`)
  }

  #syntaxError(detail: string): never {
    throw new SqlError('syntax', `${at(this.token)}: Syntax Error\n${detail}`, this.token.span)
  }
}

/** `line 1:8`, as the server counts them: from 1. */
export function at(node: { readonly span: Span }): string {
  return `line ${node.span.start.line}:${node.span.start.column}`
}

function isToken(token: Token, word: string): boolean {
  return (token.kind === 'word' || token.kind === 'symbol') && token.value === word
}
