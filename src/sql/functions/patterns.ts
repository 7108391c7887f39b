/** The types of the function table: as SQL types, with letters for any type, lambdas and units. */
import type { PrimitiveKind, SqlType } from '../types.ts'

export type TypePattern =
  | { readonly kind: 'exact'; readonly type: SqlType }
  /** Precision and scale are the argument's. */
  | { readonly kind: 'decimal' }
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'interval' }
  | { readonly kind: 'array'; readonly element: TypePattern }
  | { readonly kind: 'map'; readonly key: TypePattern; readonly value: TypePattern }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly type: TypePattern }[] }
  | { readonly kind: 'lambda'; readonly inputs: readonly TypePattern[]; readonly output: TypePattern }

const PRIMITIVES: Readonly<Record<string, PrimitiveKind>> = {
  BOOLEAN: 'BOOLEAN',
  INT: 'INTEGER',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  VARCHAR: 'STRING',
  BYTES: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
}

export function parsePattern(text: string): TypePattern {
  const primitive = PRIMITIVES[text]
  if (primitive !== undefined) return { kind: 'exact', type: { kind: primitive } }
  if (text === 'DECIMAL') return { kind: 'decimal' }
  if (text === 'ANY') return { kind: 'any' }
  if (text === 'INTERVAL UNIT') return { kind: 'interval' }
  if (/^[A-Z]$/.test(text)) return { kind: 'letter', letter: text }
  const lambda = /^LAMBDA \((.*)\) => (.*)$/.exec(text)
  if (lambda !== null) return { kind: 'lambda', inputs: splitList(lambda[1]!).map(parsePattern), output: parsePattern(lambda[2]!) }
  const generic = /^(ARRAY|MAP|STRUCT)<(.*)>$/.exec(text)
  if (generic === null) throw new Error(`Unknown type in the function table: ${text}`)
  const parts = splitList(generic[2]!)
  if (generic[1] === 'ARRAY') return { kind: 'array', element: parsePattern(parts[0]!) }
  if (generic[1] === 'MAP') return { kind: 'map', key: parsePattern(parts[0]!), value: parsePattern(parts[1]!) }
  return {
    kind: 'struct',
    fields: parts.map((part) => ({ name: part.slice(0, part.indexOf(' ')), type: parsePattern(part.slice(part.indexOf(' ') + 1)) })),
  }
}

/** At the commas that stand in no brackets. */
export function splitList(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const [index, character] of [...text].entries()) {
    if (character === '<' || character === '(') depth += 1
    if (character === ')' || (character === '>' && text[index - 1] !== '=')) depth -= 1
    if (character === ',' && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else {
      part += character
    }
  }
  if (part.trim() !== '') parts.push(part.trim())
  return parts
}
