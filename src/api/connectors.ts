/** Topics, and the connectors on both sides: sources that fill them, sinks that carry tables on. */
import type { z } from 'zod'
import {
  choice,
  className,
  columnName,
  described,
  duration,
  entryName,
  exactlyOne,
  flag,
  indexName,
  integer,
  mapList,
  scalarMap,
  secretKeyRef,
  sourceReference,
  text,
  topicName,
} from './fields.ts'

export const driftPolicy = () => choice('What happens when the object was changed by somebody else.', ['Repair', 'Report', 'Ignore'])

export const topicSchema = described('A topic.', {
  name: topicName('Name of the topic.'),
  partitions: integer('Number of partitions; it can grow, never shrink.', 1, 10_000).default(1),
  replicas: integer('Number of replicas. Default: that of the cluster.', 1, 100).optional(),
  config: scalarMap('Topic configs, such as cleanup.policy and retention.ms.').default({}),
  retain: flag('Whether the topic outlives the pipeline. Default: as the deletionPolicy of the pipeline says.').optional(),
  driftPolicy: driftPolicy().optional(),
})
export type Topic = z.output<typeof topicSchema>

const datagen = described(
  'Generated data: a preset, or a schema of your own.',
  {
    preset: choice('What to generate.', ['clickstream', 'clickstream_codes', 'clickstream_users']).optional(),
    schema: text('Avro schema in JSON whose fields carry arg.properties, as the generator connector reads it.', { max: 32_768 }).optional(),
    topic: topicName('Topic to fill. Default: the name of the preset.').optional(),
    keyField: columnName('Field that becomes the key of the record. Default: that of the preset; with a schema: no key.').optional(),
    interval: duration('Longest wait between two records. Default: that of the preset.').optional(),
    iterations: integer('How many records; the source is Completed afterwards. Default: no end.', 1, Number.MAX_SAFE_INTEGER).optional(),
    seed: integer('The same seed generates the same records.', 0, Number.MAX_SAFE_INTEGER).optional(),
  },
  [
    exactlyOne('preset', 'schema') as never,
    {
      cel: '!has(self.schema) || has(self.topic)',
      holds: (value) => value.schema === undefined || value.topic !== undefined,
      message: 'a schema needs a topic',
    },
  ],
)
export type Datagen = z.output<typeof datagen>

const connector = (what: string) =>
  described(what, {
    class: className('Connector class.'),
    config: scalarMap('The connector’s own config.', 200).default({}),
    configFrom: mapList(
      'Config values that come from Secrets in the namespace of the pipeline.',
      described('One config value.', { key: text('Config key.', { max: 300 }), secretKeyRef: secretKeyRef('Where the value is.') }),
      50,
      ['key'],
    ).default([]),
    tasksMax: integer('Most tasks.', 1, 1000).default(1),
    state: choice('Whether it runs.', ['Running', 'Paused', 'Stopped']).default('Running'),
  })
export type Connector = z.output<ReturnType<typeof connector>>

const autoRestart = () =>
  described('What happens when a task fails.', { enabled: flag('Failed tasks are restarted, with back-off.').default(true) }).prefault({})

const schedule = described('Runs and pauses the source in turns; the first run begins when the source is made.', {
  run: duration('How long it runs.'),
  pause: duration('How long it pauses after that.'),
  cycles: integer('How many times; afterwards it stays paused. Default: no end.', 1, 1_000_000).optional(),
})
export type Schedule = z.output<typeof schedule>

export const sourceSchema = described(
  'A connector that fills topics.',
  {
    name: entryName('Name of the connector.'),
    datagen: datagen.optional(),
    connector: connector('Any source connector.').optional(),
    autoRestart: autoRestart(),
    schedule: schedule.optional(),
    driftPolicy: driftPolicy().optional(),
  },
  [exactlyOne('datagen', 'connector') as never],
)
export type Source = z.output<typeof sourceSchema>

const elasticsearchSink = described('An index of the platform’s Elasticsearch.', {
  index: indexName('Name of the index. Default: the name of the topic in lower case.').optional(),
  timeField: columnName('Field with the time of a document, for Grafana.').default('EVENT_TS'),
  config: scalarMap('Further config of the sink connector; it wins over what the operator would set.').default({}),
  tasksMax: integer('Most tasks.', 1, 1000).default(1),
})

export const sinkSchema = described(
  'A connector that carries the records of a stream or table on.',
  {
    name: entryName('Name of the connector.'),
    from: sourceReference('The stream or table whose topic it reads.'),
    mode: choice('upsert: one document per idColumn, the newest wins; append: every record is a document.', ['upsert', 'append']).default('append'),
    idColumn: columnName('Value column that becomes the document id. Needed for upsert.').optional(),
    elasticsearch: elasticsearchSink.optional(),
    connector: connector('Any sink connector; its topics are set from `from`.').optional(),
    autoRestart: autoRestart(),
    driftPolicy: driftPolicy().optional(),
  },
  [
    exactlyOne('elasticsearch', 'connector') as never,
    {
      cel: "self.mode != 'upsert' || has(self.idColumn)",
      holds: (value) => value.mode !== 'upsert' || value.idColumn !== undefined,
      message: 'mode upsert needs an idColumn',
    },
    {
      cel: "self.mode != 'append' || !has(self.idColumn)",
      holds: (value) => value.mode !== 'append' || value.idColumn === undefined,
      message: 'idColumn is only for mode upsert',
    },
    {
      cel: "!has(self.connector) || self.mode == 'append'",
      holds: (value) => value.connector === undefined || value.mode === 'append',
      message: 'mode upsert is only for elasticsearch',
    },
  ],
)
export type Sink = z.output<typeof sinkSchema>
