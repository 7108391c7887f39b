/**
 * Objects of built-in types out of `application/vnd.kubernetes.protobuf`, which is what Go clients send for them.
 * Answers are JSON, which all of them take.
 */
import type { JsonObject } from '../json.ts'
import { badRequest } from '../status.ts'
import { envelope, type Field, type Message, messages } from './messages.ts'

export const PROTOBUF = 'application/vnd.kubernetes.protobuf'

/** Every body starts with these four bytes. */
const MAGIC = Buffer.from('k8s\0')

/** Throws 400 for what is no protobuf object, or one of a type that is not known. */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, 4).equals(MAGIC)) throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  const outer = new Reader(body.subarray(4)).message(envelope)
  const { apiVersion = '', kind = '' } = (outer.typeMeta ?? {}) as { apiVersion?: string; kind?: string }
  const type = messages[kind === 'DeleteOptions' ? kind : `${apiVersion}/${kind}`]
  if (!type) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}" in protobuf`)
  const raw = Buffer.from(typeof outer.raw === 'string' ? outer.raw : '', 'base64')
  return { apiVersion, kind, ...new Reader(raw).message(type) }
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  message(type: Message): JsonObject {
    const out: JsonObject = {}
    while (this.#at < this.#bytes.length) {
      const tag = Number(this.#varint())
      const field = type.get(tag >>> 3)
      if (field) this.#field(out, field)
      else this.#skip(tag & 7)
    }
    return out
  }

  #field(out: JsonObject, field: Field): void {
    if (field.type === 'string-map' || field.type === 'bytes-map') {
      const entry = new Reader(this.#chunk()).message(ENTRIES[field.type])
      out[field.name] = { ...(out[field.name] as JsonObject | undefined), [(entry.key ?? '') as string]: entry.value ?? '' }
      return
    }
    const value = this.#value(field)
    if (field.repeated) out[field.name] = [...((out[field.name] as []) ?? []), value]
    else if (field.optional || !isZero(value)) out[field.name] = value
  }

  #value(field: Field): JsonObject[string] {
    switch (field.type) {
      case 'int':
        return Number(BigInt.asIntN(64, this.#varint()))
      case 'bool':
        return this.#varint() !== 0n
      case 'string':
        return this.#chunk().toString('utf8')
      case 'bytes':
        return this.#chunk().toString('base64')
      case 'time':
      case 'micro-time':
        return time(new Reader(this.#chunk()).message(TIME), field.type === 'micro-time')
      case 'json':
        return json(new Reader(this.#chunk()).message(JSON_TEXT))
      default:
        return new Reader(this.#chunk()).message(field.type as Message)
    }
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined || shift > 63n) throw badRequest('unexpected EOF')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  #chunk(): Buffer {
    const length = Number(this.#varint())
    if (this.#at + length > this.#bytes.length) throw badRequest('unexpected EOF')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #skip(wireType: number): void {
    if (wireType === 0) this.#varint()
    else if (wireType === 1) this.#at += 8
    else if (wireType === 2) this.#chunk()
    else if (wireType === 5) this.#at += 4
    else throw badRequest(`proto: illegal wireType ${wireType}`)
  }
}

const plain = (name: string, type: Field['type']): Field => ({ name, type, repeated: false, optional: true })

const ENTRIES = {
  'string-map': new Map([
    [1, plain('key', 'string')],
    [2, plain('value', 'string')],
  ]),
  'bytes-map': new Map([
    [1, plain('key', 'string')],
    [2, plain('value', 'bytes')],
  ]),
} satisfies Record<string, Message>

const TIME: Message = new Map([
  [1, plain('seconds', 'int')],
  [2, plain('nanos', 'int')],
])

const JSON_TEXT: Message = new Map([[1, plain('raw', 'string')]])

function isZero(value: JsonObject[string]): boolean {
  return value === '' || value === 0 || value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

/** '' for no time at all. */
function time({ seconds, nanos }: JsonObject, micro: boolean): string {
  if (typeof seconds !== 'number') return ''
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19)
  const micros = String(Math.trunc((typeof nanos === 'number' ? nanos : 0) / 1000)).padStart(6, '0')
  return micro ? `${whole}.${micros}Z` : `${whole}Z`
}

function json({ raw }: JsonObject): JsonObject {
  return typeof raw === 'string' && raw !== '' ? (JSON.parse(raw) as JsonObject) : {}
}
