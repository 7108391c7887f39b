/** `${name}` in names, literals and texts, replaced by what DEFINE or the session says. */
import { type Token, tokenize } from './lexer.ts'

/** Unknown variables stay as they are: the rule that meets one refuses it. */
export function substituteTokens(tokens: readonly Token[], variables: Readonly<Record<string, string>>): Token[] {
  const values = new Map(Object.entries(variables).map(([name, value]) => [name.toUpperCase(), value]))
  const result: Token[] = []
  for (const [index, token] of tokens.entries()) {
    const replaced = substitute(token, values)
    result.push(replaced)
    if (token.kind === 'symbol' && token.value === ';') define(statementBefore(result), values)
    if (index === tokens.length - 1) break
  }
  return result
}

function substitute(token: Token, values: ReadonlyMap<string, string>): Token {
  if (token.kind === 'variable') {
    const value = values.get(token.value.toUpperCase())
    if (value === undefined) return token
    // What is put in can be one name or one literal, never a piece of a statement.
    const [first, second] = tokenize(value)
    const single = first !== undefined && second?.kind === 'end' ? first : undefined
    const sign = first?.value === '-' ? tokenize(value)[1] : undefined
    if (single !== undefined) return { ...single, span: token.span }
    if (sign?.kind === 'integer' || sign?.kind === 'decimal') return { ...sign, text: value, value, span: token.span }
    return { kind: 'quoted', text: value, value, span: token.span }
  }
  if ((token.kind === 'string' || token.kind === 'quoted') && token.value.includes('${')) {
    const value = token.value.replace(/\$\{([A-Za-z_][A-Za-z0-9_@]*)\}/g, (all, name: string) => values.get(name.toUpperCase()) ?? all)
    return { ...token, value }
  }
  return token
}

function statementBefore(tokens: readonly Token[]): readonly Token[] {
  const end = tokens.length - 1
  let start = end
  while (start > 0 && tokens[start - 1]!.value !== ';') start -= 1
  return tokens.slice(start, end)
}

function define(statement: readonly Token[], values: Map<string, string>): void {
  const [verb, name, equals, value] = statement
  if (verb?.kind !== 'word' || name?.kind !== 'word') return
  if (verb.value === 'DEFINE' && equals?.value === '=' && value?.kind === 'string') values.set(name.value, value.value)
  if (verb.value === 'UNDEFINE') values.delete(name.value)
}
