/** The well-known datagen source connector: its options, its three clickstream quickstarts, custom Avro schemas. */

import { seededRandom } from '../../../ports/index.ts'
import { type Config, type ConfigKey, Settings } from '../config-def.ts'
import { schemaOf } from '../data.ts'
import { ConnectException } from '../errors.ts'
import type { ConnectorPlugin } from '../plugin.ts'
import { avroGenerator } from './avro-generator.ts'
import { clicks, codes, type Generator, users } from './clickstream.ts'

const QUICKSTARTS = { clickstream: clicks, clickstream_codes: codes, clickstream_users: users } as const

const options: readonly ConfigKey[] = [
  { name: 'kafka.topic', type: 'STRING', importance: 'HIGH', documentation: 'Topic to write to' },
  { name: 'max.interval', type: 'LONG', default: '500', importance: 'HIGH', documentation: 'Max interval between messages (ms)' },
  {
    name: 'iterations',
    type: 'INT',
    default: '-1',
    importance: 'HIGH',
    documentation: 'Number of messages to send from each task, or less than 1 for unlimited',
  },
  { name: 'schema.string', type: 'STRING', default: '', importance: 'HIGH', documentation: 'The literal JSON-encoded Avro schema to use' },
  { name: 'schema.keyfield', type: 'STRING', default: '', importance: 'HIGH', documentation: 'Name of field to use as the message key' },
  {
    name: 'quickstart',
    type: 'STRING',
    default: '',
    importance: 'HIGH',
    documentation: 'Name of quickstart to use',
    oneOf: ['', ...Object.keys(QUICKSTARTS)],
    anyCase: true,
  },
  { name: 'random.seed', type: 'LONG', default: null, importance: 'LOW', documentation: 'Numeric seed for generating random data.' },
]

export const datagen: ConnectorPlugin = {
  class: 'io.confluent.kafka.connect.datagen.DatagenConnector',
  type: 'source',
  version: '0.6.7',
  options,

  validate(config) {
    const errors = new Map<string, string[]>()
    const given = ['quickstart', 'schema.string'].filter((name) => (config[name] ?? '') !== '')
    if (given.length === 0) errors.set('quickstart', ['One of schema.string or quickstart must be set'])
    else if (given.length === 2) for (const name of given) errors.set(name, ['Only one of schema.string and quickstart may be set'])
    else if (given[0] === 'schema.string') {
      try {
        avroGenerator(config['schema.string'] ?? '', config['schema.keyfield'] || undefined, seededRandom(0))
      } catch (error) {
        errors.set('schema.string', [`Invalid value for configuration schema.string: ${error instanceof Error ? error.message : String(error)}`])
      }
    }
    return errors
  },

  taskConfig: (id) => ({ 'task.id': String(id) }),

  createSource(config, context, resumeFrom) {
    const settings = new Settings(options, config)
    const random = settings.optional('random.seed') === undefined ? context.random : seededRandom(settings.number('random.seed') + context.taskId)
    const generator = generatorFor(config, settings, context.clock, random)
    const iterations = settings.number('iterations')
    const maxInterval = settings.number('max.interval')
    let count = Number(resumeFrom?.['current.iteration'] ?? 0)
    const generation = Number(resumeFrom?.['task.generation'] ?? 0)
    return {
      sourcePartition: { 'task.id': context.taskId },
      next() {
        if (iterations > 0 && count >= iterations) throw new ConnectException(`Stopping connector: generated the configured ${count} number of messages`)
        const value = generator.next()
        const keyField = generator.keyField
        const keySchema = generator.valueSchema.fields?.find((field) => field.field === keyField)?.schema
        const headers = { 'task.generation': generation, 'task.id': context.taskId, 'current.iteration': count }
        count++
        return {
          afterMs: maxInterval > 0 ? maxInterval * context.random.next() : 0,
          offset: { 'task.generation': generation + 1, 'current.iteration': count },
          record: {
            topic: settings.string('kafka.topic'),
            partition: null,
            key: keyField === undefined ? { schema: null, value: null } : { schema: keySchema ?? null, value: value[keyField] ?? null },
            value: { schema: generator.valueSchema, value },
            timestamp: null,
            headers: Object.entries(headers).map(([name, number]) => [name, { schema: schemaOf('int64'), value: number }] as const),
          },
        }
      },
    }
  },
}

function generatorFor(config: Config, settings: Settings, clock: Parameters<typeof clicks>[0], random: Parameters<typeof clicks>[1]): Generator {
  const name = settings.string('quickstart').toLowerCase()
  if (name === '') return avroGenerator(config['schema.string'] ?? '', settings.string('schema.keyfield') || undefined, random)
  const make = QUICKSTARTS[name as keyof typeof QUICKSTARTS]
  return make(clock, random)
}
