/** The JSON format: an object with a field per column, or the bare value of a single column. */
import type { Column } from '../../sql/index.ts'
import { quoteJson } from '../json/print.ts'
import { JsonScanner } from '../json/scanner.ts'
import type { Value } from '../values.ts'
import type { ColumnsFormat } from './format.ts'
import { jsonWriter } from './json-text.ts'
import { type JsonReader, jsonReader } from './json-values.ts'
import { decodeJson, encodeText } from './text.ts'

/** Where a field of the JSON goes: exact names win over those that match only in upper case. Slot -1: nowhere. */
interface Target {
  readonly field: string
  readonly slot: number
  readonly exact: boolean
}

/** Field names seen are remembered up to here, so that a topic of ever new names does not fill the memory. */
const NAMES_MAX = 1000

function targetFinder(columns: readonly Column[]): (field: string) => Target {
  const slots = new Map(columns.map((column, slot) => [column.name, slot]))
  const known = new Map<string, Target>()
  return (field) => {
    const seen = known.get(field)
    if (seen) return seen
    const exact = slots.get(field)
    const target = { field, slot: exact ?? slots.get(field.toUpperCase()) ?? -1, exact: exact !== undefined }
    if (known.size < NAMES_MAX) known.set(field, target)
    return target
  }
}

const PLAIN_NAME = /^[\w $.@-]*$/

/** Finds the next field's target; records of a topic mostly name their fields in the same order, so the former one is tried first. */
function fieldReader(columns: readonly Column[], scanner: JsonScanner): (place: number) => Target {
  const targetOf = targetFinder(columns)
  const former: Target[] = []
  return (place) => {
    const expected = former[place]
    if (expected && scanner.takeString(expected.field)) return expected
    const target = targetOf(scanner.string())
    if (place < NAMES_MAX && PLAIN_NAME.test(target.field)) former[place] = target
    return target
  }
}

function readObject(columns: readonly Column[]): (bytes: Uint8Array) => Value[] | null {
  const readers = columns.map((column) => jsonReader(column.type))
  const scanner = new JsonScanner()
  const nextTarget = fieldReader(columns, scanner)
  const width = columns.length
  // The record in which a slot was last filled by its exact name.
  const exactIn = new Float64Array(width)
  let generation = 0
  return (bytes) => {
    scanner.open(decodeJson(bytes))
    if (!scanner.take(123)) {
      if (scanner.value() === null) return null
      throw new Error("Can't convert type: the value is not an object")
    }
    const row: Value[] = new Array<Value>(width).fill(null)
    generation++
    if (scanner.take(125)) return row
    let place = 0
    do {
      const target = nextTarget(place++)
      scanner.expect(58)
      const json = scanner.value()
      if (target.slot < 0) continue
      if (target.exact) exactIn[target.slot] = generation
      else if (exactIn[target.slot] === generation) continue
      try {
        row[target.slot] = readers[target.slot]!(json)
      } catch (error) {
        throw new Error(`${(error as Error).message}, path: $.${columns[target.slot]!.name}`)
      }
    } while (scanner.take(44))
    scanner.expect(125)
    return row
  }
}

function readBare(read: JsonReader): (bytes: Uint8Array) => Value[] | null {
  const scanner = new JsonScanner()
  return (bytes) => {
    const value = read(scanner.open(decodeJson(bytes)).value())
    return value === null ? null : [value]
  }
}

export function jsonFormat(columns: readonly Column[], wrapped: boolean): ColumnsFormat {
  const bare = !wrapped && columns.length === 1
  const writers = columns.map((column) => jsonWriter(column.type))
  if (bare) {
    const write = writers[0]!
    return {
      read: readBare(jsonReader(columns[0]!.type)),
      write: (values) => (values[0] === null ? null : encodeText(write(values[0]!))),
    }
  }
  const labels = columns.map((column, index) => `${index === 0 ? '{' : ','}${quoteJson(column.name)}:`)
  return {
    read: readObject(columns),
    write(values) {
      if (writers.length === 0) return encodeText('{}')
      let text = ''
      for (let i = 0; i < writers.length; i++) text += labels[i]! + writers[i]!(values[i]!)
      return encodeText(`${text}}`)
    },
  }
}
