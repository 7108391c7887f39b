/** The CEL environment of rules: values as CEL sees them, and the functions that Kubernetes adds to the language. */
import { isIPv4, isIPv6 } from 'node:net'
import { Environment, evaluate, Optional } from '@marcbachmann/cel-js'
import { isObject, type Json } from '../json.ts'
import { childSchema, type Schema } from './structural.ts'

const RESERVED = new Set('true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '))

export function isReserved(name: string): boolean {
  return RESERVED.has(name)
}

/** A property as a rule may write it: reserved words and signs are spelled out. */
export function escapeName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__')
}

export function toCel(value: Json, schema: Schema | undefined): unknown {
  if (typeof value === 'number') return schema?.type === 'number' || !Number.isInteger(value) ? value : BigInt(value)
  if (typeof value === 'string') return stringToCel(value, schema)
  if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items))
  if (!isObject(value)) return value
  const out: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(value)) {
    const named = schema?.properties !== undefined && Object.hasOwn(schema.properties, key)
    const converted = toCel(child, childSchema(schema, key))
    out[named ? escapeName(key) : key] = converted
    // A reserved word may also stand behind a dot as it is.
    if (named && isReserved(key)) out[key] = converted
  }
  return out
}

function stringToCel(value: string, schema: Schema | undefined): unknown {
  switch (schema?.format) {
    case 'date-time':
    case 'date':
      return new Date(value)
    case 'duration':
      return evaluate('duration(text)', { text: value })
    case 'byte':
      return new Uint8Array(Buffer.from(value, 'base64'))
    default:
      return value
  }
}

export function toOptional(value: unknown): unknown {
  return value === undefined ? Optional.none() : Optional.of(value)
}

type Comparable = bigint | number | string | Date

const less = (a: unknown, b: unknown) => (a as Comparable) < (b as Comparable)
const add = (a: unknown, b: unknown) => (typeof a === 'bigint' && typeof b === 'bigint' ? a + b : Number(a) + Number(b))

function extreme(list: unknown[], better: (a: unknown, b: unknown) => boolean): unknown {
  if (list.length === 0) throw new Error('min and max are not defined for an empty list')
  return list.reduce((best, item) => (better(item, best) ? item : best))
}

const isUrl = (text: string) => URL.canParse(text) || (text.startsWith('/') && URL.canParse(text, 'http://a'))

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/')
  return more.length === 0 && /^\d+$/.test(bits) && ((isIPv4(address) && Number(bits) <= 32) || (isIPv6(address) && Number(bits) <= 128))
}

/** `%s`, `%d`, `%f` with digits, `%%` and friends of CEL's string format. */
function format(template: string, args: unknown[]): string {
  let next = 0
  return template.replaceAll(/%(?:%|(?:\.(\d+))?([sdfexXbo]))/g, (whole, digits: string | undefined, verb: string | undefined) => {
    if (whole === '%%') return '%'
    const arg = args[next++]
    if (verb === 'f') return Number(arg).toFixed(Number(digits ?? 6))
    if (verb === 'e') return Number(arg).toExponential(Number(digits ?? 6))
    if (verb === 'x' || verb === 'X')
      return verb === 'x'
        ? BigInt(arg as bigint).toString(16)
        : BigInt(arg as bigint)
            .toString(16)
            .toUpperCase()
    if (verb === 'b') return BigInt(arg as bigint).toString(2)
    if (verb === 'o') return BigInt(arg as bigint).toString(8)
    return Array.isArray(arg) ? `[${arg.map(String).join(', ')}]` : String(arg)
  })
}

/** An environment in which self and oldSelf may be anything. */
export function celEnvironment(): Environment {
  const env = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
  env.registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn')
  return registerLibrary(env)
}

/** What Kubernetes adds to the language. */
export function registerLibrary(env: Environment): Environment {
  env.registerFunction('list<dyn>.sum(): dyn', (list: unknown[]) => list.reduce(add, typeof list[0] === 'number' ? 0 : 0n))
  env.registerFunction('list<dyn>.min(): dyn', (list: unknown[]) => extreme(list, less))
  env.registerFunction('list<dyn>.max(): dyn', (list: unknown[]) => extreme(list, (a, b) => less(b, a)))
  env.registerFunction('list<dyn>.isSorted(): bool', (list: unknown[]) => list.every((item, i) => i === 0 || !less(item, list[i - 1])))
  env.registerFunction('list<dyn>.indexOf(dyn): int', (list: unknown[], item: unknown) => BigInt(list.indexOf(item)))
  env.registerFunction('list<dyn>.lastIndexOf(dyn): int', (list: unknown[], item: unknown) => BigInt(list.lastIndexOf(item)))
  env.registerFunction('string.find(string): string', (text: string, pattern: string) => new RegExp(pattern).exec(text)?.[0] ?? '')
  env.registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) => text.match(new RegExp(pattern, 'g')) ?? [])
  env.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, () => to))
  env.registerFunction('string.charAt(int): string', (text: string, at: bigint) => [...text][Number(at)] ?? '')
  env.registerFunction('string.format(list<dyn>): string', format)
  env.registerFunction('isURL(string): bool', isUrl)
  env.registerFunction('isIP(string): bool', (text: string) => isIPv4(text) || isIPv6(text))
  env.registerFunction('isCIDR(string): bool', isCidr)
  return env
}
