/** What a pipeline wants to exist, in the terms of the backends, and what the backends say exists. Values only. */

export type Stage = 'Topics' | 'Sources' | 'Statements' | 'Templates' | 'Sinks' | 'Dashboards'

/** `${kind}/${name}`: unique within a platform. */
export type ResourceId = string

/** A value of a connector config that comes from a Secret; it is never part of a hash, a plan or a status. */
export interface SecretValue {
  readonly key: string
  /** Of the Secret: the pipeline's, or the platform's for its own credentials. */
  readonly namespace: string
  readonly secretKeyRef: { readonly name: string; readonly key: string }
  /** Certificates of authorities, which everybody may see; the kind of what holds them. */
  readonly authority?: 'Secret' | 'ConfigMap'
}

/** The declared form of each kind: what the planner wants and what `observe` reads back, in one shape, so that they compare. */
export interface ResourceSpecs {
  KafkaTopic: {
    readonly topicName: string
    /** Of the KafkaTopic: a slug of the topic and 8 hex digits. */
    readonly objectName: string
    readonly partitions: number
    readonly replicas: number
    readonly config: Readonly<Record<string, string>>
  }
  Connector: {
    readonly direction: 'source' | 'sink'
    readonly config: Readonly<Record<string, string>>
    readonly secrets: readonly SecretValue[]
    readonly state: 'RUNNING' | 'PAUSED' | 'STOPPED'
    /** A schedule of the pipeline moves `state`: then it is no part of the hash, and no drift. */
    readonly scheduled: boolean
    /** Failed tasks are started again. */
    readonly autoRestart: boolean
  }
  /** One stream, table, type or INSERT query. `sql` is the printer's form of one statement, without OR REPLACE. */
  Statement: {
    readonly objectType: 'STREAM' | 'TABLE' | 'TYPE' | 'INSERT'
    readonly objectName: string
    readonly sql: string
    /** streamsProperties of the request. */
    readonly properties: Readonly<Record<string, string>>
    readonly running: boolean
  }
  IndexTemplate: {
    readonly body: JsonObject
    /** Of the pipeline, made from it; observed ones do not say. */
    readonly indices?: readonly string[]
  }
  DataSource: {
    readonly uid: string
    readonly title: string
    /** Where Grafana reaches Elasticsearch. */
    readonly url: string
    readonly index: string
    readonly timeField: string
    /** Grafana's credential for Elasticsearch; none: no authentication. */
    readonly secret?: { readonly namespace: string; readonly name: string }
    /** Whom Grafana trusts for Elasticsearch; none: those that its system trusts. */
    readonly authority?: { readonly kind: 'Secret' | 'ConfigMap'; readonly namespace: string; readonly name: string; readonly key: string }
  }
  Dashboard: {
    readonly uid: string
    readonly title: string
    readonly json: JsonObject
  }
}
export type ResourceKind = keyof ResourceSpecs

export type Json = string | number | boolean | null | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/** Where something stands in the spec; line and column are those of the text at `path`. */
export interface Place {
  readonly path: string
  readonly line?: number
  readonly column?: number
  /** Config key of a connector -> the path of the field it comes from, where the user wrote it. */
  readonly keys?: Readonly<Record<string, string>>
  /** The path before every other config key. Absent: those are the operator's, and stand at `path`. */
  readonly config?: string
}

/** One node of the graph. */
export interface Desired<K extends ResourceKind = ResourceKind> {
  readonly id: ResourceId
  readonly kind: K
  readonly name: string
  readonly stage: Stage
  /** Where the user wrote it: `spec.metrics[0]`. */
  readonly specPath: string
  /** Where exactly, for messages. Absent: at specPath. */
  readonly place?: Place
  readonly spec: ResourceSpecs[K]
  /** Of the meaning of `spec`: equal for reformatted SQL, reordered JSON and defaults written out. */
  readonly hash: string
  readonly dependsOn: readonly ResourceId[]
  /** What removal does with data: a retained topic or index outlives the pipeline. */
  readonly onRemove: 'delete' | 'retain'
  readonly driftPolicy: 'Repair' | 'Report' | 'Ignore'
}

export interface Graph {
  /** In an order in which every node comes after what it depends on. */
  readonly nodes: readonly Desired[]
}

/** Who made an object, as its mark says. */
export interface Owner {
  readonly namespace: string
  readonly pipeline: string
}

export type Health = 'Ready' | 'Pending' | 'Completed' | 'Failed'

/** What a backend says of one object. */
export interface Observed<K extends ResourceKind = ResourceKind> {
  readonly id: ResourceId
  readonly kind: K
  readonly name: string
  /** Absent: no mark, made by somebody else (or by us before the mark was set). */
  readonly owner?: Owner
  /** Where the mark can only hold a hash of the owner (`ownerHash`). */
  readonly ownerHash?: string
  readonly spec: ResourceSpecs[K]
  /** The backend's own id: topic id, query id, uid in Grafana. */
  readonly backendId?: string
  readonly health: Health
  /** CamelCase; with a message when health is not Ready. */
  readonly reason?: string
  readonly message?: string
}

/** What the operator has done, or was about to do, for one pipeline: written before and after every create. */
export interface LedgerEntry {
  readonly id: ResourceId
  readonly kind: ResourceKind
  readonly name: string
  readonly phase: 'intent' | 'done'
  readonly hash: string
  readonly specPath: string
  readonly onRemove: 'delete' | 'retain'
  readonly backendId?: string
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[]
}

export type ActionClass = 'Create' | 'InPlace' | 'Replace' | 'Recreate' | 'Remove' | 'Adopt'

export interface Action {
  readonly class: ActionClass
  readonly id: ResourceId
  readonly kind: ResourceKind
  readonly name: string
  /** The rule that made it so, CamelCase: `Missing`, `SpecChanged`, `Drifted`, `NoLongerDeclared`, ... */
  readonly rule: string
  /** One sentence for people: what changes, what is replayed or lost. */
  readonly message: string
  /** Absent for Remove. */
  readonly desired?: Desired
  readonly observed?: Observed
  readonly entry?: LedgerEntry
  /** Actions of this plan that must be done before. */
  readonly after: readonly ResourceId[]
}

export interface Plan {
  /** In an order that respects `after`. */
  readonly actions: readonly Action[]
  /** Entries as the ledger should have them before the first action: objects that are ours without an entry, creates found finished. */
  readonly recovered: readonly LedgerEntry[]
  /** What cannot be done in place and waits; none of it is among `actions`. */
  readonly waiting: readonly Action[]
  /** What forbids the plan, or must be known before it runs. Any error: nothing is done. */
  readonly findings: readonly Finding[]
}

/** One thing to say of a pipeline before anything is touched. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** CamelCase, from the table of reasons in src/api. */
  readonly reason: string
  /** `spec.statements[2].sql`; with `line` and `column` inside that text. */
  readonly path: string
  readonly line?: number
  readonly column?: number
  readonly message: string
  readonly mend?: string
}
