/** What the command prints: tables for people, JSON for programs, errors with their place and mend. */
import { UserError } from '../console/index.ts'
import { Failure } from '../ports/index.ts'

/** Columns padded to their widest cell; a last column is never padded. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function print(text: string): void {
  process.stdout.write(`${plainText(text)}\n`)
}

/**
 * What backends and users have written is shown, not obeyed: escape sequences would recolour, hide or rewrite what stands on
 * a terminal, and marks of direction would turn text around.
 */
export function plainText(text: string): string {
  return text.replaceAll(UNSHOWN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about; a tab and a new line may stay
const UNSHOWN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part), 2))
}

export function explain(error: unknown): string {
  if (error instanceof UserError) return error.message
  if (error instanceof Failure) return `${error.reason}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** `5s`, `3m`, `2h`, `4d`: how long ago. */
export function age(fromMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - fromMs) / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)}m`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)}h`
  return `${Math.round(seconds / 86_400)}d`
}
