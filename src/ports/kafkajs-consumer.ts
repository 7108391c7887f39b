/** A consumer group's member over kafkajs. */
import type { Kafka, KafkaMessage, RetryOptions } from 'kafkajs'
import type { Clock } from './clock.ts'
import type { ConsumeOptions, Consumer, KafkaRecord } from './kafka.ts'
import { toKafkaError } from './kafkajs-library.ts'

const SESSION_TIMEOUT_MS = 30_000
const HEARTBEAT_MS = 1_000
/** An idle fetch lasts this long, and so at most does stop(). */
const MAX_WAIT_MS = 500

export function startConsumer(kafka: Kafka, options: ConsumeOptions, clock: Clock, retry: RetryOptions): Consumer {
  let stopping = false
  let running = false
  let paused = false
  const seeks: { topic: string; partition: number; offset: string }[] = []
  const joined = Promise.withResolvers<void>()
  // Whoever does not wait for `joined` still hears of a fault by onError.
  joined.promise.catch(() => {})

  const consumer = kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: MAX_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: { ...retry, restartOnFailure: async () => !stopping },
  })
  const topics = options.topics.map((topic) => ({ topic }))

  consumer.on(consumer.events.GROUP_JOIN, () => {
    // After a restart kafkajs has forgotten it, and before the first join it would not have listened.
    if (paused) consumer.pause(topics)
    joined.resolve()
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (stopping) return
    const error = toKafkaError(payload.error)
    if (!payload.restart) joined.reject(error)
    options.onError?.(error, !payload.restart)
  })

  const start = async () => {
    await consumer.connect()
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: options.from === 'earliest' })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isStale, isRunning }) => {
        if (isStale() || !isRunning() || stopping) return
        const records = batch.messages.map((message) => recordOf(batch.topic, batch.partition, message))
        const stopBeating = beat(clock, heartbeat)
        try {
          await options.onBatch(records, { topic: batch.topic, partition: batch.partition, endOffset: BigInt(batch.highWatermark) })
        } catch (error) {
          options.onError?.(error, false)
          throw error
        } finally {
          stopBeating()
        }
        resolveOffset(batch.lastOffset())
        if (options.commit === 'never') return
        const offset = (BigInt(batch.lastOffset()) + 1n).toString()
        await commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions: [{ partition: batch.partition, offset }] }] })
      },
    })
    running = true
    for (const seek of seeks.splice(0)) consumer.seek(seek)
  }
  const started = start().catch((error: unknown) => {
    const fault = toKafkaError(error)
    joined.reject(fault)
    if (!stopping) options.onError?.(fault, true)
  })

  return {
    joined: joined.promise,
    seek(topic, partition, offset) {
      const seek = { topic, partition, offset: offset.toString() }
      if (running) consumer.seek(seek)
      else seeks.push(seek)
    },
    async commit(offsets) {
      try {
        await consumer.commitOffsets(offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset.toString() })))
      } catch (error) {
        throw toKafkaError(error)
      }
    },
    pause() {
      paused = true
      if (running) consumer.pause(topics)
    },
    resume() {
      paused = false
      if (running) consumer.resume(topics)
    },
    async stop() {
      stopping = true
      await started
      await consumer.disconnect()
      joined.reject(new Error('the consumer was stopped'))
    },
  }
}

/** A batch that takes long must not cost the membership. */
function beat(clock: Clock, heartbeat: () => Promise<void>): () => void {
  let cancel = () => {}
  const arm = () => {
    cancel = clock.after(HEARTBEAT_MS, () => {
      // A failed heartbeat shows again at the next fetch, which then rejoins.
      heartbeat().catch(() => {})
      arm()
    })
  }
  arm()
  return () => cancel()
}

function recordOf(topic: string, partition: number, message: KafkaMessage): KafkaRecord {
  const headers: [string, Buffer | null][] = []
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      headers.push([name, one === undefined || one === null ? null : typeof one === 'string' ? Buffer.from(one) : one])
    }
  }
  return { topic, partition, offset: BigInt(message.offset), timestamp: Number(message.timestamp), key: message.key, value: message.value, headers }
}
