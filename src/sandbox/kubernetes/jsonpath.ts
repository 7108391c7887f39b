/** The JSONPath of printer columns and field selectors: fields, indexes, wildcards and equality filters. */
import { isObject, type Json } from './json.ts'

type Step =
  | { readonly field: string }
  | { readonly index: number }
  | { readonly wildcard: true }
  | { readonly filter: { readonly path: readonly Step[]; readonly operator?: string; readonly value?: Json } }

export type JsonPath = readonly Step[]

/** Throws a SyntaxError for what is not understood. */
export function parseJsonPath(text: string): JsonPath {
  const trimmed = text.trim().replace(/^\{/, '').replace(/\}$/, '').replace(/^\$/, '')
  const steps: Step[] = []
  let rest = trimmed
  while (rest !== '' && rest !== '.') {
    const [step, length] = nextStep(rest, text)
    steps.push(step)
    rest = rest.slice(length)
  }
  return steps
}

function nextStep(rest: string, whole: string): [Step, number] {
  const filter = /^\[\?\(\s*@((?:[^()=!<>\s]|\\.)*)\s*(?:(==|!=|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s)]+)\s*)?\)\]/.exec(rest)
  if (filter) {
    const path = parseJsonPath(filter[1]!)
    return [{ filter: filter[2] ? { path, operator: filter[2], value: literal(filter[3]!) } : { path } }, filter[0].length]
  }
  const index = /^\[(-?\d+)\]/.exec(rest)
  if (index) return [{ index: Number(index[1]) }, index[0].length]
  const wildcard = /^(\[\*\]|\.\*)/.exec(rest)
  if (wildcard) return [{ wildcard: true }, wildcard[0].length]
  const quoted = /^\.?\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/.exec(rest)
  if (quoted) return [{ field: unquote(quoted[1] ?? quoted[2]!) }, quoted[0].length]
  const field = /^\.?((?:\\.|[^.[\]\\])+)/.exec(rest)
  if (field) return [{ field: unquote(field[1]!) }, field[0].length]
  throw new SyntaxError(`unrecognized JSONPath ${JSON.stringify(whole)} at ${JSON.stringify(rest)}`)
}

const unquote = (text: string) => text.replaceAll(/\\(.)/g, '$1')

function literal(text: string): Json {
  if (text.startsWith("'") || text.startsWith('"')) return unquote(text.slice(1, -1))
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return Number.isNaN(number) ? text : number
}

/** All values the path leads to; what is missing leads to none. */
export function findAll(value: unknown, path: JsonPath): Json[] {
  let found: Json[] = [value as Json]
  for (const step of path) found = found.flatMap((item) => follow(item, step))
  return found
}

function follow(value: Json, step: Step): Json[] {
  if ('field' in step) return isObject(value) && Object.hasOwn(value, step.field) ? [value[step.field]!] : []
  if ('index' in step) {
    const item = Array.isArray(value) ? value.at(step.index) : undefined
    return item === undefined ? [] : [item]
  }
  const children = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  return 'wildcard' in step ? children : children.filter((child) => passes(child, step.filter))
}

function passes(child: Json, filter: { path: readonly Step[]; operator?: string; value?: Json }): boolean {
  const [found] = findAll(child, filter.path)
  if (!filter.operator) return found !== undefined
  if (found === undefined || found === null) return false
  const wanted = filter.value!
  switch (filter.operator) {
    case '==':
      return found === wanted
    case '!=':
      return found !== wanted
    case '<':
      return found < wanted
    case '<=':
      return found <= wanted
    case '>':
      return found > wanted
    default:
      return found >= wanted
  }
}

/** The fields of a path that names nothing but fields; otherwise why it does not. */
export function findSteps(text: string): string[] | string {
  try {
    const fields = parseJsonPath(text).map((step) => ('field' in step ? step.field : undefined))
    return fields.every((field) => field !== undefined) ? (fields as string[]) : 'array notation is not allowed'
  } catch (error) {
    return (error as Error).message
  }
}
