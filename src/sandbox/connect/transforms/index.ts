/** The chain of transforms of a connector: its definition, its checks, its function. */
import { type Config, type ConfigKey, Settings } from '../config-def.ts'
import type { ConnectRecord } from '../data.ts'
import { ConnectException } from '../errors.ts'
import { cast, extractField, hoistField, insertField, replaceField, valueToKey } from './fields.ts'
import { filter, hasHeaderKey, type PredicateClass, recordIsTombstone, regexRouter, topicNameMatches } from './routing.ts'
import type { TransformClass } from './transform.ts'

const CONFIG_EXCEPTION = 'org.apache.kafka.common.config.ConfigException'
const P = 'org.apache.kafka.connect.transforms.'
const bothSides = (name: string, make: (side: 'Key' | 'Value') => TransformClass): Record<string, TransformClass> => ({
  [`${P}${name}$Key`]: make('Key'),
  [`${P}${name}$Value`]: make('Value'),
})

const TRANSFORMS: Readonly<Record<string, TransformClass>> = {
  ...bothSides('ExtractField', extractField),
  ...bothSides('HoistField', hoistField),
  ...bothSides('InsertField', insertField),
  ...bothSides('ReplaceField', replaceField),
  ...bothSides('Cast', cast),
  [`${P}ValueToKey`]: valueToKey,
  [`${P}Filter`]: filter,
  [`${P}RegexRouter`]: regexRouter,
}

const PREDICATES: Readonly<Record<string, PredicateClass>> = {
  [`${P}predicates.RecordIsTombstone`]: recordIsTombstone,
  [`${P}predicates.TopicNameMatches`]: topicNameMatches,
  [`${P}predicates.HasHeaderKey`]: hasHeaderKey,
}

export const TRANSFORM_CLASSES = Object.keys(TRANSFORMS)
export const PREDICATE_CLASSES = Object.keys(PREDICATES)

const names = (config: Config, key: string) =>
  (config[key] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

function optionsUnder(prefix: string, options: readonly ConfigKey[]): ConfigKey[] {
  return options.map((option) => ({ ...option, name: prefix + option.name, group: 'Transforms' }))
}

/** The config keys that a config's `transforms` and `predicates` bring with them. */
export function transformKeys(config: Config): ConfigKey[] {
  const keys: ConfigKey[] = []
  for (const [list, classes] of [
    ['transforms', TRANSFORMS],
    ['predicates', PREDICATES],
  ] as const) {
    for (const name of names(config, list)) {
      const prefix = `${list}.${name}.`
      const type = config[`${prefix}type`]
      const found = type === undefined ? undefined : classes[type]
      keys.push({
        name: `${prefix}type`,
        type: 'CLASS',
        group: 'Transforms',
        importance: 'HIGH',
        documentation: `Class for the '${name}' ${list === 'transforms' ? 'transformation' : 'predicate'}.`,
        check: (value) => (classes[value] === undefined ? `Class ${value} could not be found.` : undefined),
      })
      if (list === 'transforms') {
        keys.push({
          name: `${prefix}predicate`,
          type: 'STRING',
          default: '',
          group: 'Transforms',
          documentation: 'The alias of a predicate used to determine whether to apply this transformation.',
        })
        keys.push({
          name: `${prefix}negate`,
          type: 'BOOLEAN',
          default: 'false',
          group: 'Transforms',
          documentation: 'Whether the configured predicate should be negated.',
        })
      }
      if (found) keys.push(...optionsUnder(prefix, found.options))
    }
  }
  return keys
}

function settingsOf(config: Config, prefix: string, options: readonly ConfigKey[]): Settings {
  const own = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  )
  return new Settings(options, own)
}

/** One function for the whole chain of a validated config. */
export function createTransformChain(config: Config): (record: ConnectRecord) => ConnectRecord | null {
  const predicates = new Map(
    names(config, 'predicates').map((name) => {
      const prefix = `predicates.${name}.`
      const found = PREDICATES[config[`${prefix}type`] ?? '']!
      return [name, found.create(settingsOf(config, prefix, found.options))]
    }),
  )
  const steps = names(config, 'transforms').map((name) => {
    const prefix = `transforms.${name}.`
    const found = TRANSFORMS[config[`${prefix}type`] ?? '']!
    const alias = config[`${prefix}predicate`] ?? ''
    const predicate = predicates.get(alias)
    // Nobody looks at the alias before the task starts.
    if (alias !== '' && predicate === undefined) throw new ConnectException(`Unknown configuration 'predicates.${alias}.plugin.version'`, CONFIG_EXCEPTION)
    const negate = (config[`${prefix}negate`] ?? 'false').toLowerCase() === 'true'
    return {
      apply: found.create(settingsOf(config, prefix, found.options)),
      applies: predicate ? (record: ConnectRecord) => predicate(record) !== negate : () => true,
    }
  })
  return (record) => {
    let current: ConnectRecord | null = record
    for (const step of steps) {
      if (current === null) return null
      if (step.applies(current)) current = step.apply(current)
    }
    return current
  }
}
