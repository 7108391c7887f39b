/** Parts of URLs, taken by the generic syntax of RFC 3986 as java.net.URI does. What is no URL gives null. */
import { encodeText } from '../serde/text.ts'
import { INTEGER, STRING } from '../types.ts'
import { type Family, strict } from './define.ts'

interface Parts {
  readonly scheme: string | null
  readonly host: string | null
  readonly port: number | null
  readonly path: string | null
  readonly query: string | null
  readonly fragment: string | null
}

const URI = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s
const ILLEGAL = /[\s"<>\\^`{|}]|%(?![0-9a-fA-F]{2})/
const AUTHORITY = /^(?:[^@]*@)?(\[[^\]]+\]|[A-Za-z0-9.-]*)(?::(\d*))?$/

function decodePart(text: string | undefined): string | null {
  return text === undefined ? null : decodePercent(text)
}

function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))
    return new TextDecoder().decode(bytes)
  })
}

/** Null: not a URI. */
function partsOf(url: string): Parts | null {
  const match = URI.exec(url)
  if (!match || ILLEGAL.test(url)) return null
  const authority = match[2] === undefined ? null : AUTHORITY.exec(match[2])
  return {
    scheme: match[1] ?? null,
    host: authority?.[1] || null,
    port: authority?.[2] ? Number(authority[2]) : null,
    path: match[1] !== undefined && match[2] === undefined && !match[3]!.startsWith('/') ? null : decodePart(match[3]),
    query: decodePart(match[4]),
    fragment: decodePart(match[5]),
  }
}

function encodeParam(text: string): string {
  return [...encodeText(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte)
      if (/[A-Za-z0-9.*_-]/.test(char)) return char
      return char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

function parameter(url: string, name: string): string | null {
  const query = URI.exec(url)?.[4]
  if (query === undefined || !partsOf(url)) return null
  for (const pair of query.split('&')) {
    const [key, value = ''] = pair.split('=', 2) as [string, string?]
    if (decodePercent(key) === name) return decodePercent(value)
  }
  return null
}

export const URL_FUNCTIONS: Family = {
  URL_ENCODE_PARAM: strict(STRING, encodeParam),
  URL_DECODE_PARAM: strict(STRING, (text: string) => {
    if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new Error(`Illegal hex characters in escape (%) pattern: ${text}`)
    return decodePercent(text.replaceAll('+', ' '))
  }),
  URL_EXTRACT_PROTOCOL: strict(STRING, (url: string) => partsOf(url)?.scheme ?? null),
  URL_EXTRACT_HOST: strict(STRING, (url: string) => partsOf(url)?.host ?? null),
  URL_EXTRACT_PORT: strict(INTEGER, (url: string) => partsOf(url)?.port ?? null),
  URL_EXTRACT_PATH: strict(STRING, (url: string) => partsOf(url)?.path ?? null),
  URL_EXTRACT_QUERY: strict(STRING, (url: string) => partsOf(url)?.query ?? null),
  URL_EXTRACT_FRAGMENT: strict(STRING, (url: string) => partsOf(url)?.fragment ?? null),
  URL_EXTRACT_PARAMETER: strict(STRING, parameter),
}
