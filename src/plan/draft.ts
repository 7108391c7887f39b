/** What the passes of compiling hand on to each other. */
import type { ClickstreamPipeline, ClickstreamPlatform, MetricPanel, PanelQuery } from '../api/index.ts'
import type { AnalysedStatement, Catalogue, CreateAsSelect, CreateSource, InsertInto, Source, Span, Statement } from '../sql/index.ts'
import type { CompileFacts, ScheduleState } from './facts.ts'
import type { Desired, Finding, Owner, Place, ResourceId, ResourceKind, ResourceSpecs, SecretValue, Stage } from './resources.ts'

export type DriftPolicy = Desired['driftPolicy']
export type Made = CreateSource | CreateAsSelect | InsertInto | Extract<Statement, { kind: 'CreateType' }>

/** One statement that becomes a resource. */
export interface StatementItem {
  readonly statement: Made
  /** The text that the spans belong to: `spec.statements[0].sql`. For a metric: the metric. */
  readonly path: string
  /** Whether the user wrote that text, so that line and column mean something. */
  readonly written: boolean
  readonly specPath: string
  readonly properties: Readonly<Record<string, string>>
  readonly driftPolicy: DriftPolicy
}

/** A connector as a user's script or spec declares it, before defaults. */
export interface ConnectorItem {
  readonly name: string
  readonly direction: 'source' | 'sink'
  readonly config: Readonly<Record<string, string>>
  readonly secrets: readonly SecretValue[]
  readonly state: 'RUNNING' | 'PAUSED' | 'STOPPED'
  readonly scheduled: boolean
  readonly autoRestart: boolean
  readonly place: Place
  readonly specPath: string
  readonly driftPolicy: DriftPolicy
}

/** A sink that fills an index of the platform's Elasticsearch: what templates, data sources and panels are made for. */
export interface Feed {
  /** Of the sink or metric; panels name it. */
  readonly name: string
  readonly connector: string
  readonly source: Source
  readonly index: string
  readonly mode: 'upsert' | 'append'
  readonly timeField: string
  /** Width of the time buckets of its panels, where the metric's window gives one. */
  readonly interval?: string
  readonly path: string
  readonly specPath: string
  readonly driftPolicy: DriftPolicy
}

/** A metric's panel, waiting for its dashboard. */
export interface PanelItem {
  readonly dashboard: string | undefined
  readonly name: string
  readonly panel: MetricPanel
  readonly queries: readonly PanelQuery[]
  readonly path: string
}

export interface TopicDraft {
  readonly name: string
  partitions: number
  replicas: number
  config: Record<string, string>
  readonly declared: boolean
  readonly onRemove: 'delete' | 'retain'
  readonly specPath: string
  readonly place?: Place
  readonly driftPolicy: DriftPolicy
}

export interface Draft {
  readonly pipeline: ClickstreamPipeline
  readonly platform: ClickstreamPlatform
  readonly configMaps: ReadonlyMap<string, string>
  readonly facts: CompileFacts
  readonly owner: Owner
  readonly findings: Finding[]
  readonly statements: StatementItem[]
  readonly connectors: ConnectorItem[]
  readonly topics: Map<string, TopicDraft>
  readonly analysed: Map<StatementItem, AnalysedStatement>
  readonly feeds: Map<string, Feed>
  readonly panels: PanelItem[]
  readonly schedules: ScheduleState[]
  readonly nodes: Desired[]
  catalogue: Catalogue
}

type At = Span | Pick<Finding, 'line' | 'column'>

export function dataPolicy(draft: Draft): 'delete' | 'retain' {
  return draft.pipeline.spec.deletionPolicy === 'DeleteData' ? 'delete' : 'retain'
}

export function addNode<K extends ResourceKind>(
  draft: Draft,
  node: {
    kind: K
    /** Absent: the name. */
    key?: string
    name: string
    stage: Stage
    specPath: string
    place?: Place
    spec: ResourceSpecs[K]
    hash: string
    dependsOn: readonly ResourceId[]
    onRemove?: 'delete' | 'retain'
    driftPolicy: DriftPolicy
  },
): void {
  const { key, ...rest } = node
  const id = `${node.kind}/${key ?? node.name}`
  const double = draft.nodes.find((other) => other.id === id)
  if (double) {
    refuse(draft, 'NameConflict', node.specPath, `${node.kind} ${node.name} is made by ${double.specPath} already`, 'Give one of the two another name.')
    return
  }
  draft.nodes.push({ onRemove: 'delete', ...rest, id } as Desired)
}

/** `at`: a span of the text at `path`, or its line and column. */
export function refuse(draft: Draft, reason: string, path: string, message: string, mend?: string, at?: At): void {
  draft.findings.push(finding('error', reason, path, message, mend, at))
}

export function warn(draft: Draft, path: string, message: string, mend?: string, at?: Span): void {
  draft.findings.push(finding('warning', 'Surprising', path, message, mend, at))
}

function finding(severity: Finding['severity'], reason: string, path: string, message: string, mend: string | undefined, at: At | undefined): Finding {
  return {
    severity,
    reason,
    path,
    ...(at && 'start' in at ? { line: at.start.line, column: at.start.column } : at),
    message,
    ...(mend === undefined ? {} : { mend }),
  }
}
