/** /inserts-stream: rows come line by line, each is acknowledged when it is written. */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { compileReader, type Value } from '../../../engine/index.ts'
import { type Column, formatType, type Source } from '../../../sql/index.ts'
import type { KsqldbServer } from '../server.ts'
import { targetOf, writeRow } from '../statements/insert-values.ts'
import type { World } from '../statements/world.ts'
import { missingProperty, readBody } from './body.ts'
import { genericError, RestError, StatementFault } from './errors.ts'
import { DELIMITED_TYPE, JSON_TYPE, negotiate } from './respond.ts'
import { toJson } from './values.ts'

const ENTITY = 'io.confluent.ksql.rest.entity.InsertsStreamArgs'

export async function serveInserts(request: Http2ServerRequest, response: Http2ServerResponse, server: KsqldbServer): Promise<void> {
  const json = negotiate(request.headers.accept, [DELIMITED_TYPE, JSON_TYPE]) === JSON_TYPE
  let inserts: Inserts | undefined
  let rest = ''
  try {
    for await (const chunk of request) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.trim() === '') continue
        if (inserts === undefined) {
          inserts = await Inserts.open(line, server)
          response.writeHead(200)
          if (json) response.write('[')
        } else inserts.add(line)
      }
      await inserts?.write((acks) =>
        response.write(acks.map((ack, index) => (json ? `${index + acks[0]!.seq > 0 ? ',' : ''}${toJson(ack)}` : `${toJson(ack)}\n`)).join('')),
      )
    }
    if (json && inserts !== undefined) response.end(']')
    else response.end()
  } catch (error) {
    if (error instanceof InsertError) return void response.end(json ? `${toJson(error.body)}]` : `${toJson(error.body)}\n`)
    const fault = error instanceof RestError ? error : genericError(50000, error instanceof Error ? error.message : String(error))
    if (!response.headersSent) response.writeHead(fault.status)
    response.end(toJson(fault.body))
  }
}

interface Ack {
  readonly status: 'ok'
  readonly seq: number
}

class InsertError extends Error {
  readonly body: object
  constructor(seq: number, message: string) {
    super(message)
    this.body = { '@type': 'InsertError', status: 'error', seq, message, error_code: 40000 }
  }
}

interface Row {
  readonly key: readonly Value[]
  readonly value: readonly Value[]
}

class Inserts {
  readonly #source: Source
  readonly #world: World
  readonly #columns: readonly Column[]
  readonly #read: (bytes: Uint8Array) => readonly Value[] | null
  #rows: Row[] = []
  #fault: InsertError | undefined
  #seq = 0
  #acknowledged = 0

  private constructor(source: Source, world: World) {
    this.#source = source
    this.#world = world
    this.#columns = [...source.key, ...source.value]
    // Rows are JSON objects with key and value side by side, whatever the topic holds.
    const { readValue } = compileReader({ ...source, key: [], value: this.#columns, headers: [], valueFormat: { format: 'JSON' }, wrapSingleValue: true })
    this.#read = readValue
  }

  static async open(line: string, server: KsqldbServer): Promise<Inserts> {
    const body = readBody(line, ENTITY)
    const { target } = body.fields
    if (typeof target !== 'string') throw missingProperty(body, ENTITY, 'target')
    const world = await server.world({ properties: {}, variables: {} })
    const name = target.startsWith('`') ? target.slice(1, -1) : target.toUpperCase()
    try {
      return new Inserts(targetOf({ target: name }, world), world)
    } catch (error) {
      throw error instanceof StatementFault ? new RestError(400, { '@type': 'generic_error', error_code: 40001, message: error.message }) : error
    }
  }

  /** A bad row ends the stream; the good ones that came with it are written all the same, but not acknowledged. */
  add(line: string): void {
    const seq = this.#seq++
    try {
      this.#rows.push(this.#row(line, seq))
    } catch (error) {
      this.#fault ??= error instanceof InsertError ? error : new InsertError(seq, error instanceof Error ? error.message : String(error))
    }
  }

  #row(line: string, seq: number): Row {
    let fields: Record<string, unknown>
    try {
      fields = JSON.parse(line) as Record<string, unknown>
    } catch {
      throw new InsertError(seq, 'Invalid JSON in inserts stream')
    }
    for (const [name, value] of Object.entries(fields)) {
      const column = this.#columns.find((one) => one.name === name.toUpperCase())
      const complaint = column === undefined ? undefined : coercionFault(value, column)
      if (complaint !== undefined) throw new InsertError(seq, complaint)
    }
    const values = this.#read(Buffer.from(line)) ?? []
    const keys = this.#source.key.length
    if (this.#source.sourceType === 'TABLE' && values.slice(0, keys).some((part) => part === null))
      throw new InsertError(seq, `Key field must be specified: ${this.#source.key[0]?.name}`)
    return { key: values.slice(0, keys), value: values.slice(keys) }
  }

  async write(acknowledge: (acks: readonly Ack[]) => void): Promise<void> {
    const rows = this.#rows
    this.#rows = []
    for (const { key, value } of rows) await writeRow(this.#source, key, value, this.#world.server.now(), this.#world)
    if (this.#fault !== undefined) throw this.#fault
    if (rows.length === 0) return
    const first = this.#acknowledged
    this.#acknowledged += rows.length
    acknowledge(rows.map((_, index) => ({ seq: first + index, status: 'ok' })))
  }
}

const JAVA = { string: 'java.lang.String', number: 'java.lang.Integer', boolean: 'java.lang.Boolean' } as const

function coercionFault(value: unknown, column: Column): string | undefined {
  const { kind } = column.type
  const numeric = kind === 'INTEGER' || kind === 'BIGINT' || kind === 'DOUBLE'
  const kindOf = typeof value
  const bad =
    (kindOf === 'string' && (numeric || kind === 'BOOLEAN')) ||
    (kindOf === 'number' && (kind === 'STRING' || kind === 'BOOLEAN')) ||
    (kindOf === 'boolean' && (numeric || kind === 'STRING'))
  if (!bad) return undefined
  return `Can't coerce a field of type class ${JAVA[kindOf as keyof typeof JAVA]} into type ${formatType(column.type)}`
}
