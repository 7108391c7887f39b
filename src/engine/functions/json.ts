/** Functions on JSON held in texts. A text that is no JSON gives null. */

import { hashOrdered } from '../java/hash-map.ts'
import { printJson } from '../json/print.ts'
import { parseJson } from '../json/scanner.ts'
import { isNumeric, isObject, isWhole, type Json, numberText } from '../json/tree.ts'
import { jsonWriter } from '../serde/json-text.ts'
import { arrayOf, BOOLEAN, INTEGER, mapOf, STRING } from '../types.ts'
import type { Value } from '../values.ts'
import { type Family, plain, type Resolve, strict } from './define.ts'

function tryParse(text: string | null): Json | undefined {
  if (text === null) return undefined
  try {
    return parseJson(text, true)
  } catch {
    // Not JSON: these functions answer null or false, they do not fail.
    return undefined
  }
}

/** Texts without quotes, everything else as JSON. */
function bareText(json: Json): string {
  return typeof json === 'string' ? json : printJson(json)
}

type Step = { readonly field: string } | { readonly index: number }

/** `$.a.b[0]`, `$['a']`. */
function parsePath(path: string): Step[] {
  if (!path.startsWith('$')) throw new Error(`Invalid path: ${path}`)
  const steps: Step[] = []
  const token = /\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y
  token.lastIndex = 1
  while (token.lastIndex < path.length) {
    const match = token.exec(path)
    if (!match) throw new Error(`Invalid path: ${path}`)
    if (match[2] !== undefined) steps.push({ index: Number(match[2]) })
    else steps.push({ field: (match[1] ?? match[3] ?? match[4])! })
  }
  return steps
}

const paths = new Map<string, Step[]>()

function stepsOf(path: string): Step[] {
  let steps = paths.get(path)
  if (!steps) {
    steps = parsePath(path)
    if (paths.size > 500) paths.clear()
    paths.set(path, steps)
  }
  return steps
}

function extractField(text: string, path: string): string | null {
  let json: Json | undefined = tryParse(text)
  for (const step of stepsOf(path)) {
    if (json === undefined) return null
    json = 'index' in step ? (Array.isArray(json) ? (json as readonly Json[])[step.index] : undefined) : isObject(json) ? json.get(step.field) : undefined
  }
  return json === undefined ? null : bareText(json)
}

/** A text matches a text, a number a number of the same kind, null null. */
function sameScalar(json: Json, wanted: Value): boolean {
  if (json === null || wanted === null) return json === wanted
  if (typeof json === 'string' || typeof json === 'boolean') return json === wanted
  if (!isNumeric(json)) return false
  if (typeof wanted === 'bigint') return isWhole(json) && BigInt(numberText(json)) === wanted
  if (typeof wanted === 'number') return Number(numberText(json)) === wanted
  return typeof wanted === 'object' && 'unscaled' in wanted && Number(numberText(json)) === Number(wanted.unscaled) / 10 ** wanted.scale
}

function arrayContains(text: string | null, wanted: Value): boolean {
  const json = tryParse(text)
  return Array.isArray(json) && (json as readonly Json[]).some((item) => sameScalar(item, wanted))
}

/** Objects are merged field by field, the later wins; arrays are joined; anything else goes into an array. */
function concatJson(...texts: (string | null)[]): string | null {
  const parts = texts.map(tryParse)
  if (parts.length === 0 || parts.some((part) => part === undefined)) return null
  const jsons = parts as Json[]
  if (jsons.every(isObject)) return printJson(new Map(jsons.flatMap((json) => [...(json as ReadonlyMap<string, Json>)])))
  return printJson(jsons.flatMap((json): Json[] => (Array.isArray(json) ? [...(json as readonly Json[])] : [json])))
}

function keysOf(text: string): Value {
  const json = tryParse(text)
  return json !== undefined && isObject(json) ? [...json.keys()] : null
}

function recordsOf(text: string): Value {
  const json = tryParse(text)
  return json !== undefined && isObject(json) ? hashOrdered([...json].map(([key, value]) => [key, bareText(value)] as const)) : null
}

const toJsonString: Resolve = ([type]) => {
  if (!type) return { type: STRING, run: () => 'null' }
  return { type: STRING, run: jsonWriter(type, 'rest') }
}

export const JSON_FUNCTIONS: Family = {
  EXTRACTJSONFIELD: strict(STRING, extractField),
  IS_JSON_STRING: plain(BOOLEAN, (text: string | null) => tryParse(text) !== undefined),
  JSON_ARRAY_CONTAINS: plain(BOOLEAN, arrayContains),
  JSON_ARRAY_LENGTH: strict(INTEGER, (text: string) => {
    const json = tryParse(text)
    return Array.isArray(json) ? json.length : null
  }),
  JSON_CONCAT: plain(STRING, concatJson),
  JSON_KEYS: strict(arrayOf(STRING), keysOf),
  JSON_RECORDS: strict(mapOf(STRING, STRING), recordsOf),
  JSON_ITEMS: strict(arrayOf(STRING), (text: string) => {
    const json = tryParse(text)
    return Array.isArray(json) ? (json as readonly Json[]).map(printJson) : null
  }),
  TO_JSON_STRING: toJsonString,
}
