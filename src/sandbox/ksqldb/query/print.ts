/** PRINT: the records of a topic as text, with a guess at the formats of keys and values. */
import type { KafkaRecord } from '../../../ports/index.ts'

interface PrintFormat {
  readonly name: string
  /** Undefined: the bytes cannot be of this format. */
  read(bytes: Buffer): string | undefined
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function text(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

const json: PrintFormat = {
  name: 'JSON',
  read(bytes) {
    const read = text(bytes)
    if (read === undefined) return undefined
    try {
      JSON.parse(read)
      return read
    } catch {
      return undefined
    }
  },
}

const NUMBERS: readonly PrintFormat[] = [
  { name: 'KAFKA_INT', read: (bytes) => (bytes.length === 4 ? String(bytes.readInt32BE()) : undefined) },
  { name: 'KAFKA_BIGINT', read: (bytes) => (bytes.length === 8 ? String(bytes.readBigInt64BE()) : undefined) },
  { name: 'KAFKA_DOUBLE', read: (bytes) => (bytes.length === 8 ? String(bytes.readDoubleBE()) : undefined) },
]
const kafkaString: PrintFormat = { name: 'KAFKA_STRING', read: text }

/** A window's start (and, for sessions, end) stands behind the key. */
function windowed(kind: 'SESSION' | 'HOPPING' | 'TUMBLING', inner: PrintFormat): PrintFormat {
  const size = kind === 'SESSION' ? 16 : 8
  return {
    name: `${kind}(${inner.name})`,
    read(bytes) {
      if (bytes.length <= size) return undefined
      const key = inner.read(bytes.subarray(0, bytes.length - size))
      if (key === undefined) return undefined
      const bounds = bytes.subarray(bytes.length - size)
      // Kafka Streams stores the end of a session before its start.
      return kind === 'SESSION' ? `[${key}@${bounds.readBigInt64BE(8)}/${bounds.readBigInt64BE(0)}]` : `[${key}@${bounds.readBigInt64BE(0)}/-]`
    },
  }
}

const WINDOWS = ['SESSION', 'HOPPING', 'TUMBLING'] as const
const KEY_FORMATS: readonly PrintFormat[] = [
  json,
  ...NUMBERS,
  ...NUMBERS.flatMap((inner) => WINDOWS.map((kind) => windowed(kind, inner))),
  ...WINDOWS.map((kind) => windowed(kind, kafkaString)),
  kafkaString,
]
const VALUE_FORMATS: readonly PrintFormat[] = [json, ...NUMBERS, kafkaString]
const UNKNOWN: PrintFormat = { name: 'UNRECOGNIZED_BYTES', read: (bytes) => bytes.toString('hex') }

/** Narrows the possible formats with each record that it sees. */
export class RecordPrinter {
  #keys: readonly PrintFormat[] = KEY_FORMATS
  #values: readonly PrintFormat[] = VALUE_FORMATS
  #sawKey = false
  #sawValue = false

  observe(records: readonly KafkaRecord[]): void {
    for (const { key, value } of records) {
      if (key !== null) {
        this.#sawKey = true
        this.#keys = narrowed(this.#keys, key)
      }
      if (value !== null) {
        this.#sawValue = true
        this.#values = narrowed(this.#values, value)
      }
    }
  }

  formats(): string {
    const names = (formats: readonly PrintFormat[], saw: boolean) =>
      saw ? formats.map((format) => format.name).join(' or ') : '¯\\_(ツ)_/¯ - no data processed'
    return `Key format: ${names(this.#keys, this.#sawKey)}\nValue format: ${names(this.#values, this.#sawValue)}\n`
  }

  line(record: KafkaRecord): string {
    const show = (bytes: Buffer | null, formats: readonly PrintFormat[]) => (bytes === null ? '<null>' : (formats[0] ?? UNKNOWN).read(bytes))
    const time = new Date(record.timestamp).toISOString()
    const rowtime = `${time.slice(0, 10).replaceAll('-', '/')} ${time.slice(11, 23)} Z`
    return `rowtime: ${rowtime}, key: ${show(record.key, this.#keys)}, value: ${show(record.value, this.#values)}, partition: ${record.partition}\n`
  }
}

function narrowed(formats: readonly PrintFormat[], bytes: Buffer): readonly PrintFormat[] {
  const left = formats.filter((format) => format.read(bytes) !== undefined)
  return left.length > 0 ? left : [UNKNOWN]
}
