/**
 * Streams drawn as text. A line in: topic, time, key, value. A line out: time, key (with its window), value. What a line of input
 * causes stands below it, indented.
 */
import assert from 'node:assert/strict'
import { type CaseRecord, parseJson, printJson } from '../../src/engine/index.ts'
import { startRun } from './run.ts'

const SOURCES = `
  CREATE STREAM S (K VARCHAR KEY, N INT, W VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM R (K VARCHAR KEY, M INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE T (ID VARCHAR PRIMARY KEY, G VARCHAR, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE U (ID VARCHAR PRIMARY KEY, X INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);`

function parseLine(line: string): CaseRecord {
  const [topic, time, key, ...value] = line.trim().split(' ') as [string, string, string, ...string[]]
  return { topic, key: key === '-' ? null : key, value: value[0] === 'gone' ? null : parseJson(value.join(' ')), timestamp: Number(time) }
}

function drawLine({ timestamp, key, value, window }: CaseRecord): string {
  const bounds = window ? `@${window.start}-${window.end}` : ''
  return `    ${timestamp} ${key ?? '-'}${bounds} ${value === null ? 'gone' : printJson(value)}`
}

/** The picture with what the engine really writes. */
function draw(statement: string, picture: string): string {
  const run = startRun(`${SOURCES} ${statement}`)
  const inputs = picture.split('\n').filter((line) => /^ {2}\S/.test(line))
  return inputs
    .flatMap((line) => {
      const from = run.outputs.length
      run.feed([parseLine(line)])
      return [line, ...run.outputs.slice(from).map(drawLine)]
    })
    .join('\n')
}

const pictures: readonly (readonly [what: string, statement: string, picture: string])[] = [
  [
    'a filter keeps what is true, not what is null',
    'CREATE STREAM O AS SELECT K, N * 2 AS D FROM S WHERE N > 1;',
    `
  s 1 a {"N":1}
  s 2 a {"N":2}
    2 a {"D":4}
  s 3 a {"N":null}
  s 4 - {"N":3}
    4 - {"D":6}`,
  ],
  [
    'a stream without filter hands records without value on',
    'CREATE STREAM O AS SELECT K, N FROM S;',
    `
  s 1 a gone
    1 a gone
  s 2 a {"N":"7"}
    2 a {"N":7}
  s 3 a {"N":"x"}`,
  ],
  [
    'a tumbling window takes late records until its grace is over',
    'CREATE TABLE O AS SELECT K, COUNT(*) AS C FROM S WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY K;',
    `
  s 9000 a {}
    9000 a@0-10000 {"C":1}
  s 14999 b {}
    14999 b@10000-20000 {"C":1}
  s 1 a {}
    9000 a@0-10000 {"C":2}
  s 15000 b {}
    15000 b@10000-20000 {"C":2}
  s 2 a {}`,
  ],
  [
    'a hopping window updates every window of the record, the earliest first',
    'CREATE TABLE O AS SELECT K, SUM(N) AS T FROM S WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY K;',
    `
  s 4999 a {"N":1}
    4999 a@0-10000 {"T":1}
  s 5000 a {"N":2}
    5000 a@0-10000 {"T":3}
    5000 a@5000-15000 {"T":2}`,
  ],
  [
    'sessions grow, merge and take their former selves out',
    'CREATE TABLE O AS SELECT K, COUNT(*) AS C FROM S WINDOW SESSION (10 SECONDS) GROUP BY K;',
    `
  s 0 a {}
    0 a@0-0 {"C":1}
  s 0 a {}
    0 a@0-0 {"C":2}
  s 20001 a {}
    20001 a@20001-20001 {"C":1}
  s 10001 a {}
    20001 a@20001-20001 gone
    20001 a@10001-20001 {"C":2}
  s 5000 a {}
    0 a@0-0 gone
    20001 a@10001-20001 gone
    20001 a@0-20001 {"C":5}
  s 7 a {}
    20001 a@0-20001 gone
    20001 a@0-20001 {"C":6}`,
  ],
  [
    'HAVING writes a tombstone for what no longer passes, and none for what never did',
    'CREATE TABLE O AS SELECT G, SUM(V) AS S FROM T GROUP BY G HAVING SUM(V) > 5;',
    `
  t 1 a {"G":"x","V":3}
  t 2 b {"G":"x","V":4}
    2 x {"S":7}
  t 3 b {"G":"x","V":1}
    3 x gone
  t 4 b {"G":"x","V":2}`,
  ],
  [
    'a row of a table that moves to another group changes the old group first',
    'CREATE TABLE O AS SELECT G, COUNT(*) AS C, COLLECT_LIST(V) AS L FROM T GROUP BY G;',
    `
  t 5 a {"G":"x","V":1}
    5 x {"C":1,"L":[1]}
  t 1 a {"G":"x","V":2}
    5 x {"C":1,"L":[2]}
  t 6 a {"G":"y","V":3}
    6 x {"C":0,"L":[]}
    6 y {"C":1,"L":[3]}
  t 7 a gone
    7 y {"C":0,"L":[]}`,
  ],
  [
    "a stream meets the row that the table has at that moment; the time is the record's",
    'CREATE STREAM O AS SELECT S.W, N, V FROM S LEFT JOIN T ON S.W = T.ID;',
    `
  s 1 k {"N":1,"W":"a"}
    1 a {"N":1,"V":null}
  t 9 a {"V":5}
  s 2 k {"N":2,"W":"a"}
    2 a {"N":2,"V":5}
  t 10 a gone
  s 3 k {"N":3,"W":"a"}
    3 a {"N":3,"V":null}
  s 4 k {"N":4,"W":null}
    4 - {"N":4,"V":null}
  s 5 k gone`,
  ],
  [
    'two streams without grace: what finds nothing is written at once, and again with its match',
    'CREATE STREAM O AS SELECT S.K, N, M FROM S LEFT JOIN R WITHIN 10 SECONDS ON S.K = R.K;',
    `
  s 1000 a {"N":1}
    1000 a {"N":1,"M":null}
  r 2000 a {"M":7}
    2000 a {"N":1,"M":7}
  s 12001 a {"N":2}
    12001 a {"N":2,"M":null}`,
  ],
  [
    'two streams with grace: what finds nothing is written when its window is closed',
    'CREATE STREAM O AS SELECT S.K, N, M FROM S LEFT JOIN R WITHIN 10 SECONDS GRACE PERIOD 5 SECONDS ON S.K = R.K;',
    `
  s 1000 a {"N":1}
  s 2000 b {"N":2}
  r 3000 b {"M":8}
    3000 b {"N":2,"M":8}
  s 16000 c {"N":3}
  s 16001 c {"N":4}
    1000 a {"N":1,"M":null}`,
  ],
  [
    'two tables: a change of either side; the time is the later one',
    'CREATE TABLE O AS SELECT T.ID, V, X FROM T LEFT JOIN U ON T.ID = U.ID;',
    `
  u 9 a {"X":1}
  t 5 a {"V":2}
    9 a {"V":2,"X":1}
  u 3 a {"X":4}
    5 a {"V":2,"X":4}
  u 10 a gone
    10 a {"V":2,"X":null}
  t 11 a gone
    11 a gone`,
  ],
  [
    'a foreign key: a change of the row referred to reaches all that refer to it',
    'CREATE TABLE O AS SELECT T.ID, G, X FROM T JOIN U ON T.G = U.ID;',
    `
  t 1 b {"G":"x"}
  t 2 a {"G":"x"}
  u 3 x {"X":1}
    3 a {"G":"x","X":1}
    3 b {"G":"x","X":1}
  t 4 b {"G":"y"}
    4 b gone
  u 5 x {"X":2}
    5 a {"G":"x","X":2}
  t 6 a gone
    6 a gone`,
  ],
  [
    'PARTITION BY gives records a new key, or none',
    'CREATE STREAM O AS SELECT W, K, N FROM S PARTITION BY W;',
    `
  s 1 a {"N":1,"W":"w"}
    1 w {"K":"a","N":1}
  s 2 a {"N":2,"W":null}
    2 - {"K":"a","N":2}
  s 3 a gone
    3 - gone`,
  ],
  [
    'table functions side by side: the shorter is filled with null',
    "CREATE STREAM O AS SELECT K, EXPLODE(ARRAY[N, N + 1]) AS E, EXPLODE(SPLIT(W, ',')) AS P FROM S;",
    `
  s 1 a {"N":1,"W":"x,y,z"}
    1 a {"E":1,"P":"x"}
    1 a {"E":2,"P":"y"}
    1 a {"E":null,"P":"z"}`,
  ],
  [
    'EMIT FINAL writes a window when it is closed, and only then',
    'CREATE TABLE O AS SELECT K, COUNT(*) AS C FROM S WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY K EMIT FINAL;',
    `
  s 1000 b {}
  s 2000 a {}
  s 3000 b {}
  s 14999 c {}
  s 15000 c {}
    2000 a@0-10000 {"C":1}
    3000 b@0-10000 {"C":2}`,
  ],
]

describe('streams', () => {
  for (const [what, statement, picture] of pictures) {
    it(what, () => {
      assert.equal(draw(statement, picture), picture.slice(1))
    })
  }

  it('a record without value under a windowed aggregate of its own key is fatal', () => {
    const run = startRun(`${SOURCES} CREATE TABLE O AS SELECT K, COUNT(*) AS C FROM S WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY K;`)
    run.feed([parseLine('s 1 a gone')])
    assert.deepEqual(
      run.errors.map(({ fatal }) => fatal),
      [true],
    )
  })
})
