import { isReserved } from '../parse/keywords.ts'

/** Whether a name, written bare, would be read as another one or not at all. */
function needsQuotes(name: string): boolean {
  return !/^[A-Z_][A-Z0-9_@]*$/.test(name) || isReserved(name)
}

/** The name as it must be written: in backquotes only where it needs them. */
export function formatName(name: string): string {
  return needsQuotes(name) ? quoteName(name) : name
}

/** The name in backquotes, as schemas and messages show it. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
