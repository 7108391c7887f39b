import assert from 'node:assert/strict'
import { createKafkaClient, createLogger, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { startKafka } from '../../../src/sandbox/kafka/index.ts'
import { startKsqldb } from '../../../src/sandbox/ksqldb/index.ts'

const log = createLogger({ name: 'test', level: 'silent' })

/** At least once: what was written but not committed is written again with the same values, and counted once. */
describe('ksqlDB stand-in: a server that dies', () => {
  it('writes what it had not committed again, and counts nothing twice', async () => {
    const broker = await startKafka({ clock: systemClock, random: seededRandom(1), log })
    const client = () => createKafkaClient({ brokers: [broker.url], clientId: 'ksqldb', log })
    // Commits are so rare that none happens before the end.
    const properties = {
      'ksql.streams.commit.interval.ms': '3600000',
      'ksql.streams.cache.max.bytes.buffering': '0',
      'ksql.streams.auto.offset.reset': 'earliest',
    }
    const start = (kafka: ReturnType<typeof client>) => startKsqldb({ kafka, clock: systemClock, random: seededRandom(2), log, properties })
    const observer = client()
    const dying = client()
    const first = await start(dying)
    const post = async (url: string, path: string, body: unknown) => (await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })).text()
    const written = async () => (await observer.topicOffsets(['N'])).get('N')?.[0]?.end
    const until = async (end: bigint) => {
      for (let tries = 0; (await written()) !== end; tries++) {
        assert.ok(tries < 100, `the sink topic has ${await written()} records, not ${end}`)
        await systemClock.sleep(50)
      }
    }
    await post(first.url, '/ksql', {
      ksql: `CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE TABLE N AS SELECT K, COUNT(*) AS N FROM S GROUP BY K;
        INSERT INTO S (K, A) VALUES (1, 1); INSERT INTO S (K, A) VALUES (1, 2);`,
    })
    await until(2n)
    // Its connection is cut before it can commit.
    await dying.close()
    await first.close()

    const kafka = client()
    const second = await start(kafka)
    try {
      await until(4n)
      await post(second.url, '/ksql', { ksql: 'INSERT INTO S (K, A) VALUES (1, 3);' })
      await until(5n)
      const answer = await post(second.url, '/query-stream', { sql: 'SELECT * FROM N WHERE K = 1;' })
      assert.equal(answer.split('\n')[1], '[1,3]')
      const rows = await post(second.url, '/query-stream', { sql: 'SELECT * FROM N EMIT CHANGES LIMIT 5;', properties: { 'auto.offset.reset': 'earliest' } })
      assert.deepEqual(rows.split('\n').slice(1, -1), ['[1,1]', '[1,2]', '[1,1]', '[1,2]', '[1,3]'])
    } finally {
      await second.close()
      await kafka.close()
      await observer.close()
      await broker.close()
    }
  })
})
