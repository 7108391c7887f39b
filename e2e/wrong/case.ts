/**
 * One wrong pipeline. In every text `$t` stands for a name of the case's own in lower case and `$T` for the same in upper case,
 * so that no two cases meet at a backend.
 */
import { parse } from 'yaml'
import type { Reason } from '../../src/api/index.ts'
import type { Backends } from '../../src/console/index.ts'
import type { KubeApi, KubeObject } from '../../src/ports/index.ts'

/** What somebody without the operator can do. */
export interface Hands {
  readonly kube: KubeApi
  readonly backends: Backends
  /** Fills in the case's own name. */
  readonly named: (text: string) => string
}

export interface WrongCase {
  readonly sentence: string
  /** YAML of the spec. */
  readonly spec: string
  /** What is there already, made by somebody else. */
  readonly given?: (hands: Hands) => Promise<void>
  readonly reason: Reason
  /** `path` or `path:line:column`, whole. */
  readonly at: string
  /** Stands in the message. */
  readonly says: string
  /** Stands in what would mend it; absent where the message of ksqlDB's grammar says it all. */
  readonly mend?: string
}

/** What the API server refuses, so that nothing is stored. */
export interface RefusedCase {
  readonly sentence: string
  readonly spec: string
  /** Of the first cause of the answer. */
  readonly field: string
  readonly says: string
}

export const nameOf = (category: string, at: number): string => `${category}${at}`

export const namedAs = (name: string) => (text: string) => text.replaceAll('$t', name).replaceAll('$T', name.toUpperCase())

export function pipelineFrom(spec: string, name: string): KubeObject {
  return {
    apiVersion: 'clickstream.dev/v1alpha1',
    kind: 'ClickstreamPipeline',
    metadata: { name, namespace: 'default' },
    spec: parse(namedAs(name)(spec)) as object,
  }
}

/** Two topics, a stream and a table: right as it stands. */
export const BASE = `
topics:
  - {name: $t-clicks}
  - {name: $t-users, config: {cleanup.policy: compact}}
statements:
  - name: base
    sql: |
      CREATE STREAM $T_CLICKS (USERID INT, IP VARCHAR, BYTES BIGINT) WITH (KAFKA_TOPIC='$t-clicks', VALUE_FORMAT='JSON');
      CREATE TABLE $T_USERS (ID INT PRIMARY KEY, NAME VARCHAR) WITH (KAFKA_TOPIC='$t-users', VALUE_FORMAT='JSON');
`

/** The base with a script of one's own, at spec.statements[1].sql. */
export const script = (sql: string) => `${BASE}  - name: mine\n    sql: ${JSON.stringify(sql)}\n`

/** The base with a windowed table and its sink into index `$t_per_min`; what follows is added to the spec. */
export const withTable = (more = '', sink = 'mode: upsert, idColumn: DOC_ID') => `${BASE}  - name: table
    sql: |
      CREATE TABLE $T_PER_MIN WITH (KEY_FORMAT='JSON') AS
        SELECT USERID AS K1, IP AS K2, AS_VALUE(USERID) AS USER, AS_VALUE(IP) AS ADDRESS, WINDOWSTART AS EVENT_TS, COUNT(*) AS N,
          CAST(USERID AS STRING) + '|' + IP + '|' + CAST(WINDOWSTART AS STRING) AS DOC_ID
        FROM $T_CLICKS WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY USERID, IP;
sinks:
  - {name: $t-sink, from: $T_PER_MIN, ${sink}, elasticsearch: {}}
${more}`

/** A pipeline that has nothing to do with the wrong ones. */
export const HEALTHY = `
topics: [{name: $t-good}]
sources:
  - {name: $t-gen, datagen: {preset: clickstream, topic: $t-good, interval: 200ms}}
statements:
  - {name: good, sql: "CREATE STREAM $T_GOOD (USERID INT, BYTES BIGINT) WITH (KAFKA_TOPIC='$t-good', VALUE_FORMAT='JSON');"}
metrics:
  - name: $T_BYTES
    from: $T_GOOD
    measures: [{name: BYTES, function: sum, column: BYTES}]
    by: [USERID]
    window: {type: tumbling, size: 60s}
    panel: {title: Bytes}
`
