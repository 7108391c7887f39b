/** The cat APIs that people read: tables as text, or JSON with `format=json`. */
import type { Cluster } from '../cluster.ts'
import { illegalArgument } from '../errors.ts'
import type { EsAnswer, EsRequest, Router } from '../http/router.ts'
import { asObject, type Json, simpleMatch } from '../json.ts'
import { healthOf } from './cluster.ts'

interface Column {
  readonly name: string
  readonly right?: boolean
}
type Row = Readonly<Record<string, string | null>>

const INDEX_COLUMNS: Column[] = [
  { name: 'health' },
  { name: 'status' },
  { name: 'index' },
  { name: 'uuid' },
  { name: 'pri', right: true },
  { name: 'rep', right: true },
  { name: 'docs.count', right: true },
  { name: 'docs.deleted', right: true },
  { name: 'store.size', right: true },
  { name: 'pri.store.size', right: true },
]

export function catRoutes(router: Router, cluster: Cluster): void {
  router.add('GET', '/_cat/health', 'h v s time ts help', (request) => {
    const health = [...cluster.indices.values()]
    const shards = health.reduce((sum, index) => sum + index.shards, 0)
    const unassigned = health.reduce((sum, index) => sum + index.shards * index.replicas, 0)
    const now = cluster.clock.now()
    const row = {
      epoch: String(Math.floor(now / 1000)),
      timestamp: new Date(now).toISOString().slice(11, 19),
      cluster: cluster.name,
      status: unassigned > 0 ? 'yellow' : 'green',
      'node.total': '1',
      'node.data': '1',
      shards: String(shards),
      pri: String(shards),
      relo: '0',
      init: '0',
      unassign: String(unassigned),
      pending_tasks: '0',
      max_task_wait_time: '-',
      active_shards_percent: `${(shards + unassigned === 0 ? 100 : (shards / (shards + unassigned)) * 100).toFixed(1)}%`,
    }
    return table(
      Object.keys(row).map((name) => ({ name })),
      [row],
      request,
    )
  })
  router.add('GET', '/_cat/aliases /_cat/aliases/:name', 'h v s help expand_wildcards', (request) => {
    const rows = [...cluster.indices.values()].flatMap((index) =>
      Object.entries(index.aliases).map(([alias, body]) => {
        const { filter, index_routing, search_routing, is_write_index } = asObject(body)
        const shown = (value: Json | undefined) => (value === undefined ? '-' : String(value))
        return {
          alias,
          index: index.name,
          filter: filter === undefined ? '-' : '*',
          'routing.index': shown(index_routing),
          'routing.search': shown(search_routing),
          is_write_index: shown(is_write_index),
        }
      }),
    )
    const wanted = request.params.name?.split(',')
    const columns = ['alias', 'index', 'filter', 'routing.index', 'routing.search', 'is_write_index'].map((name) => ({ name }))
    return table(columns, wanted ? rows.filter(({ alias }) => wanted.some((pattern) => simpleMatch(pattern, alias))) : rows, request)
  })
  router.add('GET', '/_cat/indices /_cat/indices/:index', 'h v s bytes health pri expand_wildcards help include_unloaded_segments time', (request) => {
    const columns = cluster.version === '9.x' ? [...INDEX_COLUMNS, { name: 'dataset.size', right: true }] : INDEX_COLUMNS
    return table(columns, indexRows(cluster, request), request)
  })
  router.add('GET', '/_cat/count /_cat/count/:index', 'h v s time help', (request) => {
    const count = cluster.resolve(request.params.index).reduce((sum, index) => sum + index.found, 0)
    const now = cluster.clock.now()
    const row = { epoch: String(Math.floor(now / 1000)), timestamp: new Date(now).toISOString().slice(11, 19), count: String(count) }
    return table([{ name: 'epoch' }, { name: 'timestamp' }, { name: 'count' }], [row], request)
  })
  router.add('GET', '/_cat/templates /_cat/templates/:name', 'h v s help', (request) => {
    const rows = [...cluster.indexTemplates].sort().map(([name, body]) => ({
      name,
      index_patterns: `[${(body.index_patterns as string[]).join(', ')}]`,
      order: String(body.priority ?? 0),
      version: body.version === undefined ? null : String(body.version),
      composed_of: `[${(body.composed_of as string[]).join(', ')}]`,
    }))
    const wanted = request.params.name
    const columns = ['name', 'index_patterns', 'order', 'version', 'composed_of'].map((name) => ({ name }))
    return table(columns, wanted === undefined ? rows : rows.filter(({ name }) => name === wanted), request)
  })
}

function indexRows(cluster: Cluster, { params, query }: EsRequest): Row[] {
  return cluster
    .resolve(params.index)
    .filter((index) => query.health === undefined || healthOf(cluster, index) === query.health)
    .map((index) => {
      const size = sizeText(cluster.store.sourceBytes(index.uuid), query.bytes)
      return {
        health: healthOf(cluster, index),
        status: 'open',
        index: index.name,
        uuid: index.uuid,
        pri: String(index.shards),
        rep: String(index.replicas),
        'docs.count': String(index.docs.size),
        'docs.deleted': String(index.deleted.size),
        'store.size': size,
        'pri.store.size': size,
        'dataset.size': size,
      }
    })
}

function sizeText(bytes: number, unit: string | undefined): string {
  if (unit === 'b') return String(bytes)
  for (const [suffix, size] of [
    ['gb', 2 ** 30],
    ['mb', 2 ** 20],
    ['kb', 2 ** 10],
  ] as const) {
    if (unit === suffix) return String(Math.floor(bytes / size))
    if (unit === undefined && bytes >= size) return `${Math.floor((bytes / size) * 10) / 10}${suffix}`
  }
  return `${bytes}b`
}

function table(all: readonly Column[], rows: readonly Row[], { query }: EsRequest): EsAnswer {
  const names = query.h?.split(',') ?? all.map(({ name }) => name)
  const aliases: Record<string, string> = { i: 'index', idx: 'index', dc: 'docs.count', docsCount: 'docs.count', h: 'health', s: 'status', id: 'uuid' }
  const columns = names.map((name) => all.find((column) => column.name === (aliases[name] ?? name))).filter((column) => column !== undefined)
  const sorted = sortRows(rows, query.s, aliases)
  if (query.format === 'json') return { body: sorted.map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]))) }
  if (query.format !== undefined && query.format !== 'text' && query.format !== 'txt') throw illegalArgument(`Unsupported format [${query.format}]`)
  const shown = query.v === undefined || query.v === 'false' ? [] : [Object.fromEntries(columns.map(({ name }) => [name, name]))]
  const lines: Row[] = [...shown, ...sorted]
  const widths = columns.map(({ name }) => Math.max(0, ...lines.map((row) => (row[name] ?? '').length)))
  const cell = (row: Row, { name, right }: Column, i: number) => (right ? (row[name] ?? '').padStart(widths[i] ?? 0) : (row[name] ?? '').padEnd(widths[i] ?? 0))
  return { text: lines.map((row) => `${columns.map((column, i) => cell(row, column, i)).join(' ')}\n`).join('') }
}

function sortRows(rows: readonly Row[], by: string | undefined, aliases: Readonly<Record<string, string>>): Row[] {
  if (by === undefined) return [...rows]
  const keys = by.split(',').map((key) => key.split(':'))
  return rows.toSorted((a, b) => {
    for (const [key = '', direction] of keys) {
      const name = aliases[key] ?? key
      const order = (a[name] ?? '').localeCompare(b[name] ?? '', 'en', { numeric: true })
      if (order !== 0) return direction === 'desc' ? -order : order
    }
    return 0
  })
}
