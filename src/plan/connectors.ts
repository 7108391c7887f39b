/** Passes: sources become connectors, and every connector becomes a node once its class and its secrets are known to be right. */
import { type Connector, durationMs, MARK_PREFIX, type Source } from '../api/index.ts'
import { checkClass } from './connector-class.ts'
import { checkConfig, listed } from './connector-config.ts'
import { plainSecretsRefused, renderSecrets } from './connector-secrets.ts'
import { checkTopics } from './connector-topics.ts'
import { addNode, type ConnectorItem, type Draft, dataPolicy, refuse } from './draft.ts'
import { hashOf, hexHash } from './hash.ts'
import { keysUnder, placeIn } from './place.ts'
import { versionKey } from './refs.ts'
import type { Place, ResourceId, ResourceSpecs, SecretValue } from './resources.ts'
import { scheduleAt } from './schedule.ts'
import { implyTopic } from './topics.ts'

const DATAGEN_CLASS = 'io.confluent.kafka.connect.datagen.DatagenConnector'
/** A hash that changes with the versions of the Secrets, so that a new password reaches the connector; then the keys whose values are secret. */
export const SECRETS_KEY = `${MARK_PREFIX}secrets`

const JSON_VALUES = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
} as const
const STRING_KEYS = 'org.apache.kafka.connect.storage.StringConverter'
/** Four bytes, as ksqlDB reads an INT key under the KAFKA format. */
const INTEGER_KEYS = 'org.apache.kafka.connect.converters.IntegerConverter'

const PRESETS = {
  clickstream: { intervalMs: 30, keys: STRING_KEYS },
  clickstream_codes: { intervalMs: 20, keys: INTEGER_KEYS },
  clickstream_users: { intervalMs: 10, keys: INTEGER_KEYS },
} as const

export function declareSources(draft: Draft): void {
  for (const [index, source] of draft.pipeline.spec.sources.entries()) {
    const specPath = `spec.sources[${index}]`
    const config = source.datagen ? datagenConfig(draft, source.datagen, specPath) : customConfig(source.connector!)
    if (source.datagen) {
      const driftPolicy = source.driftPolicy ?? draft.pipeline.spec.driftPolicy
      implyTopic(draft, { name: config['kafka.topic']!, partitions: 1, specPath, driftPolicy })
    }
    draft.connectors.push({
      name: source.name,
      direction: 'source',
      config,
      secrets: secretValues(draft, source.connector),
      ...stateOf(draft, source),
      autoRestart: source.autoRestart.enabled,
      place: source.datagen ? placeOfDatagen(source.datagen, specPath) : placeOfConnector(source.connector!, specPath),
      specPath,
      driftPolicy: source.driftPolicy ?? draft.pipeline.spec.driftPolicy,
    })
  }
}

function datagenConfig(draft: Draft, datagen: NonNullable<Source['datagen']>, specPath: string): Record<string, string> {
  const preset = datagen.preset === undefined ? undefined : PRESETS[datagen.preset]
  const interval = datagen.interval === undefined ? preset?.intervalMs : durationMs(datagen.interval)
  return {
    'connector.class': classOf(draft, draft.platform.spec.connect.generator?.class, 'source', /(^|\.)DatagenConnector$/, DATAGEN_CLASS, `${specPath}.datagen`),
    'kafka.topic': datagen.topic ?? datagen.preset ?? '',
    ...(datagen.preset === undefined ? { 'schema.string': datagen.schema ?? '' } : { quickstart: datagen.preset }),
    ...(datagen.keyField === undefined ? {} : { 'schema.keyfield': datagen.keyField }),
    ...(interval === undefined ? {} : { 'max.interval': String(interval) }),
    ...(datagen.iterations === undefined ? {} : { iterations: String(datagen.iterations) }),
    ...(datagen.seed === undefined ? {} : { 'random.seed': String(datagen.seed) }),
    'key.converter': preset?.keys ?? STRING_KEYS,
    ...JSON_VALUES,
    'tasks.max': '1',
  }
}

const DATAGEN_FIELDS = {
  preset: 'quickstart',
  schema: 'schema.string',
  topic: 'kafka.topic',
  keyField: 'schema.keyfield',
  interval: 'max.interval',
  iterations: 'iterations',
  seed: 'random.seed',
} as const

function placeOfDatagen(datagen: NonNullable<Source['datagen']>, specPath: string): Place {
  const path = `${specPath}.datagen`
  const fields = Object.entries(DATAGEN_FIELDS).filter(([field]) => datagen[field as keyof typeof DATAGEN_FIELDS] !== undefined)
  return { path, keys: { name: `${specPath}.name`, ...Object.fromEntries(fields.map(([field, key]) => [key, `${path}.${field}`])) } }
}

export function placeOfConnector(connector: Connector, specPath: string): Place {
  const path = `${specPath}.connector`
  return {
    path,
    config: `${path}.config`,
    keys: {
      ...keysUnder(`${path}.config`, Object.keys(connector.config)),
      name: `${specPath}.name`,
      'connector.class': `${path}.class`,
      'tasks.max': `${path}.tasksMax`,
      ...Object.fromEntries(connector.configFrom.map(({ key }, at) => [key, `${path}.configFrom[${at}]`])),
    },
  }
}

export function customConfig(connector: Connector): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(connector.config).map(([key, value]) => [key, String(value)])),
    'connector.class': connector.class,
    'tasks.max': String(connector.tasksMax),
  }
}

export function secretValues(draft: Draft, connector: Connector | undefined): SecretValue[] {
  return (connector?.configFrom ?? []).map(({ key, secretKeyRef }) => ({ key, namespace: draft.owner.namespace, secretKeyRef }))
}

const STATES = { Running: 'RUNNING', Paused: 'PAUSED', Stopped: 'STOPPED' } as const

function stateOf(draft: Draft, source: Source): Pick<ConnectorItem, 'state' | 'scheduled'> {
  const declared = STATES[source.connector?.state ?? 'Running']
  const paused = draft.pipeline.spec.state === 'Paused'
  if (!source.schedule) return { state: paused && declared === 'RUNNING' ? 'PAUSED' : declared, scheduled: false }
  const now = draft.facts.now ?? 0
  const schedule = scheduleAt(source.name, source.schedule, draft.facts.scheduleStarts?.get(source.name) ?? now, now)
  draft.schedules.push(schedule)
  const resting = paused || schedule.phase !== 'Running'
  return { state: resting && declared === 'RUNNING' ? 'PAUSED' : declared, scheduled: true }
}

/** The class that the platform names, or the installed one, or the usual one where nobody could be asked. */
export function classOf(draft: Draft, named: string | undefined, type: 'source' | 'sink', pattern: RegExp, usual: string, path: string): string {
  if (named !== undefined) return named
  const { plugins } = draft.facts
  if (!plugins) return usual
  const found = plugins.filter((plugin) => plugin.type === type && pattern.test(plugin.class))
  const best = found.find((plugin) => plugin.class === usual) ?? found[0]
  if (best) return best.class
  // Reported here, where one can say what was looked for; the check of classes below would only name the usual one.
  refuse(
    draft,
    'ConnectorClassNotFound',
    path,
    `Kafka Connect has no plugin for this: a class such as ${usual} is needed`,
    'Install it on every Connect worker.',
  )
  return ''
}

export function addConnectorNodes(draft: Draft): void {
  for (const item of draft.connectors) {
    if (!checkConnector(draft, item)) continue
    const versions = item.secrets.map((value) => {
      const { key, namespace, secretKeyRef } = value
      return `${key}=${namespace}/${secretKeyRef.name}/${secretKeyRef.key}@${draft.facts.secretVersions?.get(holderOf(value)) ?? ''}`
    })
    const rendered = renderSecrets(draft, item)
    const config: Record<string, string> = {
      ...item.config,
      ...rendered.config,
      ...(versions.length > 0
        ? {
            [SECRETS_KEY]: `${hexHash(versions.sort().join('\n'), 16)} ${item.secrets
              .map(({ key }) => key)
              .sort()
              .join(',')}`,
          }
        : {}),
    }
    const spec = {
      direction: item.direction,
      config,
      secrets: rendered.secrets,
      state: item.state,
      scheduled: item.scheduled,
      autoRestart: item.autoRestart,
    }
    addNode(draft, {
      kind: 'Connector',
      name: item.name,
      stage: item.direction === 'source' ? 'Sources' : 'Sinks',
      specPath: item.specPath,
      place: item.place,
      spec,
      hash: hashOf({ direction: item.direction, config: effectiveConfig(config), state: item.scheduled ? null : item.state }),
      dependsOn: dependencies(draft, item),
      onRemove: dataPolicy(draft),
      driftPolicy: item.driftPolicy,
    })
  }
}

/** Where connectors name their topics: a sink as Connect wants it, a source as it likes. */
const TOPIC_KEYS = { source: ['kafka.topic', 'topic', 'topics'], sink: ['topics'] } as const

function dependencies(draft: Draft, item: ConnectorItem): ResourceId[] {
  const topics = TOPIC_KEYS[item.direction].flatMap((key) => (item.config[key] ?? '').split(',').map((topic) => topic.trim()))
  const statements = [...draft.analysed.values()].filter(({ sink }) => item.direction === 'sink' && topics.includes(sink.topic))
  const feeds = [...draft.feeds.values()].filter((feed) => feed.connector === item.name)
  const templates = feeds.flatMap((feed) => templatesOf(draft, feed.index))
  return [...topics.map((topic) => `KafkaTopic/${topic}`), ...statements.map(({ sink }) => `Statement/${sink.name}`), ...templates]
}

/** Templates of this pipeline that an index of this name could be made from. */
export function templatesOf(draft: Draft, index: string): ResourceId[] {
  return draft.nodes.flatMap(({ id, kind, spec }) => {
    const patterns = kind === 'IndexTemplate' ? (spec as ResourceSpecs['IndexTemplate']).body.index_patterns : undefined
    return Array.isArray(patterns) && patterns.some((pattern) => patternHolds(String(pattern), index)) ? [id] : []
  })
}

/** Index patterns know only `*`. */
export function patternHolds(pattern: string, index: string): boolean {
  const source = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${source.join('.*')}$`).test(index)
}

function checkConnector(draft: Draft, item: ConnectorItem): boolean {
  return checkClass(draft, item) && checkPredicates(draft, item) && checkConfig(draft, item) && checkTopics(draft, item) && checkSecrets(draft, item)
}

/** Kafka Connect would take it and let the task fail. */
function checkPredicates(draft: Draft, item: ConnectorItem): boolean {
  const known = listed(item.config, 'predicates')
  for (const name of listed(item.config, 'transforms')) {
    const key = `transforms.${name}.predicate`
    const predicate = item.config[key]
    if (predicate === undefined || predicate === '' || known.includes(predicate)) continue
    const { path, ...at } = placeIn(item.place, key)
    refuse(
      draft,
      'ConnectorConfigInvalid',
      path,
      `Transform ${name} of connector ${item.name} needs predicate ${predicate}, which is not declared`,
      `Add ${predicate} to predicates, and its type.`,
      at,
    )
    return false
  }
  return true
}

const holderOf = ({ authority = 'Secret', namespace, secretKeyRef }: SecretValue): string => versionKey({ kind: authority, namespace, name: secretKeyRef.name })

function checkSecrets(draft: Draft, item: ConnectorItem): boolean {
  const keys = item.secrets.flatMap(({ key, authority }) => (authority === undefined ? [key] : []))
  const refused = keys.length > 0 ? plainSecretsRefused(draft) : undefined
  if (refused) {
    const message = `${keys.join(' and ')} of connector ${item.name} would stand in clear in ${refused.where}`
    refuse(draft, 'PlainSecretRefused', placeIn(item.place, keys[0]).path, message, refused.mend)
    return false
  }
  const versions = draft.facts.secretVersions
  const missing = versions && item.secrets.find((value) => !versions.has(holderOf(value)))
  if (missing) {
    refuse(
      draft,
      'SecretNotFound',
      placeIn(item.place, missing.key).path,
      `${missing.authority ?? 'Secret'} ${missing.namespace}/${missing.secretKeyRef.name} does not exist`,
      `Create it in namespace ${missing.namespace}, with the key ${missing.secretKeyRef.key}.`,
    )
    return false
  }
  return true
}

/** What holds whether it is written down or not. */
const CONNECT_DEFAULTS: Readonly<Record<string, string>> = {
  'tasks.max': '1',
  'errors.tolerance': 'none',
  'errors.retry.timeout': '0',
  'errors.log.enable': 'false',
  'errors.log.include.messages': 'false',
  'config.action.reload': 'restart',
}

/** A config without defaults, in which two that mean the same are equal. */
export function effectiveConfig(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([key, value]) => key !== 'name' && CONNECT_DEFAULTS[key] !== value))
}
