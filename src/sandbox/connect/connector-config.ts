/** The options that every connector has beside its own, and the check of a whole config. */
import { type Config, type ConfigInfo, type ConfigKey, describeConfig } from './config-def.ts'
import { CONVERTER_CLASSES } from './converters.ts'
import type { ConnectorPlugin } from './plugin.ts'
import { transformKeys } from './transforms/index.ts'

const converterCheck = (value: string) => (CONVERTER_CLASSES.includes(value) ? undefined : `Class ${value} could not be found.`)

const COMMON_KEYS: readonly ConfigKey[] = [
  {
    name: 'name',
    type: 'STRING',
    importance: 'HIGH',
    group: 'Common',
    documentation: 'Globally unique name to use for this connector.',
    check: (value) => (value.trim() === '' ? 'String may not be empty' : undefined),
  },
  { name: 'connector.class', type: 'STRING', importance: 'HIGH', group: 'Common', documentation: 'Name or alias of the class for this connector.' },
  {
    name: 'tasks.max',
    type: 'INT',
    default: '1',
    min: 1,
    importance: 'HIGH',
    group: 'Common',
    documentation: 'Maximum number of tasks to use for this connector.',
  },
  {
    name: 'key.converter',
    type: 'CLASS',
    default: null,
    importance: 'LOW',
    group: 'Common',
    documentation: 'Converter class for record keys.',
    check: converterCheck,
  },
  {
    name: 'value.converter',
    type: 'CLASS',
    default: null,
    importance: 'LOW',
    group: 'Common',
    documentation: 'Converter class for record values.',
    check: converterCheck,
  },
  {
    name: 'transforms',
    type: 'LIST',
    default: '',
    importance: 'LOW',
    group: 'Transforms',
    documentation: 'Aliases for the transformations to be applied to records.',
  },
  {
    name: 'predicates',
    type: 'LIST',
    default: '',
    importance: 'LOW',
    group: 'Predicates',
    documentation: 'Aliases for the predicates used by transformations.',
  },
  {
    name: 'config.action.reload',
    type: 'STRING',
    default: 'restart',
    oneOf: ['none', 'restart'],
    importance: 'LOW',
    group: 'Common',
    documentation: 'What to do when external configuration changes.',
  },
  {
    name: 'errors.tolerance',
    type: 'STRING',
    default: 'none',
    oneOf: ['none', 'all'],
    group: 'Error Handling',
    documentation: 'Behavior for tolerating errors during connector operation.',
  },
  {
    name: 'errors.log.enable',
    type: 'BOOLEAN',
    default: 'false',
    group: 'Error Handling',
    documentation: 'Whether to write each error to the log of the worker.',
  },
  {
    name: 'errors.log.include.messages',
    type: 'BOOLEAN',
    default: 'false',
    group: 'Error Handling',
    documentation: 'Whether the log contains the record that failed.',
  },
  {
    name: 'errors.retry.timeout',
    type: 'LONG',
    default: '0',
    group: 'Error Handling',
    documentation: 'How long a failed operation is tried again, in milliseconds.',
  },
  {
    name: 'errors.retry.delay.max.ms',
    type: 'LONG',
    default: '60000',
    group: 'Error Handling',
    documentation: 'The longest time between two tries, in milliseconds.',
  },
]

export const SINK_KEYS: readonly ConfigKey[] = [
  { name: 'topics', type: 'LIST', default: '', importance: 'HIGH', group: 'Common', documentation: 'List of topics to consume, separated by commas.' },
  { name: 'topics.regex', type: 'STRING', default: '', importance: 'HIGH', group: 'Common', documentation: 'Regular expression giving topics to consume.' },
  {
    name: 'errors.tolerance',
    type: 'STRING',
    default: 'none',
    oneOf: ['none', 'all'],
    group: 'Error Handling',
    documentation: 'Behavior for tolerating errors during connector operation.',
  },
  {
    name: 'errors.deadletterqueue.topic.name',
    type: 'STRING',
    default: '',
    group: 'Error Handling',
    documentation: 'The topic for records that could not be processed.',
  },
  {
    name: 'errors.deadletterqueue.topic.replication.factor',
    type: 'INT',
    default: '3',
    group: 'Error Handling',
    documentation: 'Replication factor of the dead letter queue topic when it is made.',
  },
  {
    name: 'errors.deadletterqueue.context.headers.enable',
    type: 'BOOLEAN',
    default: 'false',
    group: 'Error Handling',
    documentation: 'Whether to add headers that say what failed.',
  },
]

const SOURCE_KEYS: readonly ConfigKey[] = [
  {
    name: 'topic.creation.groups',
    type: 'LIST',
    default: '',
    importance: 'LOW',
    group: 'Topic Creation',
    documentation: 'Groups of configurations for topics created by source connectors.',
  },
]

/** All options a config of this plugin can have, transforms included. */
export function keysOf(plugin: ConnectorPlugin, config: Config): ConfigKey[] {
  const byName = new Map<string, ConfigKey>()
  for (const key of [...COMMON_KEYS, ...(plugin.type === 'sink' ? SINK_KEYS : SOURCE_KEYS), ...transformKeys(config), ...plugin.options])
    byName.set(key.name, key)
  return [...byName.values()]
}

export interface Validation {
  readonly name: string
  readonly error_count: number
  readonly groups: string[]
  readonly configs: ConfigInfo[]
}

export function validateConfig(plugin: ConnectorPlugin, config: Config): Validation {
  const configs = describeConfig(keysOf(plugin, config), config)
  const add = (name: string, errors: readonly string[]) => configs.find((info) => info.value.name === name)?.value.errors.push(...errors)
  if (plugin.type === 'sink') {
    const topics = config.topics ?? ''
    const regex = config['topics.regex'] ?? ''
    if (topics === '' && regex === '') {
      const message = 'Must configure one of topics or topics.regex'
      add('topics', [message])
      add('topics.regex', [message])
    } else if (topics !== '' && regex !== '') {
      const message = 'topics and topics.regex are mutually exclusive options, but both are set.'
      add('topics', [message])
      add('topics.regex', [message])
    }
  }
  for (const [name, errors] of plugin.validate?.(config) ?? []) add(name, errors)
  return {
    name: plugin.class,
    error_count: configs.reduce((sum, info) => sum + info.value.errors.length, 0),
    groups: [...new Set(configs.flatMap((info) => info.definition.group ?? []))],
    configs,
  }
}
