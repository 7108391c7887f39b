/** The string formats that are checked; a format not listed says nothing, as in the real server. */
import { isIPv4, isIPv6 } from 'node:net'

const HEX = '[0-9a-fA-F]'

const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  'date-time': (value) => /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/.test(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) => /^[+-]?(\d+(\.\d+)?\s*(ns|us|µs|ms|s|sec|secs|m|min|mins|h|hr|hrs|hour|hours|d|day|days|w|week|weeks|wk)\s*)+$|^0$/.test(value),
  email: (value) => /^[^\s@]+@[^\s@]+$/.test(value),
  uri: (value) => value !== '' && URL.canParse(value, 'http://a'),
  hostname: (value) => value.length <= 255 && /^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/.test(value),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: (value) => /^[^/]+\/\d{1,3}$/.test(value) && (isIPv4(value.split('/')[0]!) || isIPv6(value.split('/')[0]!)),
  mac: (value) => new RegExp(`^${HEX}{2}([:-]${HEX}{2}){5,7}$`).test(value),
  uuid: (value) => new RegExp(`^${HEX}{8}-?${HEX}{4}-?${HEX}{4}-?${HEX}{4}-?${HEX}{12}$`).test(value),
  byte: (value) => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value),
}

export function matchesFormat(format: string, value: string): boolean {
  return FORMATS[format]?.(value) ?? true
}

export function knownFormat(format: string): boolean {
  return format in FORMATS || ['int32', 'int64', 'float', 'double'].includes(format)
}
