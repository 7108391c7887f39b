/** Runs a source task: draws records when they are due, converts, transforms, produces, remembers offsets. */
import type { KafkaClient, Logger, ProduceRecord } from '../../ports/index.ts'
import { backoffMs, KafkaFault } from '../../ports/index.ts'
import type { Config } from './config-def.ts'
import { type Converter, createConverter } from './converters.ts'
import type { ConnectRecord } from './data.ts'
import type { ConnectorPlugin, SourceOffset, TaskContext } from './plugin.ts'
import { createTransformChain } from './transforms/index.ts'

export interface TaskHandle {
  pause(): void
  resume(): void
  stop(): Promise<void>
}

export interface TaskEnvironment {
  readonly kafka: KafkaClient
  readonly worker: Config
  readonly log: Logger
  /** It begins paused. */
  readonly paused: boolean
  /** A topic was written to or read from. */
  onTopic(topic: string): void
  /** The task has failed and will not go on. */
  onFailure(error: unknown): void
  readonly offsets: { read(): SourceOffset | undefined; write(partition: SourceOffset, offset: SourceOffset): Promise<void> }
}

/** Records that fall due within this time go out in one batch, as a producer's linger would make it. */
const LINGER_MS = 20
const OFFSET_FLUSH_MS = 10_000

export function runSourceTask(plugin: ConnectorPlugin, config: Config, context: TaskContext, environment: TaskEnvironment): TaskHandle {
  const { clock, signal } = context
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  let { paused } = environment
  let gate = Promise.withResolvers<void>()
  if (!paused) gate.resolve()

  async function run(): Promise<void> {
    const task = plugin.createSource!(config, { ...context, signal: ended }, environment.offsets.read())
    const key = createConverter('key', config, environment.worker)
    const value = createConverter('value', config, environment.worker)
    const transform = createTransformChain(config)
    let dueAt = clock.now()
    let flushedAt = clock.now()
    let offset: SourceOffset | undefined
    const flush = async () => {
      if (offset) await environment.offsets.write(task.sourcePartition, offset)
      offset = undefined
      flushedAt = clock.now()
    }
    try {
      while (!ended.aborted) {
        // Paused again before it went on: it waits again.
        for (let open: typeof gate | undefined; open !== gate; ) {
          open = gate
          await open.promise
        }
        if (ended.aborted) break
        // After a pause the generator goes on from now; it does not make up for the time it stood.
        dueAt = Math.max(dueAt, clock.now() - LINGER_MS)
        const batch: ConnectRecord[] = []
        // What was drawn before the generator came to its end is written all the same.
        let end: { readonly error: unknown } | undefined
        do {
          let next: ReturnType<typeof task.next>
          try {
            next = task.next()
          } catch (error) {
            end = { error }
            break
          }
          dueAt += next.afterMs
          offset = next.offset
          batch.push(next.record)
        } while (dueAt < clock.now() + LINGER_MS && batch.length < 500)
        await send(environment, batch, { key, value, transform }, context, ended)
        if (end !== undefined) throw end.error
        if (clock.now() - flushedAt > OFFSET_FLUSH_MS) await flush()
        if (dueAt > clock.now()) await clock.sleep(dueAt - clock.now(), ended)
      }
    } finally {
      await flush()
    }
  }

  const running = run().catch((error: unknown) => {
    if (!ended.aborted) environment.onFailure(error)
  })
  return {
    pause() {
      // The gate at which it waits is the one that `resume` and `stop` open.
      if (paused) return
      paused = true
      gate = Promise.withResolvers<void>()
    },
    resume() {
      paused = false
      gate.resolve()
    },
    async stop() {
      stop.abort(new Error('stopped'))
      gate.resolve()
      await running
    },
  }
}

interface Conversion {
  readonly key: Converter
  readonly value: Converter
  readonly transform: (record: ConnectRecord) => ConnectRecord | null
}

async function send(
  { kafka, onTopic }: TaskEnvironment,
  batch: readonly ConnectRecord[],
  conversion: Conversion,
  context: TaskContext,
  signal: AbortSignal,
): Promise<void> {
  const byTopic = new Map<string, ProduceRecord[]>()
  for (const original of batch) {
    const record = conversion.transform(original)
    if (record === null) continue
    const list = byTopic.get(record.topic) ?? []
    byTopic.set(record.topic, list)
    list.push({
      key: conversion.key.fromConnect(record.key),
      value: conversion.value.fromConnect(record.value),
      headers: record.headers.map(([name, { value }]) => [name, Buffer.from(String(value))] as const),
      ...(record.partition === null ? {} : { partition: record.partition }),
      ...(record.timestamp === null ? {} : { timestamp: record.timestamp }),
    })
  }
  for (const [topic, records] of byTopic) {
    await produceUntilAccepted(kafka, topic, records, context, signal)
    onTopic(topic)
  }
}

/** Connect's producer tries without end: a topic that is not there yet, or a broker that is away, delays the task and does not fail it. */
async function produceUntilAccepted(
  kafka: KafkaClient,
  topic: string,
  records: readonly ProduceRecord[],
  context: TaskContext,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await kafka.produce(topic, records)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const lasting =
        error instanceof KafkaFault && ['MESSAGE_TOO_LARGE', 'INVALID_TOPIC_EXCEPTION', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_RECORD'].includes(error.type)
      if (lasting) throw error
      await context.clock.sleep(backoffMs(attempt, { baseMs: 100, maxMs: 5_000, random: context.random }), signal)
    }
  }
}
