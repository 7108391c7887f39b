/** Runs a sink task: consumes in the group `connect-NAME`, converts, transforms, hands on; offsets move after the write. */
import type { Consumer, KafkaRecord } from '../../ports/index.ts'
import { KafkaFault } from '../../ports/index.ts'
import { type Config, Settings } from './config-def.ts'
import { SINK_KEYS } from './connector-config.ts'
import { createConverter } from './converters.ts'
import { type ConnectRecord, schemaOf } from './data.ts'
import { ConnectException, traceOf } from './errors.ts'
import type { ConnectorPlugin, SinkTask, TaskContext } from './plugin.ts'
import type { TaskEnvironment, TaskHandle } from './source-task.ts'
import { createTransformChain } from './transforms/index.ts'

/** How often topics that are missing, or that a regex could newly match, are looked for. */
const TOPIC_LOOK_MS = 2_000

export function runSinkTask(plugin: ConnectorPlugin, config: Config, context: TaskContext, environment: TaskEnvironment): TaskHandle {
  const { clock } = context
  const stop = new AbortController()
  const ended = AbortSignal.any([context.signal, stop.signal])
  let consumer: Consumer | undefined
  let { paused } = environment
  let failed = false

  const fail = (error: unknown) => {
    if (failed || ended.aborted) return
    failed = true
    environment.onFailure(error)
    stop.abort(new Error('failed'))
  }

  async function run(): Promise<void> {
    const task = plugin.createSink!(config, { ...context, signal: ended })
    const handle = recordHandler(task, config, environment, context)
    let subscribed = ''
    try {
      while (!ended.aborted) {
        const topics = await topicsOf(config, environment)
        if (topics.length > 0 && topics.join() !== subscribed) {
          await consumer?.stop()
          subscribed = topics.join()
          consumer = environment.kafka.consume({
            groupId: `connect-${context.connector}`,
            topics,
            from: config['consumer.override.auto.offset.reset'] === 'latest' ? 'latest' : 'earliest',
            async onBatch(records) {
              try {
                await handle(records)
              } catch (error) {
                fail(error)
                // The batch is not committed: it is read again after a restart.
                throw error
              }
            },
            onError: (error, fatal) => fatal && fail(error),
          })
          if (paused) consumer.pause()
        }
        await clock.sleep(TOPIC_LOOK_MS, ended)
      }
    } finally {
      await consumer?.stop()
    }
  }

  const running = run().catch((error: unknown) => {
    if (!ended.aborted) fail(error)
  })
  return {
    pause() {
      paused = true
      consumer?.pause()
    },
    resume() {
      paused = false
      consumer?.resume()
    },
    async stop() {
      stop.abort(new Error('stopped'))
      await running
    },
  }
}

/** The topics of the config that exist now. */
async function topicsOf(config: Config, environment: TaskEnvironment): Promise<string[]> {
  const existing = await environment.kafka.listTopics()
  const regex = config['topics.regex']
  if (regex) {
    const pattern = new RegExp(`^(?:${regex})$`)
    return existing.filter((topic) => pattern.test(topic)).sort()
  }
  const wanted = new Settings(SINK_KEYS, config).list('topics')
  return wanted.filter((topic) => existing.includes(topic)).sort()
}

function recordHandler(task: SinkTask, config: Config, environment: TaskEnvironment, context: TaskContext): (records: readonly KafkaRecord[]) => Promise<void> {
  const key = createConverter('key', config, environment.worker)
  const value = createConverter('value', config, environment.worker)
  const transform = createTransformChain(config)
  const settings = new Settings(SINK_KEYS, config)
  const tolerateAll = settings.string('errors.tolerance').toLowerCase() === 'all'
  const deadLetters = settings.string('errors.deadletterqueue.topic.name')
  const withContext = settings.boolean('errors.deadletterqueue.context.headers.enable')
  const converterClass = (side: 'key' | 'value') => config[`${side}.converter`] ?? environment.worker[`${side}.converter`] ?? ''

  const convert = (record: KafkaRecord): ConnectRecord | null =>
    transform({
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      timestamp: record.timestamp,
      key: staged('KEY_CONVERTER', converterClass('key'), () => key.toConnect(record.key)),
      value: staged('VALUE_CONVERTER', converterClass('value'), () => value.toConnect(record.value)),
      headers: record.headers.map(([name, bytes]) => [name, { schema: schemaOf('string', true), value: bytes?.toString('utf8') ?? null }] as const),
    })

  return async (records) => {
    const ready: ConnectRecord[] = []
    for (const topic of new Set(records.map((record) => record.topic))) environment.onTopic(topic)
    for (const record of records) {
      try {
        const converted = convert(record)
        if (converted !== null) ready.push(converted)
      } catch (error) {
        const failure = error instanceof StageFailure ? error : new StageFailure('TRANSFORMATION', '', error)
        if (!tolerateAll) throw new ConnectException('Tolerance exceeded in error handler', undefined, failure.cause)
        if (deadLetters !== '') await toDeadLetters(environment, deadLetters, record, withContext ? contextOf(record, failure, context) : {})
      }
    }
    try {
      if (ready.length > 0) await task.put(ready)
    } catch (error) {
      throw new ConnectException('Exiting WorkerSinkTask due to unrecoverable exception.', undefined, error)
    }
  }
}

/** At which step of its way a record failed, and in which class. */
class StageFailure extends Error {
  readonly stage: string
  readonly executing: string
  constructor(stage: string, executing: string, cause: unknown) {
    super(stage, { cause })
    this.name = 'StageFailure'
    this.stage = stage
    this.executing = executing
  }
}

function staged<T>(stage: string, executing: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new StageFailure(stage, executing, error)
  }
}

/** https://kafka.apache.org/documentation/#connect_errorreporting */
function contextOf(record: KafkaRecord, { stage, executing, cause }: StageFailure, { connector, taskId }: TaskContext): Record<string, string> {
  const facts = {
    topic: record.topic,
    partition: String(record.partition),
    offset: String(record.offset),
    'connector.name': connector,
    'task.id': String(taskId),
    stage,
    'class.name': executing,
    'exception.class.name': cause instanceof ConnectException ? cause.javaClass : 'org.apache.kafka.connect.errors.ConnectException',
    'exception.message': cause instanceof Error ? cause.message : String(cause),
    'exception.stacktrace': traceOf(cause),
  }
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`__connect.errors.${name}`, value]))
}

async function toDeadLetters(environment: TaskEnvironment, topic: string, record: KafkaRecord, context: Readonly<Record<string, string>>): Promise<void> {
  const headers = [
    ...record.headers.map(([name, bytes]) => [name, bytes ?? Buffer.alloc(0)] as const),
    ...Object.entries(context).map(([name, part]) => [name, Buffer.from(part)] as const),
  ]
  try {
    await environment.kafka.produce(topic, [{ key: record.key, value: record.value, headers }])
  } catch (cause) {
    const missing = cause instanceof KafkaFault && cause.type === 'UNKNOWN_TOPIC_OR_PARTITION'
    throw new ConnectException(
      missing ? `The dead letter queue topic ${topic} does not exist.` : `Could not write to the dead letter queue topic ${topic}`,
      undefined,
      cause,
    )
  }
}
