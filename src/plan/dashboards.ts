/** Passes: a data source for every feed, and the dashboards with their panels and those of the metrics. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { type Dashboard, generatedName, type MetricPanel, OPERATOR, type Panel, type PanelQuery } from '../api/index.ts'
import { templatesOf } from './connectors.ts'
import { addNode, type Draft, type Feed, type PanelItem, refuse } from './draft.ts'
import { grafanaUid, hashOf, ownerHash, ownerHashIn, UID_PREFIX } from './hash.ts'
import { buildPanel, type QueryTarget, singleUnit } from './panels.ts'
import { type HandedOn, versionKey } from './refs.ts'
import type { Json, JsonObject } from './resources.ts'
import { columnOf, copyOf } from './sinks.ts'
import { strongestFor } from './templates.ts'

/** The dashboard of metrics whose panel names none. */
const METRICS_DASHBOARD = 'metrics'
const COLUMNS = 24

export function addDataSources(draft: Draft): void {
  const { elasticsearch } = draft.platform.spec
  const client = elasticsearch.clients?.grafana
  const namespace = draft.platform.metadata.namespace ?? 'default'
  const secret = client?.secretRef && { namespace, name: client.secretRef.name }
  const authority = client?.caRef && { ...client.caRef, namespace }
  for (const feed of draft.feeds.values()) {
    const title = generatedName(draft.owner.namespace, draft.owner.pipeline, feed.name)
    const spec = {
      uid: uidOfFeed(draft, feed),
      title,
      url: client?.url ?? elasticsearch.url,
      index: feed.index,
      timeField: columnOf(feed.source, feed.timeField) ?? feed.timeField,
      ...(secret ? { secret } : {}),
      ...(authority ? { authority } : {}),
    }
    addNode(draft, {
      kind: 'DataSource',
      key: spec.uid,
      name: title,
      stage: 'Dashboards',
      specPath: feed.specPath,
      spec,
      hash: hashOf({
        title,
        url: spec.url,
        index: spec.index,
        timeField: spec.timeField,
        secret: versionOf(draft, secret && { ...secret, kind: 'Secret' }),
        ...(authority ? { authority: `${versionOf(draft, authority)} ${authority.key}` } : {}),
      }),
      dependsOn: templatesOf(draft, feed.index),
      driftPolicy: feed.driftPolicy,
    })
  }
}

const versionOf = (draft: Draft, ref: HandedOn | undefined): Json =>
  ref ? `${versionKey(ref)}@${draft.facts.secretVersions?.get(versionKey(ref)) ?? ''}` : null

const uidOfFeed = (draft: Draft, feed: Feed): string => grafanaUid(draft.owner, 'DataSource', feed.name)

type AnyPanel = { readonly panel: Panel | (MetricPanel & { readonly name: string }); readonly queries: readonly PanelQuery[]; readonly path: string }

export function addDashboards(draft: Draft): void {
  const { spec, metadata } = draft.pipeline
  const waiting = new Map<string, PanelItem[]>()
  for (const item of draft.panels) {
    const name = item.dashboard ?? METRICS_DASHBOARD
    waiting.set(name, [...(waiting.get(name) ?? []), item])
  }
  for (const [index, entry] of spec.dashboards.entries()) {
    const specPath = `spec.dashboards[${index}]`
    const own = (entry.panels ?? []).map((panel, at): AnyPanel => ({ panel, queries: panel.queries, path: `${specPath}.panels[${at}]` }))
    const metrics = (waiting.get(entry.name) ?? []).map(panelOfMetric)
    waiting.delete(entry.name)
    if (entry.panels !== undefined) addPanelDashboard(draft, entry, [...own, ...metrics], specPath)
    else if (metrics.length > 0)
      refuse(
        draft,
        'DashboardInvalid',
        metrics[0]!.path,
        `Dashboard ${entry.name} is given as a whole, so no metric can add a panel to it`,
        'Name another dashboard.',
      )
    else addWholeDashboard(draft, entry, specPath)
  }
  for (const [name, items] of waiting) {
    const named = items.find((item) => item.dashboard !== undefined)
    if (named) {
      refuse(draft, 'ReferenceNotFound', `${named.path}.dashboard`, `There is no dashboard ${name} in spec.dashboards`, 'Declare it, or leave the field out.')
      continue
    }
    const entry = { name, title: `${metadata.name} metrics`, refresh: '5s', timeRange: '15m' }
    addPanelDashboard(draft, entry, items.map(panelOfMetric), items[0]!.path)
  }
}

const panelOfMetric = (item: PanelItem): AnyPanel => ({ panel: { ...item.panel, name: item.name }, queries: item.queries, path: item.path })

function addPanelDashboard(
  draft: Draft,
  entry: Pick<Dashboard, 'name' | 'title' | 'refresh' | 'timeRange' | 'driftPolicy'>,
  panels: readonly AnyPanel[],
  specPath: string,
): void {
  const uid = grafanaUid(draft.owner, 'Dashboard', entry.name)
  const title = entry.title ?? entry.name
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .tags([OPERATOR])
    .editable()
    .timezone('browser')
    .refresh(singleUnit(entry.refresh))
    .time({ from: `now-${singleUnit(entry.timeRange)}`, to: 'now' })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
  const feeds = new Set<Feed>()
  let x = 0
  let y = 0
  let rowHeight = 0
  for (const [at, item] of panels.entries()) {
    const targets = item.queries.map((query, n) => targetOf(draft, query, `${item.path}.queries[${n}]`, feeds))
    if (x + item.panel.width > COLUMNS) {
      x = 0
      y += rowHeight
      rowHeight = 0
    }
    if (targets.every((target) => target !== undefined)) builder.withPanel(buildPanel(item.panel, targets, at + 1, { x, y }))
    x += item.panel.width
    rowHeight = Math.max(rowHeight, item.panel.height)
  }
  const json = JSON.parse(JSON.stringify(builder.build())) as JsonObject
  addDashboardNode(draft, entry, uid, title, json, specPath, [...feeds])
}

function addWholeDashboard(draft: Draft, entry: Dashboard, specPath: string): void {
  const path = entry.configMapRef ? `${specPath}.configMapRef` : `${specPath}.json`
  const text = entry.configMapRef ? draft.configMaps.get(`${entry.configMapRef.name}/${entry.configMapRef.key}`) : entry.json
  if (text === undefined) {
    refuse(draft, 'ReferenceNotFound', path, `ConfigMap ${entry.configMapRef?.name} has no key ${entry.configMapRef?.key}, or does not exist`)
    return
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    refuse(draft, 'DashboardInvalid', path, `It is no JSON: ${error instanceof Error ? error.message : String(error)}`, 'Give the JSON that Grafana exports.')
    return
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    refuse(draft, 'DashboardInvalid', path, 'It is no JSON object', 'Give the JSON that Grafana exports.')
    return
  }
  const uid = grafanaUid(draft.owner, 'Dashboard', entry.name)
  const feeds = new Set<Feed>()
  const { id: _, version: __, ...rest } = withOwnDataSources(draft, parsed as JsonObject, feeds, path) as JsonObject
  const title = entry.title ?? (typeof rest.title === 'string' ? rest.title : entry.name)
  const tags = Array.isArray(rest.tags) ? rest.tags.filter((tag) => tag !== OPERATOR) : []
  addDashboardNode(draft, entry, uid, title, { ...rest, uid, title, tags: [...tags, OPERATOR] }, specPath, [...feeds])
}

/** An exported dashboard names its data sources by uids of elsewhere; the name of a sink or metric stands for ours. */
function withOwnDataSources(draft: Draft, value: Json, feeds: Set<Feed>, path: string): Json {
  if (Array.isArray(value)) return value.map((item) => withOwnDataSources(draft, item, feeds, path))
  if (typeof value !== 'object' || value === null) return value
  const result: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    const named = key === 'datasource' ? dataSourceName(item) : undefined
    const feed = named === undefined ? undefined : draft.feeds.get(named)
    if (feed) feeds.add(feed)
    else if (named !== undefined) refuseForeignSource(draft, named, path)
    result[key] = feed ? { type: 'elasticsearch', uid: uidOfFeed(draft, feed) } : withOwnDataSources(draft, item, feeds, path)
  }
  return result
}

/** Grafana's own, which hold no data. */
const BUILT_IN = /^(-- (Mixed|Grafana|Dashboard) --|grafana|default)$/

/** Whoever sees the dashboard would read with the other one's data source what belongs to its pipeline. */
function refuseForeignSource(draft: Draft, named: string, path: string): void {
  const other = named.startsWith(UID_PREFIX) && ownerHashIn(named) !== ownerHash(draft.owner)
  if (!other && (BUILT_IN.test(named) || ownerHashIn(named) !== undefined || !draft.platform.spec.limits.indexPrefixPerNamespace)) return
  if (draft.findings.some((finding) => finding.path === path && finding.reason === 'DashboardInvalid')) return
  const known = [...draft.feeds.keys()].join(', ')
  refuse(
    draft,
    'DashboardInvalid',
    path,
    `The dashboard reads data source "${named.slice(0, 100)}", which is none of this pipeline`,
    known === '' ? 'Name a sink or a metric of this pipeline as the data source.' : `Name a sink or a metric of this pipeline as the data source: ${known}.`,
  )
}

function dataSourceName(value: Json): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.uid === 'string' ? value.uid : undefined
}

function addDashboardNode(
  draft: Draft,
  entry: { readonly name: string; readonly driftPolicy?: Dashboard['driftPolicy'] | undefined },
  uid: string,
  title: string,
  json: JsonObject,
  specPath: string,
  feeds: readonly Feed[],
): void {
  addNode(draft, {
    kind: 'Dashboard',
    key: uid,
    name: generatedName(draft.owner.namespace, draft.owner.pipeline, entry.name),
    stage: 'Dashboards',
    specPath,
    spec: { uid, title, json },
    hash: hashOf(json),
    dependsOn: feeds.map((feed) => `DataSource/${uidOfFeed(draft, feed)}`),
    driftPolicy: entry.driftPolicy ?? draft.pipeline.spec.driftPolicy,
  })
}

/** Undefined: reported, or the sink that it reads was. */
function targetOf(draft: Draft, query: PanelQuery, path: string, feeds: Set<Feed>): QueryTarget | undefined {
  const feed = draft.feeds.get(query.sink ?? '')
  if (!feed) {
    const { sinks, metrics } = draft.pipeline.spec
    const declared = sinks.some((sink) => sink.name === query.sink && sink.elasticsearch) || metrics.some((metric) => metric.name === query.sink)
    if (!declared) {
      const known = [...draft.feeds.keys()].join(', ')
      refuse(draft, 'ReferenceNotFound', `${path}.sink`, `No sink or metric ${query.sink} fills an index`, known === '' ? undefined : `There are ${known}.`)
    }
    return undefined
  }
  feeds.add(feed)
  if (!checkQuery(draft, feed, query, path)) return undefined
  return {
    query,
    uid: uidOfFeed(draft, feed),
    timeField: columnOf(feed.source, feed.timeField) ?? feed.timeField,
    field: (name) => columnOf(feed.source, name) ?? name,
    ...(feed.interval === undefined ? {} : { interval: feed.interval }),
  }
}

const NUMBERS = new Set(['INTEGER', 'BIGINT', 'DOUBLE', 'DECIMAL', 'TIMESTAMP', 'DATE', 'TIME'])

function checkQuery(draft: Draft, feed: Feed, query: PanelQuery, path: string): boolean {
  const { source } = feed
  const before = draft.findings.length
  const fields: [string, string][] = [
    ...(query.field === undefined ? [] : ([[query.field, `${path}.field`]] as [string, string][])),
    ...query.by.map((name, at): [string, string] => [name, `${path}.by[${at}]`]),
    ...query.columns.map((name, at): [string, string] => [name, `${path}.columns[${at}]`]),
  ]
  for (const [name, at] of fields) checkField(draft, feed, name, at)
  const column = query.field === undefined ? undefined : source.value.find(({ name }) => name === columnOf(source, query.field!))
  if (column && query.function !== 'cardinality' && !NUMBERS.has(column.type.kind))
    refuse(
      draft,
      'FieldNotInIndex',
      `${path}.field`,
      `${query.function} needs a number, and ${column.name} of ${source.name} is a ${column.type.kind}`,
      'Take a column that is a number, or count distinct values with cardinality.',
    )
  else if (column && query.function !== 'cardinality') checkMapped(draft, feed, query, column.name, path)
  const adds = query.function === 'sum' || query.function === 'avg' || query.function === 'count'
  if (feed.mode === 'append' && source.sourceType === 'TABLE' && adds)
    refuse(
      draft,
      'AggregationMisleading',
      `${path}.function`,
      `Index ${feed.index} keeps every update of ${source.name} as a document, so ${query.function} would count the same thing again and again`,
      'Use max, or make the sink upsert.',
    )
  return draft.findings.slice(before).every(({ severity }) => severity !== 'error')
}

const NUMBER_FIELDS = new Set(['date', 'long', 'integer', 'double', 'float', 'boolean'])

/** A declared template can make a number a text. */
function checkMapped(draft: Draft, feed: Feed, query: PanelQuery, column: string, path: string): void {
  const template = strongestFor(draft, feed)
  const type = template?.fields[column]
  if (!template || type === undefined || NUMBER_FIELDS.has(type)) return
  const at = draft.pipeline.spec.indexTemplates.indexOf(template)
  refuse(
    draft,
    'FieldNotInIndex',
    `${path}.field`,
    `${query.function} needs a number, and template ${template.name} makes ${column} a ${type}`,
    `Change its type in spec.indexTemplates[${at}].fields.`,
  )
}

function checkField(draft: Draft, feed: Feed, name: string, path: string): void {
  const { source } = feed
  if (columnOf(source, name) !== undefined) return
  const key = source.key.find((column) => column.name === name || column.name === name.toUpperCase())
  const closest = source.value.map((column) => column.name).join(', ')
  refuse(
    draft,
    'FieldNotInIndex',
    path,
    key
      ? `Index ${feed.index} will not have ${name}: ${source.name} has it only in the key`
      : `Index ${feed.index} will not have ${name}: ${source.name} has no such column`,
    key ? `Select ${copyOf(draft, source, key.name)} under a name as well.` : `It will have ${closest}.`,
  )
}
