/** The options that every connector has beside its own, and the check of a whole config. */
import { type Config, type ConfigInfo, type ConfigKey, describeConfig } from './config-def.ts'
import { CONVERTER_CLASSES } from './converters.ts'
import type { ConnectorPlugin } from './plugin.ts'
import { transformKeys } from './transforms/index.ts'
import { VERSION, WORKER_CONFIG } from './worker-config.ts'

type Look = Pick<ConfigKey, 'importance' | 'width' | 'display'>
const look = (importance: NonNullable<Look['importance']>, width: NonNullable<Look['width']>, display: string): Look => ({ importance, width, display })

/** Numbered by their place in the group, as the worker tells it. */
const group = (name: string, keys: readonly ConfigKey[], from = 1): ConfigKey[] => keys.map((key, i) => ({ group: name, ...key, order: from + i }))

export const HEADER_CONVERTER = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'

function converterKeys(side: 'key' | 'value' | 'header'): ConfigKey[] {
  const name = `${side}.converter`
  const title = `${side[0]?.toUpperCase()}${side.slice(1)} converter`
  const known = side === 'header' ? [HEADER_CONVERTER, ...CONVERTER_CLASSES] : CONVERTER_CLASSES
  return [
    {
      name,
      type: 'CLASS',
      default: WORKER_CONFIG[name] ?? HEADER_CONVERTER,
      ...look('LOW', 'SHORT', `${title} class`),
      recommended: known.toSorted(),
      documentation: `Converter class for the ${side} of records.`,
      check: (value) => (known.includes(value) ? undefined : `Class ${value} could not be found.`),
    },
    versionKey(`${name}.plugin.version`, VERSION, look('LOW', 'SHORT', `${title} version`), `Version of the ${side} converter.`),
  ]
}

const versionKey = (name: string, version: string, looks: Look, documentation: string): ConfigKey => ({
  name,
  type: 'STRING',
  default: version,
  ...looks,
  recommended: [version],
  documentation,
  check: (value) => (value === version ? undefined : `Plugin not found: only version ${version} is there`),
})

/** In the order in which the worker lists them. */
const commonKeys = (plugin: ConnectorPlugin): ConfigKey[] =>
  group('Common', [
    {
      name: 'name',
      type: 'STRING',
      ...look('HIGH', 'MEDIUM', 'Connector name'),
      documentation: 'The name of the connector, the only one of its kind.',
      check: (value) => (value.trim() === '' ? 'String may not be empty' : undefined),
    },
    { name: 'connector.class', type: 'STRING', ...look('HIGH', 'LONG', 'Connector class'), documentation: 'The class of the connector, or an alias of it.' },
    versionKey('connector.plugin.version', plugin.version, look('MEDIUM', 'MEDIUM', 'Connector version'), 'Version of the connector.'),
    {
      name: 'tasks.max',
      type: 'INT',
      default: '1',
      min: 1,
      ...look('HIGH', 'SHORT', 'Tasks max'),
      documentation: 'The most tasks that the connector may have.',
    },
    {
      name: 'tasks.max.enforce',
      type: 'BOOLEAN',
      default: 'true',
      ...look('LOW', 'SHORT', 'Enforce tasks max'),
      documentation: 'Whether a connector that makes more tasks than that fails.',
    },
    ...(['key', 'value', 'header'] as const).flatMap(converterKeys),
    {
      name: 'transforms',
      type: 'LIST',
      default: '',
      group: 'Transforms',
      ...look('LOW', 'LONG', 'Transforms'),
      documentation: 'Aliases of the transforms, in order.',
    },
    {
      name: 'predicates',
      type: 'LIST',
      default: '',
      group: 'Predicates',
      ...look('LOW', 'LONG', 'Predicates'),
      documentation: 'Aliases of the predicates that transforms use.',
    },
    {
      name: 'config.action.reload',
      type: 'STRING',
      default: 'restart',
      oneOf: ['none', 'restart'],
      ...look('LOW', 'MEDIUM', 'Reload Action'),
      documentation: 'What to do when configuration from elsewhere changes.',
    },
  ])

const errorKeys: readonly ConfigKey[] = group('Error Handling', [
  {
    name: 'errors.retry.timeout',
    type: 'LONG',
    default: '0',
    ...look('MEDIUM', 'MEDIUM', 'Retry Timeout for Errors'),
    documentation: 'How long a failed operation is tried again, in milliseconds.',
  },
  {
    name: 'errors.retry.delay.max.ms',
    type: 'LONG',
    default: '60000',
    ...look('MEDIUM', 'MEDIUM', 'Maximum Delay Between Retries for Errors'),
    documentation: 'The longest time between two tries, in milliseconds.',
  },
  {
    name: 'errors.tolerance',
    type: 'STRING',
    default: 'none',
    oneOf: ['none', 'all'],
    ...look('MEDIUM', 'SHORT', 'Error Tolerance'),
    documentation: 'Whether a record that fails fails the task.',
  },
  {
    name: 'errors.log.enable',
    type: 'BOOLEAN',
    default: 'false',
    ...look('MEDIUM', 'SHORT', 'Log Errors'),
    documentation: 'Whether each error goes into the log of the worker.',
  },
  {
    name: 'errors.log.include.messages',
    type: 'BOOLEAN',
    default: 'false',
    ...look('MEDIUM', 'SHORT', 'Log Error Details'),
    documentation: 'Whether the log contains the record that failed.',
  },
])

export const SINK_KEYS: readonly ConfigKey[] = [
  ...group('Common', [
    { name: 'topics', type: 'LIST', default: '', ...look('HIGH', 'LONG', 'Topics'), documentation: 'The topics to read, separated by commas.' },
    { name: 'topics.regex', type: 'STRING', default: '', ...look('HIGH', 'LONG', 'Topics regex'), documentation: 'An expression for the topics to read.' },
  ]),
  ...errorKeys,
  ...group(
    'Error Handling',
    [
      {
        name: 'errors.deadletterqueue.topic.name',
        type: 'STRING',
        default: '',
        ...look('MEDIUM', 'MEDIUM', 'Dead Letter Queue Topic Name'),
        documentation: 'The topic for records that could not be processed.',
      },
      {
        name: 'errors.deadletterqueue.topic.replication.factor',
        type: 'INT',
        default: '3',
        ...look('MEDIUM', 'MEDIUM', 'Dead Letter Queue Topic Replication Factor'),
        documentation: 'Replicas of that topic when it is made.',
      },
      {
        name: 'errors.deadletterqueue.context.headers.enable',
        type: 'BOOLEAN',
        default: 'false',
        ...look('MEDIUM', 'MEDIUM', 'Enable Error Context Headers'),
        documentation: 'Whether to add headers that say what failed.',
      },
    ],
    6,
  ),
]

const SOURCE_KEYS: readonly ConfigKey[] = [
  ...errorKeys,
  ...group('Topic Creation', [
    {
      name: 'topic.creation.groups',
      type: 'LIST',
      default: '',
      ...look('LOW', 'LONG', 'Topic Creation Groups'),
      documentation: 'Groups of topics that the worker makes.',
    },
  ]),
  ...group(
    'Exactly Once Support',
    [
      {
        name: 'exactly.once.support',
        type: 'STRING',
        default: 'requested',
        oneOf: ['requested', 'required'],
        anyCase: true,
        ...look('MEDIUM', 'SHORT', 'Exactly once support'),
        documentation: 'Whether the connector must be able to write each record once.',
      },
      {
        name: 'transaction.boundary',
        type: 'STRING',
        default: 'poll',
        oneOf: ['interval', 'poll', 'connector'],
        anyCase: true,
        ...look('MEDIUM', 'SHORT', 'Transaction Boundary'),
        documentation: 'When transactions begin and end.',
      },
      {
        name: 'transaction.boundary.interval.ms',
        type: 'LONG',
        default: null,
        min: 0,
        ...look('LOW', 'SHORT', 'Transaction boundary interval'),
        documentation: 'The time between two transactions, in milliseconds.',
      },
    ],
    2,
  ),
  ...group('offsets.topic', [
    {
      name: 'offsets.storage.topic',
      type: 'STRING',
      default: null,
      ...look('LOW', 'LONG', 'Offsets topic'),
      documentation: 'A topic of its own for the offsets.',
    },
  ]),
]

/** All options a config of this plugin can have, transforms included. */
export function keysOf(plugin: ConnectorPlugin, config: Config): ConfigKey[] {
  const byName = new Map<string, ConfigKey>()
  for (const key of [...commonKeys(plugin), ...(plugin.type === 'sink' ? SINK_KEYS : SOURCE_KEYS), ...transformKeys(config), ...plugin.options])
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
