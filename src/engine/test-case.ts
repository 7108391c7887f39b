/**
 * Runs statements over an input the way ksqlDB's test runner does: one query after the other in the order of the script, each
 * over all input records of its topics in their order, then over what earlier queries wrote. Input and output are in the file
 * formats of that runner.
 */
import type { Source } from '../sql/index.ts'
import type { InputRecord, OutputRecord, ProcessingError, RecordHeaders, WindowBounds } from './engine.ts'
import { printJson } from './json/print.ts'
import { parseJson } from './json/scanner.ts'
import { isNumeric, isObject, type Json, numberText } from './json/tree.ts'
import { compileScript, type Script, type ScriptOptions } from './script.ts'
import { fromBase64 } from './serde/base64.ts'
import { columnsFormat } from './serde/format.ts'
import { jsonWriter } from './serde/json-text.ts'
import { jsonReader } from './serde/json-values.ts'
import { compileWriter } from './serde/record-writer.ts'
import { decodeText, encodeText } from './serde/text.ts'
import { appendWindow, splitWindow } from './serde/window-key.ts'

/** A record as it stands in an input or output file. */
export interface CaseRecord {
  readonly topic: string
  readonly key: Json
  readonly value: Json
  /** Absent in a file that leaves it out: 0 in an input, anything in an output. */
  readonly timestamp?: number
  readonly window?: { readonly start: number; readonly end: number; readonly type: 'time' | 'session' }
  /** Absent in an output file: any. */
  readonly headers?: RecordHeaders
}

export interface CaseResult {
  /** In the order of writing, topic by topic as the queries ran. */
  readonly outputs: readonly CaseRecord[]
  readonly errors: readonly ProcessingError[]
}

/** Throws when the file has not the form of one. */
export function parseCaseFile(text: string, list: 'inputs' | 'outputs'): CaseRecord[] {
  const file = parseJson(text, true)
  const records = isObject(file) ? file.get(list) : undefined
  if (!Array.isArray(records)) throw new Error(`The file has no list '${list}'`)
  return (records as readonly Json[]).map((record, i) => {
    if (!isObject(record) || typeof record.get('topic') !== 'string') throw new Error(`${list}[${i}] has no topic`)
    return caseRecord(record)
  })
}

function numberOf(json: Json | undefined): number {
  return json !== undefined && isNumeric(json) ? Number(numberText(json)) : 0
}

/** `[{"KEY": "name", "VALUE": "base64"}]` */
function headersOf(json: Json | undefined): [string, Uint8Array | null][] {
  if (!Array.isArray(json)) return []
  return (json as ReadonlyMap<string, Json>[]).map((header) => {
    const value = header.get('VALUE')
    return [String(header.get('KEY')), typeof value === 'string' ? (fromBase64(value) ?? null) : null]
  })
}

function caseRecord(record: ReadonlyMap<string, Json>): CaseRecord {
  const given = record.get('timestamp')
  const base = {
    topic: record.get('topic') as string,
    key: record.get('key') ?? null,
    value: record.get('value') ?? null,
    ...(given === undefined ? {} : { timestamp: numberOf(given) }),
    ...(record.has('headers') ? { headers: headersOf(record.get('headers')) } : {}),
  }
  const window = record.get('window')
  if (window === undefined || window === null || !isObject(window)) return base
  const type = String(window.get('type')).toLowerCase() === 'session' ? 'session' : 'time'
  return { ...base, window: { start: numberOf(window.get('start')), end: numberOf(window.get('end')), type } }
}

// ---------------------------------------------------------------- records to bytes and back

type Side = 'key' | 'value'

function formatOf(source: Source, side: Side): { format: string; encode(json: Json): Uint8Array | null; decode(bytes: Uint8Array): Json } {
  const columns = source[side]
  const { format } = side === 'key' ? source.keyFormat : source.valueFormat
  if (format === 'JSON') return { format, encode: (json) => encodeText(printJson(json)), decode: (bytes) => parseJson(decodeText(bytes)) }
  if (format === 'DELIMITED') return { format, encode: (json) => encodeText(typeof json === 'string' ? json : printJson(json)), decode: decodeText }
  if (format === 'NONE' || columns.length === 0) return { format, encode: () => null, decode: () => null }
  const read = jsonReader(columns[0]!.type)
  const write = jsonWriter(columns[0]!.type)
  const kafka = columnsFormat({ format: 'KAFKA' }, columns, false)
  return {
    format,
    encode: (json) => kafka.write([read(isObject(json) ? (json.get(columns[0]!.name) ?? null) : json)]),
    decode: (bytes) => parseJson(write(kafka.read(bytes)?.[0] ?? null)),
  }
}

/** The bytes of a record of an input file, in the formats of the source over its topic. */
export function encodeCaseRecord(record: CaseRecord, source: Source, offset: bigint): InputRecord {
  const bytes = record.key === null ? null : formatOf(source, 'key').encode(record.key)
  const { window } = record
  const bounds: WindowBounds | undefined = window && { type: window.type === 'session' ? 'SESSION' : 'TUMBLING', start: window.start, end: window.end }
  return {
    topic: record.topic,
    partition: 0,
    offset,
    timestamp: record.timestamp ?? 0,
    key: bounds ? appendWindow(bytes, bounds) : bytes,
    value: record.value === null ? null : formatOf(source, 'value').encode(record.value),
    ...(record.headers ? { headers: record.headers } : {}),
  }
}

/** A record of a topic as it would stand in an output file. */
export function decodeCaseRecord(record: Pick<OutputRecord, 'topic' | 'timestamp' | 'key' | 'value' | 'headers'>, source: Source): CaseRecord {
  const parts = record.key !== null && source.window ? splitWindow(record.key, source.window) : { key: record.key, window: undefined }
  const key = parts.key === null ? null : formatOf(source, 'key').decode(parts.key)
  const value = record.value === null ? null : formatOf(source, 'value').decode(record.value)
  const base = { topic: record.topic, key, value, timestamp: record.timestamp, ...(record.headers ? { headers: record.headers } : {}) }
  if (!parts.window) return base
  const { start, end, type } = parts.window
  return { ...base, window: { start, end, type: type === 'SESSION' ? 'session' : 'time' } }
}

// ---------------------------------------------------------------- running

function sourceOver(script: Script, topic: string): Source | undefined {
  return script.sources.find((source) => source.topic === topic)
}

/** @throws SqlError when the statements are refused, Error when the input file is not one. */
export function runCase(files: { readonly statements: string; readonly input: string }, options: ScriptOptions = {}): CaseResult {
  const errors: ProcessingError[] = []
  const script = compileScript(files.statements, { ...options, onError: (error) => errors.push(error) })
  const topics = new Map<string, InputRecord[]>()
  const provided: InputRecord[] = []
  const outputs: CaseRecord[] = []
  for (const { source, row } of script.inserted) {
    const list = topics.getOrInsert(source.topic, [])
    const { topic, timestamp, key, value } = compileWriter(source)(row)
    list.push({ topic, partition: 0, offset: BigInt(list.length), timestamp, key, value })
    provided.push(list.at(-1)!)
    outputs.push(decodeCaseRecord(list.at(-1)!, source))
  }
  for (const record of parseCaseFile(files.input, 'inputs')) {
    const source = sourceOver(script, record.topic)
    if (!source) continue
    const list = topics.getOrInsert(record.topic, [])
    const input = encodeCaseRecord(record, source, BigInt(list.length))
    list.push(input)
    provided.push(input)
  }
  const givenTopics = new Set(topics.keys())
  for (const { query, sink } of script.queries) {
    const read = new Set(query.inputs.map(({ topic }) => topic))
    const derived = [...read].filter((topic) => !givenTopics.has(topic)).flatMap((topic) => topics.get(topic) ?? [])
    for (const input of [...provided.filter(({ topic }) => read.has(topic)), ...derived]) {
      for (const row of query.process(input)) {
        const output = query.encode(row)
        const list = topics.getOrInsert(output.topic, [])
        const { row: _, ...written } = output
        list.push({ ...written, partition: 0, offset: BigInt(list.length) })
        outputs.push(decodeCaseRecord(output, sink))
      }
    }
  }
  return { outputs, errors }
}
