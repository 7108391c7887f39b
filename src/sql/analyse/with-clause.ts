/** WITH (...): https://docs.confluent.io/platform/current/ksqldb/reference/sql/create-stream.html */
import type { Property, PropertyValue, Span } from '../ast.ts'
import { refuse } from '../error.ts'

const OF_EVERY_SOURCE = [
  'KAFKA_TOPIC',
  'PARTITIONS',
  'REPLICAS',
  'RETENTION_MS',
  'CLEANUP_POLICY',
  'FORMAT',
  'KEY_FORMAT',
  'VALUE_FORMAT',
  'KEY_DELIMITER',
  'VALUE_DELIMITER',
  'TIMESTAMP',
  'TIMESTAMP_FORMAT',
  'WRAP_SINGLE_VALUE',
  'KEY_SCHEMA_ID',
  'VALUE_SCHEMA_ID',
  'KEY_SCHEMA_FULL_NAME',
  'VALUE_SCHEMA_FULL_NAME',
  'VALUE_AVRO_SCHEMA_FULL_NAME',
  'KEY_PROTOBUF_NULLABLE_REPRESENTATION',
  'VALUE_PROTOBUF_NULLABLE_REPRESENTATION',
]
const OF_CREATED_SOURCES = [...OF_EVERY_SOURCE, 'WINDOW_TYPE', 'WINDOW_SIZE', 'SOURCED_BY_CONNECTOR']
const OF_INSERTS = ['QUERY_ID']

/** Which statement a WITH stands in. */
export type WithOf = 'source' | 'sink' | 'insert'

const ALLOWED: Readonly<Record<WithOf, readonly string[]>> = { source: OF_CREATED_SOURCES, sink: OF_EVERY_SOURCE, insert: OF_INSERTS }

export class WithClause {
  readonly #values: ReadonlyMap<string, Property>
  readonly #span: Span

  constructor(properties: readonly Property[], of: WithOf, span: Span) {
    this.#values = new Map(properties.map((property) => [property.key.toUpperCase(), property]))
    this.#span = span
    const unknown = properties.filter((property) => !ALLOWED[of].includes(property.key.toUpperCase()))
    if (unknown.length > 0) {
      const keys = unknown.map((property) => property.key).join(', ')
      this.refuse(`Invalid config variable(s) in the WITH clause: ${keys}`, unknown[0]!.span)
    }
    for (const key of ['KEY_FORMAT', 'VALUE_FORMAT']) {
      if (this.has('FORMAT') && this.has(key)) {
        this.refuse(
          `Cannot supply both '${key}' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. ` +
            `Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.`,
          this.spanOf(key),
        )
      }
    }
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  spanOf(key: string): Span {
    return this.#values.get(key)?.span ?? this.#span
  }

  value(key: string): PropertyValue | undefined {
    return this.#values.get(key)?.value
  }

  text(key: string): string | undefined {
    const value = this.value(key)
    return value === undefined ? undefined : String(value)
  }

  wholeNumber(key: string): number | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    const number = Number(value)
    if (typeof value === 'boolean' || !Number.isInteger(number) || String(value).trim() === '') {
      this.refuse(`Invalid value ${value} for configuration ${key}: Not a number of type ${key === 'RETENTION_MS' ? 'LONG' : 'INT'}`, this.spanOf(key))
    }
    return number
  }

  flag(key: string): boolean | undefined {
    const value = this.value(key)
    if (value === undefined || typeof value === 'boolean') return value
    const text = String(value).trim().toLowerCase()
    if (text === 'true' || text === 'false') return text === 'true'
    return this.refuse(`Invalid value ${value} for configuration ${key}: Expected value to be either true or false`, this.spanOf(key))
  }

  refuse(message: string, span: Span): never {
    return refuse(`Failed to prepare statement: ${message}`, span, { stage: 'prepare' })
  }
}
