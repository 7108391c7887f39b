/** Recordings of a real ksqlDB 7.9, compressed in test/data. */
import { readFileSync } from 'node:fs'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { type CaseRecord, parseCaseFile, printJson } from '../../src/engine/index.ts'

function bytesOf(name: string): Buffer {
  return readFileSync(new URL(`../data/${name}`, import.meta.url))
}

export function recordedText(name: string): string {
  return gunzipSync(bytesOf(`${name}.gz`)).toString('utf8')
}

export interface RecordedRun {
  readonly statements: string
  readonly inputs: readonly CaseRecord[]
  readonly outputs: readonly CaseRecord[]
}

export function recordedRun(name: string): RecordedRun {
  const files = JSON.parse(zstdDecompressSync(bytesOf(`${name}.json.zst`)).toString('utf8')) as Record<string, string>
  return {
    statements: files['statements.sql']!,
    inputs: parseCaseFile(files['input.json']!, 'inputs'),
    outputs: parseCaseFile(files['output.json']!, 'outputs'),
  }
}

/** A record as one line, every digit of its numbers as they stand in the topic. */
function line({ timestamp, key, value, window }: CaseRecord): string {
  const bounds = window ? ` [${window.start}, ${window.end}] ${window.type}` : ''
  return `${timestamp} ${printJson(key)}${bounds} ${printJson(value)}`
}

export function linesByTopic(records: readonly CaseRecord[]): Map<string, string[]> {
  const topics = new Map<string, string[]>()
  for (const record of records) topics.getOrInsertComputed(record.topic, () => []).push(line(record))
  return topics
}
