/** PRINT: follows a topic and writes its records as text. */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { KafkaRecord, PartitionOffsets } from '../../../ports/index.ts'
import type { Statement } from '../../../sql/index.ts'
import { genericError } from '../rest/errors.ts'
import { JSON_TYPE } from '../rest/respond.ts'
import { type Reading, readTopic } from '../run/read-topic.ts'
import type { KsqldbServer } from '../server.ts'
import { RecordPrinter } from './print.ts'
import type { QueryRequest } from './request.ts'

type Print = Extract<Statement, { kind: 'Print' }>

/** A silent second shows as an empty line. */
const IDLE_LINE_MS = 1_000
/** How long the first look waits for all partitions. */
const FIRST_LOOK_MS = 2_000

export async function printTopic(statement: Print, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const { topic } = statement
  const offsets = (await server.kafka.topicOffsets([topic])).get(topic)
  if (offsets === undefined) {
    const similar = (await server.kafka.listTopics()).find((name) => name.toLowerCase() === topic.toLowerCase())
    const hint = similar === undefined ? '' : `\nDid you mean:\n\tprint ${similar};`
    throw genericError(
      40000,
      `Could not find topic '${topic}', or the KSQL user does not have permissions to list the topic. Topic names are case-sensitive.${hint}`,
    )
  }
  reply.hijack()
  reply.raw.writeHead(200, request.old ? { 'content-type': JSON_TYPE } : {})
  reply.raw.flushHeaders()
  new Printing(statement, offsets, reply.raw, server, request.old)
}

class Printing {
  readonly #statement: Print
  readonly #raw: ServerResponse
  readonly #server: KsqldbServer
  readonly #reading: Reading
  readonly #printer = new RecordPrinter()
  /**
   * The first look is at all partitions, as one poll of the real server's consumer is: formats are guessed from all of it.
   * These have not shown anything yet.
   */
  readonly #awaited: Set<number>
  #early: KafkaRecord[] | undefined
  #formatsShown: boolean
  #seen = 0
  #shown = 0
  #quiet = true
  #ended = false
  #cancelEarly = () => {}
  #cancelIdle = () => {}

  constructor(statement: Print, offsets: readonly PartitionOffsets[], raw: ServerResponse, server: KsqldbServer, showFormats: boolean) {
    this.#statement = statement
    this.#raw = raw
    this.#server = server
    this.#formatsShown = !showFormats
    this.#awaited = new Set(statement.fromBeginning ? offsets.filter(({ start, end }) => start < end).map(({ partition }) => partition) : [])
    if (this.#awaited.size > 1) {
      this.#early = []
      this.#cancelEarly = server.clock.after(FIRST_LOOK_MS, () => this.#showEarly())
    }
    const id = `print_${statement.topic}_${server.randomId()}`
    this.#reading = readTopic({
      kafka: server.kafka,
      log: server.log,
      groupId: server.transientGroupOf(id),
      topic: statement.topic,
      from: new Map(offsets.map(({ partition, start, end }) => [partition, statement.fromBeginning ? start : end])),
      onRecords: (records) => this.#take(records),
      onError: (error) => {
        server.log.warn({ topic: statement.topic, err: error }, 'PRINT ended')
        this.#end()
      },
    })
    this.#reading.joined.then(
      () => this.#idle(),
      () => {},
    )
    server.addPrint(id, () => this.#end())
    raw.on('close', () => {
      this.#end()
      server.removePrint(id)
    })
  }

  #take(records: readonly KafkaRecord[]): void {
    if (this.#early === undefined) {
      this.#show(records)
      return
    }
    this.#early.push(...records)
    for (const record of records) this.#awaited.delete(record.partition)
    if (this.#awaited.size === 0) this.#showEarly()
  }

  #showEarly(): void {
    this.#cancelEarly()
    const records = this.#early ?? []
    this.#early = undefined
    this.#show(records.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset)))
  }

  #show(records: readonly KafkaRecord[]): void {
    if (this.#ended || records.length === 0) return
    const { limit, interval = 1 } = this.#statement
    this.#quiet = false
    this.#printer.observe(records)
    if (!this.#formatsShown) this.#raw.write(this.#printer.formats())
    this.#formatsShown = true
    for (const record of records) {
      if (this.#seen++ % interval !== 0) continue
      this.#raw.write(this.#printer.line(record))
      if (++this.#shown === limit) {
        this.#end()
        return
      }
    }
  }

  #idle(): void {
    if (this.#ended) return
    this.#cancelIdle = this.#server.clock.after(IDLE_LINE_MS, () => {
      if (this.#quiet) this.#raw.write('\n')
      this.#quiet = true
      this.#idle()
    })
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#cancelEarly()
    this.#cancelIdle()
    this.#raw.end()
    void this.#reading.stop()
  }
}
