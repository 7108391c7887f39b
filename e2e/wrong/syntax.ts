/** SQL that cannot be read: the line and the column where reading ends. */
import { BASE, script, type WrongCase } from './case.ts'

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' } as const
const SQL = 'spec.statements[1].sql'

const scripts: readonly (readonly [sentence: string, sql: string, place: string, says: string])[] = [
  ['a comma too many', 'CREATE STREAM $T_X AS\n  SELECT USERID,, IP FROM $T_CLICKS;', '2:17', 'Syntax Error'],
  ['no semicolon', 'CREATE STREAM $T_X AS SELECT * FROM $T_CLICKS', '1:50', "missing ';' at '<EOF>'"],
  ['a quote that stays open', "CREATE STREAM $T_X AS\nSELECT * FROM $T_CLICKS\nWHERE IP = 'a;", '3:12', 'Syntax Error'],
  ['a word that begins no statement', '\n\nMAKE STREAM $T_X;', '3:1', 'Syntax Error'],
  ['a reserved word as a name', 'CREATE STREAM FROM AS SELECT * FROM $T_CLICKS;', '1:15', 'Syntax Error'],
  ['a bracket that stays open', "CREATE STREAM $T_X (A INT WITH (KAFKA_TOPIC='x');", '1:29', "Expecting ')'"],
  ['a window without a size', 'CREATE TABLE $T_X AS SELECT USERID, COUNT(*) AS N FROM $T_CLICKS\nWINDOW TUMBLING\nGROUP BY USERID;', '3:1', 'Syntax Error'],
  [
    'a mistake after a statement that is right',
    'CREATE STREAM $T_X AS SELECT * FROM $T_CLICKS;\nCREATE STREM $T_Y AS SELECT * FROM $T_X;',
    '2:8',
    'Syntax Error',
  ],
]

export const syntax: readonly WrongCase[] = [
  ...scripts.map(([sentence, sql, place, says]): WrongCase => ({ sentence, spec: script(sql), reason: 'SqlSyntax', at: `${SQL}:${place}`, says })),
  {
    sentence: 'a condition of a metric that ends too early',
    spec: `${BASE}metrics:\n  - {name: $T_M, from: $T_CLICKS, where: "BYTES >", measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 1m}}`,
    reason: 'SqlSyntax',
    at: 'spec.metrics[0].where:1:8',
    says: 'Syntax Error',
  },
  {
    sentence: 'a mistake in a ConfigMap',
    spec: `${BASE}  - {name: mine, configMapRef: {name: $t-scripts, key: x.sql}}`,
    given: async ({ kube, named }) => {
      await kube.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: named('$t-scripts'), namespace: 'default' },
        data: { 'x.sql': named('-- the newest clicks\nCREATE STREAM $T_X\nAS SELECT FROM $T_CLICKS;') },
      })
    },
    reason: 'SqlSyntax',
    at: 'spec.statements[1].configMapRef:3:11',
    says: 'Syntax Error',
  },
]
