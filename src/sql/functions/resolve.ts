/**
 * Which variation of a function is called and what it returns. Exact types win; else integers, longs and decimals may be
 * widened, and then exactly one variation must fit.
 */
import { formatType } from '../print/types.ts'
import { sameType, widestDecimal } from '../type-rules.ts'
import type { SqlType } from '../types.ts'
import type { TypePattern } from './patterns.ts'
import type { FunctionParameter, FunctionSignature, FunctionVariation } from './signatures.ts'

/** Of an argument: its type, `null` for the untyped NULL, a lambda (typed later, when its inputs are known) or a unit of time. */
export type ArgumentType =
  | SqlType
  | null
  | { readonly kind: 'LAMBDA'; readonly bind: (inputs: readonly SqlType[]) => SqlType | null; readonly parameters: readonly string[] }
  | { readonly kind: 'UNIT' }

interface Resolved {
  readonly variation: FunctionVariation
  readonly returns: SqlType | null
}

/** `internal`: the server breaks on it instead of refusing it. */
export type Resolution = { readonly found: Resolved } | { readonly problem: string; readonly internal: boolean }

export function resolveFunction(signature: FunctionSignature, args: readonly ArgumentType[]): Resolution {
  // Aggregates never widen: AVG of a DECIMAL is no AVG of a DOUBLE.
  for (const widen of signature.kind === 'aggregate' ? [false] : [false, true]) {
    const fitting = signature.variations.flatMap((variation) => {
      const bindings = new Map<string, SqlType | null>()
      const parameters = spread(variation.parameters, args.length)
      return parameters !== undefined && fits(parameters, args, bindings, widen) ? [{ variation, parameters, bindings }] : []
    })
    const ranked = fitting.toSorted((a, b) => rank(a.variation) - rank(b.variation))
    const [best, next] = ranked
    if (best === undefined) continue
    if (next !== undefined && rank(best.variation) === rank(next.variation)) return { problem: ambiguous(signature, args), internal: false }
    const unbound = bindLambdas(best.parameters, args, best.bindings) ?? nullAmongLetters(best, args)
    if (unbound !== undefined) return { problem: unbound, internal: true }
    return { found: { variation: best.variation, returns: returnType(signature.name, best.variation, args, best.bindings) } }
  }
  return { problem: notAccepted(signature, args), internal: false }
}

/** Parameters as long as the arguments: the one that repeats, wherever it stands, is left out or repeated. */
function spread(parameters: readonly FunctionParameter[], count: number): readonly FunctionParameter[] | undefined {
  const at = parameters.findIndex((parameter) => parameter.variadic)
  if (at === -1) return parameters.length === count ? parameters : undefined
  const repeat = count - (parameters.length - 1)
  if (repeat < 0) return undefined
  return [...parameters.slice(0, at), ...Array.from({ length: repeat }, () => parameters[at]!), ...parameters.slice(at + 1)]
}

function fits(parameters: readonly FunctionParameter[], args: readonly ArgumentType[], bindings: Map<string, SqlType | null>, widen: boolean): boolean {
  return parameters.every((parameter, index) => matches(parameter.pattern, args[index]!, bindings, widen))
}

function matches(pattern: TypePattern, type: ArgumentType, bindings: Map<string, SqlType | null>, widen: boolean): boolean {
  if (type === null) {
    if (pattern.kind === 'letter' && !bindings.has(pattern.letter)) bindings.set(pattern.letter, null)
    return pattern.kind !== 'lambda' && pattern.kind !== 'interval'
  }
  if (type.kind === 'LAMBDA') return pattern.kind === 'lambda' && pattern.inputs.length === type.parameters.length
  if (type.kind === 'UNIT') return pattern.kind === 'interval'
  switch (pattern.kind) {
    case 'any':
      return true
    case 'exact':
      return sameType(pattern.type, type) || (widen && widens(type, pattern.type.kind))
    case 'decimal':
      return type.kind === 'DECIMAL' || (widen && widens(type, 'DECIMAL'))
    case 'letter': {
      const bound = bindings.get(pattern.letter)
      if (bound === undefined || bound === null) {
        bindings.set(pattern.letter, type)
        return true
      }
      return sameType(bound, type)
    }
    case 'array':
      return type.kind === 'ARRAY' && matches(pattern.element, type.element, bindings, widen && !hasLetter(pattern))
    case 'map': {
      const inner = widen && !hasLetter(pattern)
      return type.kind === 'MAP' && matches(pattern.key, type.key, bindings, inner) && matches(pattern.value, type.value, bindings, inner)
    }
    case 'struct':
      return (
        type.kind === 'STRUCT' &&
        type.fields.length === pattern.fields.length &&
        pattern.fields.every((field, index) => field.name === type.fields[index]!.name && matches(field.type, type.fields[index]!.type, bindings, false))
      )
    default:
      return false
  }
}

const WIDER: Readonly<Record<string, readonly string[]>> = {
  INTEGER: ['BIGINT', 'DECIMAL', 'DOUBLE'],
  BIGINT: ['DECIMAL', 'DOUBLE'],
  DECIMAL: ['DOUBLE'],
}

function widens(from: SqlType, to: string): boolean {
  return WIDER[from.kind]?.includes(to) ?? false
}

/** Fewer is better: a fixed number of parameters before a repeated one, a plain type before a letter. */
function rank(variation: FunctionVariation): number {
  const letters = variation.parameters.filter((parameter) => hasLetter(parameter.pattern)).length
  return (variation.parameters.some((parameter) => parameter.variadic) ? 100 : 0) + letters
}

function hasLetter(pattern: TypePattern): boolean {
  if (pattern.kind === 'letter' || pattern.kind === 'any') return true
  if (pattern.kind === 'array') return hasLetter(pattern.element)
  if (pattern.kind === 'map') return hasLetter(pattern.key) || hasLetter(pattern.value)
  return false
}

/** In order: a later lambda may take what an earlier one gave. */
function bindLambdas(parameters: readonly FunctionParameter[], args: readonly ArgumentType[], bindings: Map<string, SqlType | null>): string | undefined {
  for (const [index, { pattern }] of parameters.entries()) {
    const arg = args[index]
    if (pattern.kind !== 'lambda' || arg === null || arg === undefined || arg.kind !== 'LAMBDA') continue
    const inputs = pattern.inputs.map((input) => construct(input, bindings))
    const missing = inputs.indexOf(null)
    if (missing !== -1) return `null value in entry: ${arg.parameters[missing]}=null`
    const output = arg.bind(inputs.filter((input) => input !== null))
    if (pattern.output.kind === 'letter' && bindings.get(pattern.output.letter) == null) bindings.set(pattern.output.letter, output)
  }
  return undefined
}

/** Where the result depends on the arguments, an untyped NULL among them cannot be worked out. */
function nullAmongLetters(
  { variation, parameters }: { variation: FunctionVariation; parameters: readonly FunctionParameter[] },
  args: readonly ArgumentType[],
): string | undefined {
  if (!hasLetter(variation.returnPattern)) return undefined
  const at = args.indexOf(null)
  if (at === -1) return undefined
  const { pattern } = parameters[at]!
  if (pattern.kind === 'letter') return `null value in entry: ${pattern.letter}=null`
  return 'Cannot invoke "io.confluent.ksql.schema.ksql.types.SqlType.baseType()" because "sqlType" is null'
}

function returnType(name: string, variation: FunctionVariation, args: readonly ArgumentType[], bindings: Map<string, SqlType | null>): SqlType | null {
  if (name === 'TOPK') return topk(args.filter(isSqlType))
  const { returnPattern } = variation
  if (returnPattern.kind === 'decimal' || (returnPattern.kind === 'array' && returnPattern.element.kind === 'decimal')) {
    const decimal = decimalResult(name, args.filter(isSqlType))
    return returnPattern.kind === 'decimal' ? decimal : { kind: 'ARRAY', element: decimal }
  }
  return construct(returnPattern, bindings)
}

/** TOPK of one column is an array of it; with more columns, of structs that also hold them. */
function topk(args: readonly SqlType[]): SqlType {
  const [sort, ...rest] = args.slice(0, -1)
  if (rest.length === 0) return { kind: 'ARRAY', element: sort! }
  const fields = [{ name: 'sort_col', type: sort! }, ...rest.map((type, index) => ({ name: `col${index}`, type }))]
  return { kind: 'ARRAY', element: { kind: 'STRUCT', fields } }
}

function decimalResult(name: string, args: readonly SqlType[]): SqlType {
  const inner = args
    .map((type) => (type.kind === 'ARRAY' ? type.element : type))
    .filter((type) => type.kind === 'DECIMAL' || type.kind === 'INTEGER' || type.kind === 'BIGINT')
  // The number of places is an argument, not a value.
  const values = (name === 'ROUND' || name === 'TRUNC' || name === 'TOPKDISTINCT') && inner.length > 1 ? inner.slice(0, 1) : inner
  const widest = values.reduce((a, b) => widestDecimal(a, b))
  if ((name === 'ROUND' || name === 'TRUNC') && args.length === 1 && widest.kind === 'DECIMAL') {
    return { kind: 'DECIMAL', precision: widest.precision - widest.scale, scale: 0 }
  }
  return values.length === 1 ? widestDecimal(widest, widest) : widest
}

function construct(pattern: TypePattern, bindings: ReadonlyMap<string, SqlType | null>): SqlType | null {
  switch (pattern.kind) {
    case 'exact':
      return pattern.type
    case 'letter':
      return bindings.get(pattern.letter) ?? null
    case 'array': {
      const element = construct(pattern.element, bindings)
      return element === null ? null : { kind: 'ARRAY', element }
    }
    case 'map': {
      const key = construct(pattern.key, bindings)
      const value = construct(pattern.value, bindings)
      return key === null || value === null ? null : { kind: 'MAP', key, value }
    }
    case 'struct':
      return { kind: 'STRUCT', fields: pattern.fields.map((field) => ({ name: field.name, type: construct(field.type, bindings)! })) }
    default:
      return null
  }
}

function isSqlType(type: ArgumentType): type is SqlType {
  return type !== null && type.kind !== 'LAMBDA' && type.kind !== 'UNIT'
}

// ---------------------------------------------------------------- messages

/** As the server's own table writes the names; where it differs from lower case. */
const WRITTEN: Readonly<Record<string, string>> = { ABS: 'Abs', CEIL: 'Ceil', FLOOR: 'Floor', RANDOM: 'Random' }

function written(signature: FunctionSignature): string {
  return signature.kind === 'aggregate' ? signature.name : (WRITTEN[signature.name] ?? signature.name.toLowerCase())
}

function notAccepted(signature: FunctionSignature, args: readonly ArgumentType[]): string {
  return (
    `Function '${written(signature)}' does not accept parameters (${describe(args)}).\nValid alternatives are:\n` +
    `${alternatives(signature)}\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;`
  )
}

function ambiguous(signature: FunctionSignature, args: readonly ArgumentType[]): string {
  return (
    `Function '${written(signature)}' cannot be resolved due to ambiguous method parameters (${describe(args)}).\n` +
    `Use CAST() to explicitly cast your parameters to one of the supported function calls.\nValid function calls are:\n` +
    `${alternatives(signature)}\nFor detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;`
  )
}

function describe(args: readonly ArgumentType[]): string {
  return args.map((arg) => (arg === null ? 'null' : arg.kind === 'LAMBDA' ? 'LAMBDA' : arg.kind === 'UNIT' ? 'INTERVALUNIT' : formatType(arg))).join(', ')
}

function alternatives(signature: FunctionSignature): string {
  return signature.variations
    .map((variation) => {
      const parameters = variation.parameters.map((parameter) => `${parameter.type}${parameter.variadic ? '...' : ''} ${parameter.name}`)
      return `${signature.name}(${parameters.join(', ')})`
    })
    .join('\n')
}
