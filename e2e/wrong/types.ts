/** SQL that can be read, and names what is not there or mixes what does not fit. */
import { BASE, script, type WrongCase } from './case.ts'

const SQL = 'spec.statements[1].sql'
const metric = (rest: string) => `${BASE}metrics:\n  - {name: $T_M, from: $T_CLICKS, by: [USERID], window: {type: tumbling, size: 1m}, ${rest}}`

const scripts: readonly (readonly [sentence: string, sql: string, place: string, says: string, mend?: string])[] = [
  ['a stream that does not exist', 'CREATE STREAM $T_X AS\nSELECT * FROM $T_CLICK;', '2:15', '$T_CLICK does not exist', '$T_CLICKS'],
  ['a column that does not exist', 'CREATE STREAM $T_X AS\nSELECT USERID, AGENT FROM $T_CLICKS;', '2:16', 'AGENT'],
  ['a function that does not exist', 'CREATE STREAM $T_X AS\nSELECT FROBNICATE(IP) AS F FROM $T_CLICKS;', '2:8', 'FROBNICATE'],
  ['a function with arguments that it does not take', 'CREATE STREAM $T_X AS\nSELECT UCASE(BYTES) AS F FROM $T_CLICKS;', '2:8', 'UCASE'],
  ['a sum of text and number', 'CREATE STREAM $T_X AS\nSELECT IP + BYTES AS F FROM $T_CLICKS;', '2:8', 'STRING'],
  ['a condition that is none', 'CREATE STREAM $T_X AS SELECT * FROM $T_CLICKS\nWHERE BYTES;', '2:7', 'boolean'],
  ['a comparison of text with a number', 'CREATE STREAM $T_X AS SELECT * FROM $T_CLICKS\nWHERE IP > 3;', '2:7', 'STRING'],
  ['a join on a column that is no key', 'CREATE STREAM $T_X AS SELECT C.IP, U.NAME\nFROM $T_CLICKS C JOIN $T_USERS U ON C.IP = U.NAME;', '2:41', 'primary key'],
  ['an aggregate without groups', 'CREATE TABLE $T_X AS\nSELECT COUNT(*) AS N FROM $T_CLICKS;', '2:1', 'GROUP BY'],
  [
    'a stream made of what is a table',
    'CREATE STREAM $T_X AS\nSELECT USERID, COUNT(*) AS N FROM $T_CLICKS GROUP BY USERID;',
    '1:1',
    'Please use CREATE TABLE AS SELECT statement instead.',
  ],
  [
    'values of the wrong types inserted',
    'INSERT INTO $T_CLICKS SELECT USERID, BYTES AS IP, BYTES FROM $T_CLICKS;',
    '1:1',
    'Sink schema is `USERID` INTEGER, `IP` STRING, `BYTES` BIGINT',
  ],
  [
    'a column of a type that does not exist',
    "CREATE STREAM $T_X (A INTT) WITH (KAFKA_TOPIC='$t-clicks', VALUE_FORMAT='JSON');",
    '1:24',
    'Cannot resolve unknown type: INTT',
  ],
]

export const types: readonly WrongCase[] = [
  ...scripts.map(
    ([sentence, sql, place, says, mend]): WrongCase => ({
      sentence,
      spec: script(sql),
      reason: 'SqlInvalid',
      at: `${SQL}:${place}`,
      says,
      ...(mend === undefined ? {} : { mend }),
    }),
  ),
  {
    sentence: 'a metric by a column that its stream has not',
    spec: metric('measures: [{name: N, function: count}]').replace('by: [USERID]', 'by: [USERID, AGENT]'),
    reason: 'SqlInvalid',
    at: 'spec.metrics[0].by[1]',
    says: "'AGENT' cannot be resolved",
  },
  {
    sentence: 'a metric of a column that its stream has not',
    spec: metric('measures: [{name: N, function: count}, {name: S, function: sum, column: SIZE}]'),
    reason: 'SqlInvalid',
    at: 'spec.metrics[0].measures[1].column',
    says: "'`SIZE`' cannot be resolved",
  },
  {
    sentence: 'the sum of a text',
    spec: metric('measures: [{name: S, function: sum, column: IP}]'),
    reason: 'SqlInvalid',
    at: 'spec.metrics[0].measures[0]',
    says: "Function 'SUM' does not accept parameters (STRING)",
  },
  {
    sentence: 'a condition of a metric over a column that its stream has not',
    spec: metric('where: "BYTES > 3 AND AGENT = 1", measures: [{name: N, function: count}]'),
    reason: 'SqlInvalid',
    at: 'spec.metrics[0].where',
    says: 'AGENT',
  },
  {
    sentence: 'records that a script would insert',
    spec: script('INSERT INTO $T_CLICKS (USERID) VALUES (1);'),
    reason: 'SqlStatementRefused',
    at: `${SQL}:1:1`,
    says: 'INSERT ... VALUES has no place in a pipeline',
    mend: 'Produce records to the topic',
  },
  {
    sentence: 'a script that drops what it made',
    spec: script('CREATE STREAM $T_X AS SELECT * FROM $T_CLICKS;\nDROP STREAM $T_X;'),
    reason: 'SqlStatementRefused',
    at: `${SQL}:2:1`,
    says: 'DROP has no place in a pipeline',
    mend: 'no longer declared',
  },
  {
    sentence: 'statements in a circle',
    spec: script('CREATE STREAM $T_A AS SELECT * FROM $T_B;\nCREATE STREAM $T_B AS SELECT * FROM $T_A;'),
    reason: 'CycleFound',
    at: `${SQL}:1:1`,
    says: 'in a circle: $T_A <- $T_B <- $T_A',
  },
]
