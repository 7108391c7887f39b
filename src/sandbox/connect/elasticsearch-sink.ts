/** The well-known Elasticsearch sink: records become bulk operations, document ids come from keys or from offsets. */
import { z } from 'zod'
import { backoffMs, createHttpClient, Failure } from '../../ports/index.ts'
import { type Config, type ConfigKey, Settings } from './config-def.ts'
import { type ConnectRecord, type ConnectValue, isMap } from './data.ts'
import { ConnectException, DataException } from './errors.ts'
import { stringifyJson } from './json.ts'
import type { ConnectorPlugin, TaskContext } from './plugin.ts'

const options: readonly ConfigKey[] = [
  {
    name: 'connection.url',
    type: 'LIST',
    importance: 'HIGH',
    group: 'Connector',
    documentation: 'List of Elasticsearch HTTP connection URLs.',
    check: (value) => badUrl(value),
  },
  { name: 'connection.username', type: 'STRING', default: null, group: 'Connector', documentation: 'The username used to authenticate with Elasticsearch.' },
  { name: 'connection.password', type: 'PASSWORD', default: null, group: 'Connector', documentation: 'The password used to authenticate with Elasticsearch.' },
  {
    name: 'batch.size',
    type: 'INT',
    default: '2000',
    min: 1,
    max: 1_000_000,
    group: 'Connector',
    documentation: 'The number of records to process as a batch when writing to Elasticsearch.',
  },
  {
    name: 'max.retries',
    type: 'INT',
    default: '5',
    min: 0,
    group: 'Connector',
    documentation: 'The maximum number of retries that are allowed for failed indexing requests.',
  },
  {
    name: 'retry.backoff.ms',
    type: 'LONG',
    default: '100',
    min: 0,
    group: 'Connector',
    documentation: 'How long to wait in milliseconds before attempting the first retry.',
  },
  {
    name: 'connection.timeout.ms',
    type: 'INT',
    default: '1000',
    min: 0,
    group: 'Connector',
    documentation: 'How long to wait in milliseconds when establishing a connection.',
  },
  { name: 'read.timeout.ms', type: 'INT', default: '3000', min: 0, group: 'Connector', documentation: 'How long to wait in milliseconds for an answer.' },
  {
    name: 'flush.synchronously',
    type: 'BOOLEAN',
    default: 'false',
    group: 'Connector',
    documentation: 'Whether each batch is written before the next is taken; needed by transforms that change the topic.',
  },
  {
    name: 'key.ignore',
    type: 'BOOLEAN',
    default: 'false',
    group: 'Data Conversion',
    documentation: 'Whether to ignore the record key for the purpose of forming the document id.',
  },
  { name: 'schema.ignore', type: 'BOOLEAN', default: 'false', group: 'Data Conversion', documentation: 'Whether to ignore schemas during indexing.' },
  { name: 'type.name', type: 'STRING', default: null, group: 'Data Conversion', documentation: 'Type name; ignored by Elasticsearch 7 and later.' },
  {
    name: 'drop.invalid.message',
    type: 'BOOLEAN',
    default: 'false',
    group: 'Data Conversion',
    documentation: 'Whether to drop a message that cannot become a document.',
  },
  {
    name: 'behavior.on.null.values',
    type: 'STRING',
    default: 'FAIL',
    oneOf: ['IGNORE', 'DELETE', 'FAIL'],
    anyCase: true,
    group: 'Data Conversion',
    documentation: 'How to handle records with a non-null key and a null value.',
  },
  {
    name: 'behavior.on.malformed.documents',
    type: 'STRING',
    default: 'FAIL',
    oneOf: ['IGNORE', 'WARN', 'FAIL'],
    anyCase: true,
    group: 'Data Conversion',
    documentation: 'How to handle documents that Elasticsearch rejects as malformed.',
  },
  {
    name: 'write.method',
    type: 'STRING',
    default: 'INSERT',
    oneOf: ['INSERT', 'UPSERT'],
    anyCase: true,
    group: 'Data Conversion',
    documentation: 'Method used for writing data to Elasticsearch.',
  },
  {
    name: 'elastic.security.protocol',
    type: 'STRING',
    default: 'PLAINTEXT',
    oneOf: ['PLAINTEXT', 'SSL'],
    group: 'Security',
    documentation: 'The security protocol to use when connecting to Elasticsearch.',
  },
  {
    name: 'elastic.https.ssl.truststore.type',
    type: 'STRING',
    default: 'JKS',
    group: 'Security',
    documentation: 'The file format of the trust store file.',
    // Java's own formats are read by nobody here.
    check: (value) => (value === 'PEM' || value === 'JKS' ? undefined : `This stand-in reads certificates in PEM only, not ${value}.`),
  },
  {
    name: 'elastic.https.ssl.truststore.certificates',
    type: 'PASSWORD',
    default: null,
    group: 'Security',
    documentation: 'Trusted certificates in the format specified by the truststore type, PEM.',
  },
]

function reroutes(config: Config): boolean {
  const names = (config.transforms ?? '').split(',').map((name) => name.trim())
  return names.some((name) => /\.(RegexRouter|TimestampRouter)$/.test(config[`transforms.${name}.type`] ?? ''))
}

function badUrl(value: string): string | undefined {
  const bad = value.split(',').find((url) => !/^https?:\/\/[^\s/]+/.test(url.trim()))
  return bad === undefined ? undefined : `The provided url '${bad}' is not a valid url.`
}

const bulkAnswer = z.object({
  errors: z.boolean(),
  items: z.array(
    z.record(z.string(), z.object({ status: z.number(), error: z.object({ type: z.string(), reason: z.string().nullish() }).loose().optional() }).loose()),
  ),
})

interface Operation {
  readonly index: string
  readonly lines: readonly string[]
}

export const elasticsearchSink: ConnectorPlugin = {
  class: 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  type: 'sink',
  version: '15.0.0',
  options,

  validate(config) {
    const errors = new Map<string, string[]>()
    if ((config['connection.username'] === undefined) !== (config['connection.password'] === undefined)) {
      for (const name of ['connection.username', 'connection.password']) errors.set(name, [`Both username and password must be set.`])
    } else if ((config['flush.synchronously'] ?? 'false').toLowerCase() !== 'true' && reroutes(config)) {
      errors.set('flush.synchronously', ['flush.synchronously must be true for transforms that change the topic.'])
    }
    const certificates = config['elastic.https.ssl.truststore.certificates']
    if (certificates !== undefined && config['elastic.https.ssl.truststore.type'] !== 'PEM')
      errors.set('elastic.https.ssl.truststore.certificates', ['SSL trust store certificates are for the type PEM only.'])
    if (config['elastic.https.ssl.truststore.location'] !== undefined)
      errors.set('elastic.https.ssl.truststore.type', ['This stand-in reads no trust store from a file: give the certificates in PEM.'])
    return errors
  },

  createSink(config, context) {
    const settings = new Settings(options, config)
    const ca = settings.string('elastic.security.protocol') === 'SSL' ? settings.optional('elastic.https.ssl.truststore.certificates') : undefined
    const http = createHttpClient({
      baseUrl: settings.list('connection.url')[0]!,
      service: 'Elasticsearch',
      headers: { 'user-agent': `kafka-connect-elasticsearch ${context.connector}` },
      timeoutMs: settings.number('read.timeout.ms') + settings.number('connection.timeout.ms'),
      ...(settings.optional('connection.username') === undefined
        ? {}
        : { auth: { username: settings.string('connection.username'), password: settings.string('connection.password') } }),
      ...(ca === undefined ? {} : { connection: async () => ({ ca }) }),
    })
    const ready = new Set<string>()

    const retrying = <T>(what: string, attempt: () => Promise<T>) =>
      withRetries(what, attempt, context, settings.number('max.retries'), settings.number('retry.backoff.ms'))

    async function ensureIndex(index: string): Promise<void> {
      if (ready.has(index)) return
      const { status } = await retrying(`check if index ${index} exists`, () =>
        http.request({ method: 'HEAD', path: [index], answer: z.unknown(), accept: [404], signal: context.signal }),
      )
      // Another task may create it in the meantime: 400 resource_already_exists_exception.
      if (status === 404)
        await retrying(`create index ${index}`, () =>
          http.request({ method: 'PUT', path: [index], answer: z.unknown(), accept: [400], signal: context.signal }),
        )
      ready.add(index)
    }

    return {
      async put(records) {
        const operations = records.flatMap((record) => operationOf(record, settings))
        for (const index of new Set(operations.map((operation) => operation.index))) await ensureIndex(index)
        const size = settings.number('batch.size')
        for (let start = 0; start < operations.length; start += size) {
          const batch = operations.slice(start, start + size)
          const body = `${batch.flatMap((operation) => operation.lines).join('\n')}\n`
          const answer = await retrying('write to Elasticsearch', () =>
            http.request({
              method: 'POST',
              path: ['_bulk'],
              body,
              headers: { 'content-type': 'application/x-ndjson' },
              answer: bulkAnswer,
              signal: context.signal,
            }),
          )
          if (answer.body.errors) checkItems(answer.body.items, settings)
        }
      },
    }
  },
}

/** Zero or one bulk operation; throws a DataException for what cannot become a document. */
function operationOf(record: ConnectRecord, settings: Settings): Operation[] {
  const index = record.topic.toLowerCase()
  const keyIgnored = settings.boolean('key.ignore')
  if (record.value.value === null) {
    const behaviour = settings.string('behavior.on.null.values').toUpperCase()
    if (behaviour === 'IGNORE') return []
    if (behaviour === 'FAIL')
      throw new DataException(
        `${label(record)} has a null value and the configured behavior.on.null.values is FAIL. Skipping is possible with IGNORE or DELETE.`,
      )
    // A null key names no document, so there is nothing to delete.
    if (record.key.value === null || keyIgnored) return []
    return [{ index, lines: [stringifyJson({ delete: { _index: index, _id: idFromKey(record), version: record.offset, version_type: 'external' } })] }]
  }
  try {
    if (!isMap(record.value.value)) throw new DataException(`${label(record)}: the value must be a map or a struct to become a document.`)
    const document = stringifyJson(record.value.value)
    const id = keyIgnored ? `${record.topic}+${record.partition}+${record.offset}` : idFromKey(record)
    if (settings.string('write.method').toUpperCase() === 'UPSERT') {
      const action = stringifyJson({ update: { _index: index, _id: id, retry_on_conflict: 5 } })
      return [{ index, lines: [action, `{"doc":${document},"doc_as_upsert":true}`] }]
    }
    const action = keyIgnored ? { create: { _index: index, _id: id } } : { index: { _index: index, _id: id, version: record.offset, version_type: 'external' } }
    return [{ index, lines: [stringifyJson(action), document] }]
  } catch (error) {
    if (error instanceof DataException && settings.boolean('drop.invalid.message')) return []
    throw error
  }
}

const label = (record: ConnectRecord) => `Record with topic=${record.topic}, partition=${record.partition}, offset=${record.offset}`

function idFromKey(record: ConnectRecord): string {
  const key: ConnectValue = record.key.value
  if (key === null) throw new DataException('Key is used as document id and can not be null.')
  const fraction = record.key.schema?.type.startsWith('float') || (typeof key === 'number' && !Number.isInteger(key))
  if (!fraction && (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint')) return String(key)
  throw new DataException(
    `${fraction ? 'FLOAT64' : Array.isArray(key) ? 'ARRAY' : key instanceof Uint8Array ? 'BYTES' : 'STRUCT'} is not supported as the document id.`,
  )
}

/** A version conflict says that a newer record is there already; a document of the same topic, partition and offset that it was written before. */
const ALREADY_THERE = 409
const MALFORMED = new Set([
  'strict_dynamic_mapping_exception',
  'mapper_parsing_exception',
  'document_parsing_exception',
  'illegal_argument_exception',
  'action_request_validation_exception',
])

function checkItems(items: z.infer<typeof bulkAnswer>['items'], settings: Settings): void {
  for (const item of items) {
    const [result] = Object.values(item)
    if (!result?.error || result.status === ALREADY_THERE) continue
    const { type, reason } = result.error
    if (MALFORMED.has(type) && settings.string('behavior.on.malformed.documents').toUpperCase() !== 'FAIL') continue
    throw new ConnectException(`Indexing record failed: ${type}: ${reason ?? ''}`)
  }
}

async function withRetries<T>(what: string, attempt: () => Promise<T>, context: TaskContext, maxRetries: number, backoff: number): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const lasting = error instanceof Failure && error.class === 'Stall'
      if (context.signal.aborted || lasting || tries >= maxRetries) {
        throw new ConnectException(
          `Failed to ${what} due to '${error instanceof Error ? error.message : String(error)}' after ${tries + 1} attempt(s)`,
          undefined,
          error,
        )
      }
      await context.clock.sleep(backoffMs(tries, { baseMs: backoff, maxMs: 60_000, random: context.random }), context.signal)
    }
  }
}
