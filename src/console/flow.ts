/** The way of the data through one pipeline: source -> topic -> statement -> topic -> sink -> index -> panel. Pure. */
import type { Compiled, Desired, JsonObject, ResourceKind } from '../plan/index.ts'
import { lineage, parseStatements } from '../sql/index.ts'

export type FlowKind = 'source' | 'topic' | 'statement' | 'sink' | 'index' | 'panel'

export interface FlowNode {
  /** `kind/name`, unique. */
  readonly id: string
  readonly kind: FlowKind
  readonly name: string
}

export interface Flow {
  readonly nodes: readonly FlowNode[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

export function flowOf(compiled: Compiled): Flow {
  const nodes = new Map<string, FlowNode>()
  const edges = new Map<string, { from: string; to: string }>()
  const node = (kind: FlowKind, name: string): string => {
    const id = `${kind}/${name}`
    if (!nodes.has(id)) nodes.set(id, { id, kind, name })
    return id
  }
  const edge = (from: string, to: string) => edges.set(`${from} ${to}`, { from, to })
  const all = compiled.graph?.nodes ?? []
  const of = <K extends ResourceKind>(kind: K) => all.filter((candidate): candidate is Desired<K> => candidate.kind === kind)
  const topicOf = (source: string) => compiled.catalogue.source(source)?.topic

  for (const { spec } of of('KafkaTopic')) node('topic', spec.topicName)
  for (const { name, spec } of of('Connector')) {
    const topics = (spec.config.topics ?? spec.config['kafka.topic'] ?? spec.config.topic ?? '').split(',').filter((topic) => topic !== '')
    for (const topic of topics) {
      if (spec.direction === 'source') edge(node('source', name), node('topic', topic))
      else {
        edge(node('topic', topic), node('sink', name))
        edge(node('sink', name), node('index', topic.toLowerCase()))
      }
    }
  }
  for (const { name, spec } of of('Statement')) {
    const { reads, makes } = lineage(parseStatements(spec.sql))[0] ?? { reads: [], makes: undefined }
    const id = node('statement', name)
    const own = makes === undefined ? undefined : topicOf(makes)
    // A stream or table over a topic reads it; a query reads what its sources are made of and writes a topic of its own.
    if (reads.length === 0 && own !== undefined) edge(node('topic', own), id)
    for (const source of reads) edge(statementOf(source, of('Statement')) ? node('statement', source) : node('topic', topicOf(source) ?? source), id)
    if (reads.length > 0 && own !== undefined) edge(id, node('topic', own))
  }
  const indexOf = new Map(of('DataSource').map(({ spec }) => [spec.uid, spec.index]))
  for (const { spec } of of('Dashboard')) {
    for (const { title, uids } of panelsOf(spec.json))
      for (const uid of uids) if (indexOf.has(uid)) edge(node('index', indexOf.get(uid)!), node('panel', title))
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

const statementOf = (source: string, statements: readonly Desired<'Statement'>[]) => statements.some(({ spec }) => spec.objectName === source)

function panelsOf(dashboard: JsonObject): { title: string; uids: string[] }[] {
  const panels = Array.isArray(dashboard.panels) ? (dashboard.panels as JsonObject[]) : []
  const uidOf = (holder: JsonObject) => (holder.datasource as JsonObject | undefined)?.uid
  return panels.map((panel) => {
    const targets = Array.isArray(panel.targets) ? (panel.targets as JsonObject[]) : []
    const uids = [panel, ...targets].map(uidOf).filter((uid) => typeof uid === 'string')
    return { title: String(panel.title ?? ''), uids: [...new Set(uids)] }
  })
}

const SHAPES: Readonly<Record<FlowKind, readonly [string, string]>> = {
  source: ['([', '])'],
  topic: ['[/', '/]'],
  statement: ['[', ']'],
  sink: ['([', '])'],
  index: ['[(', ')]'],
  panel: ['{{', '}}'],
}

export function flowAsMermaid(flow: Flow): string {
  const key = new Map(flow.nodes.map(({ id }, index) => [id, `n${index}`]))
  const label = ({ kind, name }: FlowNode) => `"${name.replaceAll('"', '#quot;')}<br><small>${kind}</small>"`
  return [
    'flowchart LR',
    ...flow.nodes.map((one) => `  ${key.get(one.id)}${SHAPES[one.kind][0]}${label(one)}${SHAPES[one.kind][1]}`),
    ...flow.edges.map(({ from, to }) => `  ${key.get(from)} --> ${key.get(to)}`),
  ].join('\n')
}

/** A tree from every node that nothing flows into; what was drawn already is only named again. */
export function flowAsText(flow: Flow): string {
  const next = new Map<string, string[]>()
  for (const { from, to } of flow.edges) next.set(from, [...(next.get(from) ?? []), to])
  const fed = new Set(flow.edges.map(({ to }) => to))
  const byId = new Map(flow.nodes.map((one) => [one.id, one]))
  const drawn = new Set<string>()
  const lines: string[] = []
  const draw = (id: string, prefix: string, branch: string) => {
    const { kind, name } = byId.get(id)!
    const again = drawn.has(id) && (next.get(id) ?? []).length > 0
    lines.push(`${prefix}${branch}${kind} ${name}${again ? ' (see above)' : ''}`)
    if (drawn.has(id)) return
    drawn.add(id)
    const children = next.get(id) ?? []
    const below = prefix + (branch === '' ? '' : branch.startsWith('└') ? '   ' : '│  ')
    children.forEach((child, index) => {
      draw(child, below, index === children.length - 1 ? '└─ ' : '├─ ')
    })
  }
  for (const { id } of flow.nodes) if (!fed.has(id)) draw(id, '', '')
  return lines.join('\n')
}
