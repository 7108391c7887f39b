/** Pass: sinks and metrics become connectors, and those that fill an index are noted as feeds. */
import { generatedName, type Sink } from '../api/index.ts'
import { formatExpression, formatName, type Source } from '../sql/index.ts'
import { listed } from './connector-config.ts'
import { leavesTopic } from './connector-topics.ts'
import { customConfig, placeOfConnector, secretValues } from './connectors.ts'
import { type ConnectorItem, type Draft, type Feed, refuse, warn } from './draft.ts'
import { defaultIndex, mayUseIndex } from './index-access.ts'
import { ELASTICSEARCH_SINK, indexConfig, SINK_TRUST } from './index-sink.ts'
import { bucketOf, ID_COLUMN, TIME_COLUMN } from './metrics.ts'
import { keysUnder, placeIn } from './place.ts'
import type { SecretValue } from './resources.ts'
import { whyNotRead } from './topic-access.ts'

export function declareSinks(draft: Draft): void {
  for (const [index, sink] of draft.pipeline.spec.sinks.entries()) {
    const specPath = `spec.sinks[${index}]`
    const source = sourceOf(draft, sink.from, `${specPath}.from`)
    if (!source) continue
    if (sink.elasticsearch) declareIndexSink(draft, sink, source, specPath)
    else declareConnector(draft, sink, source, specPath)
  }
}

/** Undefined: reported, unless the statement that makes it was reported already. */
function sourceOf(draft: Draft, reference: string, path: string): Source | undefined {
  const name = reference.startsWith('`') ? reference.slice(1, -1) : reference.toUpperCase()
  const source = draft.catalogue.source(name)
  if (source) return source
  const declared = draft.statements.some(
    ({ statement }) => (statement.kind === 'CreateAsSelect' || statement.kind === 'CreateSource') && statement.name === name,
  )
  if (!declared) {
    const known = draft.catalogue.sourceNames()
    refuse(
      draft,
      'ReferenceNotFound',
      path,
      `No statement makes ${name}`,
      known.length > 0 ? `There are ${[...known].sort().join(', ')}.` : 'Declare the statement that makes it.',
    )
  }
  return undefined
}

function declareConnector(draft: Draft, sink: Sink, source: Source, specPath: string): void {
  draft.connectors.push({
    ...basics(draft, sink, specPath),
    config: { ...customConfig(sink.connector!), topics: source.topic },
    secrets: secretValues(draft, sink.connector),
    state: ({ Running: 'RUNNING', Paused: 'PAUSED', Stopped: 'STOPPED' } as const)[sink.connector?.state ?? 'Running'],
    place: placeOfConnector(sink.connector!, specPath),
  })
}

function declareIndexSink(draft: Draft, sink: Sink, source: Source, specPath: string): void {
  const { index, timeField, config, tasksMax } = sink.elasticsearch!
  const idColumn = sink.idColumn === undefined ? undefined : columnOf(source, sink.idColumn)
  if (sink.idColumn !== undefined && idColumn === undefined) {
    const inKey = source.key.some(({ name }) => name === sink.idColumn || name === sink.idColumn?.toUpperCase())
    refuse(
      draft,
      'ReferenceNotFound',
      `${specPath}.idColumn`,
      inKey
        ? `Column ${sink.idColumn} of ${source.name} is only in the key, and the document id is lifted out of the value`
        : `${source.name} has no column ${sink.idColumn}`,
      inKey ? `Select ${copyOf(draft, source, sink.idColumn)} as well.` : `Its value columns are ${source.value.map(({ name }) => name).join(', ')}.`,
    )
    return
  }
  const feed: Feed = {
    name: sink.name,
    connector: sink.name,
    source,
    index: index ?? defaultIndex(draft, source.topic),
    mode: sink.mode,
    timeField,
    path: `${specPath}.elasticsearch`,
    specPath,
    driftPolicy: sink.driftPolicy ?? draft.pipeline.spec.driftPolicy,
  }
  const further = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)]))
  const merged = { ...indexConfig(draft, feed, idColumn, specPath), 'tasks.max': String(tasksMax), ...further }
  const keys = { name: `${specPath}.name`, 'tasks.max': `${feed.path}.tasksMax`, ...keysUnder(`${feed.path}.config`, Object.keys(config)) }
  if (staysAtIndex(draft, feed, further, merged)) addFeed(draft, feed, merged, sink.autoRestart.enabled, keys)
}

/** What says where the sink writes, as whom, and from where. */
const WHERE =
  /^(name|connector\.class|topics(\.regex)?|data\.stream\..*|external\.resource\..*|topic\.(to|index)\..*)$|(^|[._-])(ur[li]s?|host\w*|address\w*|port|node\w*|proxy|user\w*|password|ssl|security|kerberos|keytab|principal|cloud|api_?key|token|certificate|truststore|keystore|endpoint\w*|server\w*|index\w*)([._-]|$)/i

/**
 * The platform's own credential for Elasticsearch stands in the config of this connector: what the pipeline adds may tune it,
 * but must not lead it, and with it the credential, to an address, an index or a class of the pipeline's choice.
 */
function staysAtIndex(draft: Draft, feed: Feed, further: Readonly<Record<string, string>>, merged: Readonly<Record<string, string>>): boolean {
  const key = Object.keys(further).find((one) => WHERE.test(one)) ?? routing(merged, further)
  if (key === undefined) return true
  const message = `${key} would lead sink ${feed.name} elsewhere than to index ${feed.index} of the platform’s Elasticsearch`
  refuse(
    draft,
    'ConnectorConfigInvalid',
    `${feed.path}.config.${key}`,
    message,
    'Leave it out, or declare a connector of your own under spec.sinks[].connector.',
  )
  return false
}

/** Where the pipeline has changed the transforms: one that gives records another topic, and so another index. */
function routing(merged: Readonly<Record<string, string>>, further: Readonly<Record<string, string>>): string | undefined {
  if (!Object.keys(further).some((key) => key === 'transforms' || key.startsWith('transforms.'))) return undefined
  const keys = listed(merged, 'transforms').map((alias) => `transforms.${alias}.type`)
  const key = keys.find(
    (one) =>
      !leavesTopic(merged[one] ?? '') && (one !== 'transforms.toIndex.type' || Object.keys(further).some((own) => own.startsWith('transforms.toIndex.'))),
  )
  return key === undefined || key in further ? key : 'transforms'
}

export function declareMetricSinks(draft: Draft): void {
  for (const [at, metric] of draft.pipeline.spec.metrics.entries()) {
    const specPath = `spec.metrics[${at}]`
    const source = draft.catalogue.source(metric.name)
    if (!source) continue
    const interval = bucketOf(metric.window)
    const feed: Feed = {
      name: metric.name,
      connector: generatedName(draft.owner.namespace, draft.owner.pipeline, metric.name),
      source,
      index: defaultIndex(draft, source.topic),
      mode: 'upsert',
      timeField: TIME_COLUMN,
      ...(interval === undefined ? {} : { interval }),
      path: specPath,
      specPath,
      driftPolicy: metric.driftPolicy ?? draft.pipeline.spec.driftPolicy,
    }
    addFeed(draft, feed, { ...indexConfig(draft, feed, ID_COLUMN, specPath), 'tasks.max': '1' }, true, {})
  }
}

/** Sink connectors of scripts that fill an index: the index is named like the topic, as the connector does it. */
export function noteScriptSinks(draft: Draft): void {
  const scripted = draft.connectors.filter(({ direction, config }) => direction === 'sink' && ELASTICSEARCH_SINK.test(config['connector.class'] ?? ''))
  for (const item of scripted) {
    if ([...draft.feeds.values()].some(({ connector }) => connector === item.name)) continue
    const topics = (item.config.topics ?? '').split(',').map((topic) => topic.trim())
    const sources = draft.catalogue.sourceNames().flatMap((name) => draft.catalogue.source(name) ?? [])
    for (const topic of topics) {
      const index = topic.toLowerCase()
      const { path, ...at } = placeIn(item.place, 'topics')
      // That it may not read the topic is said with the connector.
      if (whyNotRead(draft.platform.spec.limits, draft.owner.namespace, topic) !== undefined) break
      if (!mayUseIndex(draft, index, `Index ${index}, which connector ${item.name} names like its topic,`, path, at)) break
      const source = sources.find((candidate) => candidate.topic === topic)
      if (!source) continue
      const upsert = item.config['key.ignore'] === 'false'
      draft.feeds.set(topics.length === 1 ? item.name : `${item.name}.${topic}`, {
        name: topics.length === 1 ? item.name : `${item.name}.${topic}`,
        connector: item.name,
        source,
        index,
        mode: upsert ? 'upsert' : 'append',
        timeField: insertedTimestamp(item) ?? TIME_COLUMN,
        path: item.place.path,
        specPath: item.specPath,
        driftPolicy: item.driftPolicy,
      })
    }
  }
}

/** A field that InsertField fills with the time of the record. */
function insertedTimestamp(item: ConnectorItem): string | undefined {
  return Object.entries(item.config).find(([key]) => /^transforms\..+\.timestamp\.field$/.test(key))?.[1]
}

/** `keys`: where the config keys stand that the user wrote. */
function addFeed(draft: Draft, feed: Feed, config: Record<string, string>, autoRestart: boolean, keys: Readonly<Record<string, string>>): void {
  const other = draft.feeds.get(feed.name) ?? [...draft.feeds.values()].find(({ index }) => index === feed.index)
  if (other) {
    const what = other.name === feed.name ? `The name ${feed.name}` : `Index ${feed.index}`
    refuse(draft, 'NameConflict', feed.specPath, `${what} is taken by ${other.specPath} already`, 'Give one of the two another name.')
    return
  }
  if (!/^[^-_+.]/.test(feed.index)) {
    const metric = feed.specPath.startsWith('spec.metrics')
    refuse(
      draft,
      'TemplateInvalid',
      metric ? `${feed.specPath}.name` : feed.path,
      `Elasticsearch allows no index ${feed.index}: the name of an index begins with a letter or a digit`,
      metric ? 'Give the metric another name.' : `Name one in ${feed.path}.index.`,
    )
    return
  }
  if (!mayUseIndex(draft, feed.index, `Index ${feed.index}`, feed.specPath === feed.path ? feed.path : `${feed.path}.index`)) return
  if (columnOf(feed.source, feed.timeField) === undefined)
    warn(
      draft,
      feed.path,
      `${feed.source.name} has no value column ${feed.timeField}, so Grafana will find no time in index ${feed.index}`,
      'Select it, or name another timeField.',
    )
  warnOfKeys(draft, feed)
  draft.feeds.set(feed.name, feed)
  draft.connectors.push({
    name: feed.connector,
    direction: 'sink',
    config,
    secrets: sinkSecrets(draft),
    state: 'RUNNING',
    scheduled: false,
    autoRestart,
    place: { path: feed.path, keys },
    specPath: feed.specPath,
    driftPolicy: feed.driftPolicy,
  })
}

/** A copy counts, whatever it is called: then the column was thought of. */
function warnOfKeys(draft: Draft, feed: Feed): void {
  const analysed = [...draft.analysed.values()].find(({ sink }) => sink.name === feed.source.name)
  if (analysed?.kind !== 'query') return
  const copied = new Set(
    analysed.query.output.flatMap(({ value: { expression } }) =>
      expression.kind === 'FunctionCall' && expression.name === 'AS_VALUE' ? expression.args.map((argument) => formatExpression(argument)) : [],
    ),
  )
  const lost = analysed.query.output.filter(
    ({ role, name, value }) => role === 'KEY' && !copied.has(formatExpression(value.expression)) && columnOf(feed.source, name) === undefined,
  )
  for (const { name } of lost)
    warn(
      draft,
      feed.path,
      `Column ${name} of ${feed.source.name} is only in the key, so index ${feed.index} will not have it`,
      `Select ${copyOf(draft, feed.source, name)} as well.`,
    )
}

/** What puts a key column into the value as well: AS_VALUE takes what the column is made of, not its alias. */
export function copyOf(draft: Draft, source: Source, key: string): string {
  const analysed = [...draft.analysed.values()].find(({ sink }) => sink.name === source.name)
  const column = analysed?.kind === 'query' ? analysed.query.output.find(({ name }) => name === key || name === key.toUpperCase()) : undefined
  if (!column) return `AS_VALUE(${key})`
  const { expression } = column.value
  // Of one source there is no need to say which.
  const plain = expression.kind === 'ColumnReference' && analysed?.kind === 'query' && analysed.query.joins.length === 0
  return `AS_VALUE(${plain ? formatName(expression.name) : formatExpression(expression)})`
}

function basics(
  draft: Draft,
  sink: Sink,
  specPath: string,
): Pick<ConnectorItem, 'name' | 'direction' | 'scheduled' | 'autoRestart' | 'specPath' | 'driftPolicy'> {
  return {
    name: sink.name,
    direction: 'sink',
    scheduled: false,
    autoRestart: sink.autoRestart.enabled,
    specPath,
    driftPolicy: sink.driftPolicy ?? draft.pipeline.spec.driftPolicy,
  }
}

/** The column as the value has it; SQL names are upper case unless quoted. */
export function columnOf(source: Source, name: string): string | undefined {
  return (source.value.find((column) => column.name === name) ?? source.value.find((column) => column.name === name.toUpperCase()))?.name
}

/** The credential that the platform has for Connect, since the operator's own is never handed on, and whom Connect is to trust. */
function sinkSecrets(draft: Draft): SecretValue[] {
  const { secretRef, caRef } = draft.platform.spec.elasticsearch.clients?.connect ?? {}
  const namespace = draft.platform.metadata.namespace ?? 'default'
  const login = secretRef ? ['username', 'password'].map((key) => ({ key: `connection.${key}`, namespace, secretKeyRef: { name: secretRef.name, key } })) : []
  if (!caRef) return login
  return [...login, { key: `${SINK_TRUST}.certificates`, namespace, secretKeyRef: { name: caRef.name, key: caRef.key }, authority: caRef.kind }]
}
