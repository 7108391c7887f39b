/**
 * Compares what was written with what an output file expects: for every topic that the file names exactly these records, in this
 * order. Field names match without regard to case, numbers by value (as doubles), a timestamp only where the file gives one.
 */
import { valuesEqual } from './compare.ts'
import type { RecordHeaders } from './engine.ts'
import { isNumeric, isObject, type Json, numberText } from './json/tree.ts'
import type { CaseRecord } from './test-case.ts'

export interface CaseDifference {
  readonly topic: string
  /** Place among the records of the topic, from 0. */
  readonly index: number
  /** Absent: one more record was written than expected. */
  readonly expected?: CaseRecord
  /** Absent: the record is missing. */
  readonly actual?: CaseRecord
}

/** The first difference of each topic. */
export function compareOutputs(expected: readonly CaseRecord[], actual: readonly CaseRecord[]): CaseDifference[] {
  const topics = Map.groupBy(expected, (record) => record.topic)
  return [...topics].flatMap(([topic, records]) => {
    const written = actual.filter((record) => record.topic === topic)
    for (let index = 0; index < Math.max(records.length, written.length); index++) {
      const [wanted, found] = [records[index], written[index]]
      if (wanted && found && sameRecord(wanted, found)) continue
      return [{ topic, index, ...(wanted ? { expected: wanted } : {}), ...(found ? { actual: found } : {}) }]
    }
    return []
  })
}

function sameRecord(expected: CaseRecord, actual: CaseRecord): boolean {
  if (expected.timestamp !== undefined && expected.timestamp !== actual.timestamp) return false
  if (expected.headers && !sameHeaders(expected.headers, actual.headers ?? [])) return false
  return sameWindow(expected.window, actual.window) && sameJson(expected.key, actual.key) && sameJson(expected.value, actual.value)
}

function sameHeaders(a: RecordHeaders, b: RecordHeaders): boolean {
  return a.length === b.length && a.every(([name, value], i) => name === b[i]![0] && valuesEqual(value, b[i]![1]))
}

function sameWindow(a: CaseRecord['window'], b: CaseRecord['window']): boolean {
  if (!a || !b) return a === b
  return a.start === b.start && a.end === b.end && a.type === b.type
}

function sameJson(a: Json, b: Json): boolean {
  if (isNumeric(a)) return isNumeric(b) && Number(numberText(a)) === Number(numberText(b))
  if (isObject(a)) return isObject(b) && sameFields(a, b)
  if (Array.isArray(a)) {
    const [left, right] = [a as readonly Json[], b as readonly Json[]]
    return Array.isArray(b) && left.length === right.length && left.every((item, i) => sameJson(item, right[i]!))
  }
  return a === b
}

function sameFields(a: ReadonlyMap<string, Json>, b: ReadonlyMap<string, Json>): boolean {
  if (a.size !== b.size) return false
  const folded = new Map([...b].map(([name, value]) => [name.toUpperCase(), value]))
  return [...a].every(([name, value]) => {
    const other = b.get(name) ?? folded.get(name.toUpperCase())
    return other !== undefined && sameJson(value, other)
  })
}
