/** What is referred to and is not there. */
import { BASE, type WrongCase, withTable } from './case.ts'

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' } as const
const metric = (from: string, panel: string) =>
  `${BASE}metrics:\n  - {name: $T_M, from: ${from}, measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 1m}${panel}}`
const panel = (query: string) => withTable(`dashboards:\n  - name: $t-board\n    panels:\n      - {name: p, queries: [${query}]}`)

export const references: readonly WrongCase[] = [
  {
    sentence: 'a sink from a table that no statement makes',
    spec: `${BASE}sinks: [{name: $t-sink, from: $T_EVENTS, elasticsearch: {}}]`,
    reason: 'ReferenceNotFound',
    at: 'spec.sinks[0].from',
    says: 'No statement makes $T_EVENTS',
    mend: 'There are $T_CLICKS, $T_USERS.',
  },
  {
    sentence: 'SQL in a ConfigMap that is not there',
    spec: 'statements: [{name: a, configMapRef: {name: $t-scripts, key: a.sql}}]',
    reason: 'ReferenceNotFound',
    at: 'spec.statements[0].configMapRef',
    says: 'ConfigMap $t-scripts does not exist',
    mend: 'Create it in namespace default',
  },
  {
    sentence: 'SQL under a key that the ConfigMap has not',
    spec: 'statements: [{name: a, configMapRef: {name: $t-scripts, key: b.sql}}]',
    given: async ({ kube, named }) => {
      await kube.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: named('$t-scripts'), namespace: 'default' },
        data: { 'a.sql': 'CREATE STREAM X (A INT);' },
      })
    },
    reason: 'ReferenceNotFound',
    at: 'spec.statements[0].configMapRef',
    says: 'ConfigMap $t-scripts has no key b.sql',
    mend: 'It has a.sql.',
  },
  {
    sentence: 'a dashboard in a ConfigMap that is not there',
    spec: `${BASE}dashboards: [{name: $t-board, configMapRef: {name: $t-boards, key: d.json}}]`,
    reason: 'ReferenceNotFound',
    at: 'spec.dashboards[0].configMapRef',
    says: 'ConfigMap $t-boards does not exist',
    mend: 'Create it in namespace default',
  },
  {
    sentence: 'a panel of a sink that is not there',
    spec: panel('{name: q, sink: $t-sinc, function: count}'),
    reason: 'ReferenceNotFound',
    at: 'spec.dashboards[0].panels[0].queries[0].sink',
    says: 'No sink or metric $t-sinc fills an index',
    mend: 'There are $t-sink.',
  },
  {
    sentence: 'a metric whose dashboard is not there',
    spec: metric('$T_CLICKS', ', panel: {dashboard: $t-board}'),
    reason: 'ReferenceNotFound',
    at: 'spec.metrics[0].panel.dashboard',
    says: 'There is no dashboard $t-board in spec.dashboards',
    mend: 'Declare it, or leave the field out.',
  },
  {
    sentence: 'a metric of a stream that no statement makes',
    spec: metric('$T_CLICK', ''),
    reason: 'SqlInvalid',
    at: 'spec.metrics[0].from',
    says: '$T_CLICK does not exist.',
    mend: 'There are $T_CLICKS, $T_USERS.',
  },
  {
    sentence: 'an id column that the table has not',
    spec: withTable('', 'mode: upsert, idColumn: DOCID'),
    reason: 'ReferenceNotFound',
    at: 'spec.sinks[0].idColumn',
    says: '$T_PER_MIN has no column DOCID',
    mend: 'Its value columns are USER, ADDRESS, EVENT_TS, N, DOC_ID.',
  },
  {
    sentence: 'an id column that is only in the key',
    spec: withTable('', 'mode: upsert, idColumn: K1'),
    reason: 'ReferenceNotFound',
    at: 'spec.sinks[0].idColumn',
    says: 'Column K1 of $T_PER_MIN is only in the key',
    mend: 'AS_VALUE(USERID)',
  },
  {
    sentence: 'a stream over a topic that nobody has',
    spec: `statements:\n  - {name: a, sql: "CREATE STREAM $T_LOST (A INT) WITH (KAFKA_TOPIC='$t-lost', VALUE_FORMAT='JSON');"}`,
    reason: 'ReferenceNotFound',
    at: 'spec.statements[0].sql:1:1',
    says: '$T_LOST reads topic $t-lost, which does not exist',
    mend: 'Declare $t-lost in spec.topics, or create it.',
  },
]
