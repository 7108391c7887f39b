/** Formats instants by the patterns of java.time.format.DateTimeFormatter. */
import { DAY_MS } from './iso.ts'
import { DAYS, MONTHS, PatternError, tokenize } from './pattern.ts'
import { offsetAt } from './zone.ts'

function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0')
}

function offsetText(offset: number, letter: string, count: number): string {
  if (letter === 'X' && offset === 0) return 'Z'
  const sign = offset < 0 ? '-' : '+'
  const minutes = Math.floor(Math.abs(offset) / 60_000)
  const [hour, minute] = [pad(Math.floor(minutes / 60), 2), pad(minutes % 60, 2)]
  if (letter === 'Z')
    return count === 5
      ? offset === 0
        ? 'Z'
        : `${sign}${hour}:${minute}`
      : count === 4
        ? `GMT${offset === 0 ? '' : `${sign}${hour}:${minute}`}`
        : `${sign}${hour}${minute}`
  if (letter === 'O')
    return offset === 0 ? 'GMT' : `GMT${sign}${count === 4 ? hour : Math.floor(minutes / 60)}${count === 4 || minute !== '00' ? `:${minute}` : ''}`
  if (count === 1) return `${sign}${hour}${minute === '00' ? '' : minute}`
  return count === 3 || count === 5 ? `${sign}${hour}:${minute}` : `${sign}${hour}${minute}`
}

function isoWeekday(date: Date): number {
  return date.getUTCDay() || 7
}

function formatField(date: Date, letter: string, count: number, zone: string, offset: number): string {
  const hour = date.getUTCHours()
  switch (letter) {
    case 'y':
    case 'u': {
      const year = date.getUTCFullYear()
      return count === 2 ? pad(((year % 100) + 100) % 100, 2) : pad(year, count)
    }
    case 'M':
    case 'L':
      return count >= 4 ? MONTHS[date.getUTCMonth()]! : count === 3 ? MONTHS[date.getUTCMonth()]!.slice(0, 3) : pad(date.getUTCMonth() + 1, count)
    case 'd':
      return pad(date.getUTCDate(), count)
    case 'D':
      return pad(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1, count)
    case 'Q':
    case 'q':
      return count === 3 ? `Q${Math.floor(date.getUTCMonth() / 3) + 1}` : pad(Math.floor(date.getUTCMonth() / 3) + 1, count)
    case 'E':
      return count === 4 ? DAYS[date.getUTCDay()]! : DAYS[date.getUTCDay()]!.slice(0, 3)
    case 'e':
    case 'c':
      return count >= 3 ? DAYS[date.getUTCDay()]!.slice(0, 3) : pad((isoWeekday(date) % 7) + 1, count)
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'H':
      return pad(hour, count)
    case 'k':
      return pad(hour || 24, count)
    case 'h':
      return pad(hour % 12 || 12, count)
    case 'K':
      return pad(hour % 12, count)
    case 'm':
      return pad(date.getUTCMinutes(), count)
    case 's':
      return pad(date.getUTCSeconds(), count)
    case 'S':
      return pad(date.getUTCMilliseconds(), 3).padEnd(count, '0').slice(0, count)
    case 'n':
      return pad(date.getUTCMilliseconds() * 1_000_000, count)
    case 'A':
      return pad(date.getTime() - Math.floor(date.getTime() / DAY_MS) * DAY_MS, count)
    case 'G':
      return date.getUTCFullYear() > 0 ? 'AD' : 'BC'
    case 'V':
      return zone
    case 'z':
      return zone === 'UTC' || zone === 'Z' ? 'UTC' : zone
    case 'X':
    case 'x':
    case 'Z':
    case 'O':
      return offsetText(offset, letter, count)
    default:
      throw new PatternError(`Pattern letter ${letter} is not supported`)
  }
}

export type Formatter = (instant: number, zone: string) => string

/** `needs` names the fields that the value does not have, such as the time of a DATE. */
export function compileFormatter(pattern: string, missing = ''): Formatter {
  const tokens = tokenize(pattern)
  for (const token of tokens) if ('letter' in token && missing.includes(token.letter)) throw new PatternError(`Unsupported field: ${token.letter}`)
  return (instant, zone) => {
    const offset = offsetAt(zone, instant)
    const date = new Date(instant + offset)
    return tokens
      .map((token) => ('literal' in token ? token.literal : 'letter' in token ? formatField(date, token.letter, token.count, zone, offset) : ''))
      .join('')
  }
}
