/** The function table, read: what each function is called, takes and gives. */
import { parsePattern, splitList, type TypePattern } from './patterns.ts'
import { FUNCTION_TABLE } from './table.ts'

export type FunctionKind = 'scalar' | 'table' | 'aggregate'

export interface FunctionParameter {
  readonly name: string
  /** As DESCRIBE FUNCTION shows it. */
  readonly type: string
  readonly variadic: boolean
  readonly pattern: TypePattern
}

export interface FunctionVariation {
  readonly parameters: readonly FunctionParameter[]
  readonly returns: string
  readonly returnPattern: TypePattern
}

export interface FunctionSignature {
  readonly name: string
  readonly kind: FunctionKind
  /** MATHEMATICAL, STRING, ... */
  readonly category: string
  readonly variations: readonly FunctionVariation[]
}

const TYPE_AT_START = /^(INTERVAL UNIT|LAMBDA \(.*?\) => [A-Z]+|[A-Z]+<.*>|[A-Z]+)(\.\.\.)? /

const SIGNATURES: ReadonlyMap<string, FunctionSignature> = readTable(FUNCTION_TABLE)

/** `name` in any case. */
export function functionSignature(name: string): FunctionSignature | undefined {
  return SIGNATURES.get(name.toUpperCase())
}

/** In the order of the alphabet. */
export function functionNames(): readonly string[] {
  return [...SIGNATURES.keys()].sort()
}

function readTable(table: string): Map<string, FunctionSignature> {
  const signatures = new Map<string, FunctionSignature>()
  let kind: FunctionKind = 'scalar'
  let category = ''
  for (const line of table.trim().split('\n')) {
    const heading = /^# (scalar|table|aggregate) (.*)$/.exec(line)
    if (heading !== null) {
      kind = heading[1] as FunctionKind
      category = heading[2]!
      continue
    }
    const name = line.slice(0, line.indexOf(' '))
    const variations = line
      .slice(name.length + 1)
      .split(' | ')
      .map(readVariation)
    signatures.set(name, { name, kind, category, variations })
  }
  return signatures
}

function readVariation(text: string): FunctionVariation {
  const end = text.lastIndexOf('): ')
  const returns = text.slice(end + 3)
  return { parameters: splitParameters(text.slice(1, end)).map(readParameter), returns, returnPattern: parsePattern(returns) }
}

/** Names of parameters may hold commas themselves: a parameter begins where a type does. */
function splitParameters(text: string): string[] {
  const parameters: string[] = []
  for (const part of splitList(text)) {
    if (TYPE_AT_START.test(part)) parameters.push(part)
    else parameters[parameters.length - 1] += `, ${part}`
  }
  return parameters
}

function readParameter(text: string): FunctionParameter {
  const match = TYPE_AT_START.exec(text)!
  const type = match[1]!
  return { name: text.slice(match[0].length), type, variadic: match[2] !== undefined, pattern: parsePattern(type) }
}
