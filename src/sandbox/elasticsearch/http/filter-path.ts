/** `filter_path`: only these parts of an answer; `*` is one step, `**` any number, a leading `-` leaves out. */
import { isObject, type Json, type JsonObject, simpleMatch } from '../json.ts'

export function filterPath(body: Json, expression: string): Json {
  const all = expression.split(',').map((path) => path.trim())
  const includes = all.filter((path) => path !== '' && !path.startsWith('-')).map((path) => path.split('.'))
  const excludes = all.filter((path) => path.startsWith('-')).map((path) => path.slice(1).split('.'))
  const kept = includes.length === 0 ? body : keep(body, includes)
  return (excludes.length === 0 || kept === undefined ? kept : drop(kept, excludes)) ?? {}
}

function advance(paths: readonly string[][], key: string): string[][] {
  return paths.flatMap((path) => {
    const [head, ...rest] = path
    if (head === '**') return [path, ...advance([rest], key)]
    return head !== undefined && simpleMatch(head, key) ? [rest] : []
  })
}

function keep(value: Json, paths: readonly string[][]): Json | undefined {
  if (paths.some((path) => path.length === 0 || (path.length === 1 && path[0] === '**'))) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => keep(item, paths)).filter((item) => item !== undefined)
    return items.length > 0 ? items : undefined
  }
  if (!isObject(value)) return undefined
  const kept: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    const next = advance(paths, key)
    const inner = next.length > 0 ? keep(item, next) : undefined
    if (inner !== undefined) kept[key] = inner
  }
  return Object.keys(kept).length > 0 ? kept : undefined
}

function drop(value: Json, paths: readonly string[][]): Json | undefined {
  if (paths.some((path) => path.length === 0)) return undefined
  if (Array.isArray(value)) return value.map((item) => drop(item, paths)).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    const inner = drop(item, advance(paths, key))
    if (inner !== undefined) kept[key] = inner
  }
  return kept
}
