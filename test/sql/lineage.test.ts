import assert from 'node:assert/strict'
import { lineage, orderByLineage, parseStatements, SqlError, type Statement, unknownSources } from '../../src/sql/index.ts'
import { readText } from './data.ts'

const nameOf = (statement: Statement): string =>
  'name' in statement ? statement.name : 'target' in statement && typeof statement.target === 'string' ? `>${statement.target}` : statement.kind

describe('lineage', () => {
  it('says what each statement makes, writes and reads', () => {
    const [type, stream, table, insert] = lineage(
      parseStatements(`
        CREATE TYPE ADDRESS AS STRUCT<STREET VARCHAR, AREA REGION>;
        CREATE STREAM S (A ARRAY<ADDRESS>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
        CREATE TABLE T AS SELECT S.A, COUNT(*) N FROM S JOIN U ON S.A = U.A JOIN S2 WITHIN 1 HOUR ON S.A = S2.A GROUP BY S.A;
        INSERT INTO S SELECT * FROM X;`),
    )
    assert.deepEqual([type?.makesType, type?.types], ['ADDRESS', ['REGION']])
    assert.deepEqual([stream?.makes, stream?.reads, stream?.types], ['S', [], ['ADDRESS']])
    assert.deepEqual([table?.makes, table?.reads], ['T', ['S', 'U', 'S2']])
    assert.deepEqual([insert?.makes, insert?.writes, insert?.reads], [undefined, 'S', ['X']])
  })

  it('orders statements by what they read, and otherwise keeps their order', () => {
    const statements = parseStatements(`
      CREATE TABLE C AS SELECT A, COUNT(*) N FROM B GROUP BY A;
      INSERT INTO B SELECT * FROM Z;
      CREATE STREAM B AS SELECT * FROM A;
      CREATE STREAM Z (A INT) WITH (KAFKA_TOPIC='z', VALUE_FORMAT='JSON');
      CREATE STREAM A (A INT, B ADR) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
      CREATE TYPE ADR AS STRUCT<X INT>;`)
    assert.deepEqual(orderByLineage(statements).map(nameOf), ['ADR', 'A', 'B', 'C', 'Z', '>B'])
    const reversed = parseStatements(readText('clickstream.sql')).toReversed()
    const made = new Set<string>()
    for (const entry of lineage(orderByLineage(reversed))) {
      assert.ok(entry.reads.every((name) => made.has(name)))
      made.add(entry.makes!)
    }
  })

  it('refuses a circle, naming it, with its place', () => {
    const statements = parseStatements('CREATE STREAM A AS SELECT * FROM B;\nCREATE STREAM B AS SELECT * FROM A;')
    assert.throws(
      () => orderByLineage(statements),
      (error) => error instanceof SqlError && error.line === 1 && error.message.endsWith('A <- B <- A'),
    )
  })

  it('names sources that nobody makes', () => {
    const found = unknownSources(parseStatements('CREATE STREAM A AS SELECT * FROM B;\nINSERT INTO C SELECT * FROM A;'), (name) => name === 'B')
    assert.deepEqual(
      found.map(({ name, statement }) => [name, statement.span.start.line]),
      [['C', 2]],
    )
  })
})
