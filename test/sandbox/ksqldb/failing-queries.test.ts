import assert from 'node:assert/strict'
import { type Bench, fastClock, startBench } from './setup.ts'

const EARLIEST = { 'auto.offset.reset': 'earliest' }

/** What recordings of a real server say of queries that fail: `state` stays RUNNING, only the errors grow. */
describe('ksqlDB stand-in: failing queries', () => {
  let bench: Bench
  before(async () => {
    bench = await startBench({ clock: fastClock(60) })
  })
  after(() => bench.close())

  const described = async (id: string) => (await bench.ksql(`EXPLAIN ${id};`)).body[0].queryDescription
  const key = (id: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(id)
    return bytes
  }
  const endOf = async (topic: string) => (await bench.kafka.topicOffsets([topic])).get(topic)?.[0]?.end

  it('tries a record that crashes it again and again, later and later; what was read since the commit is written again', async () => {
    await bench.ksql("CREATE STREAM P1 (K INT KEY, A INT) WITH (KAFKA_TOPIC='p1', VALUE_FORMAT='JSON', PARTITIONS=1);")
    const made = await bench.ksql('CREATE TABLE W1 AS SELECT K, COUNT(*) AS N FROM P1 WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY K;', EARLIEST)
    const id = made.body[0].commandStatus.queryId
    await bench.kafka.produce('p1', [
      { partition: 0, timestamp: 1_700_000_000_000, key: key(1), value: Buffer.from('{"A":1}') },
      { partition: 0, timestamp: 1_700_000_000_001, key: key(1), value: null },
    ])
    const failing = await bench.until(async () => {
      const query = await described(id)
      return query.queryErrors.length >= 2 ? query : undefined
    })
    assert.match(
      failing.queryErrors[0].errorMessage,
      /^org\.apache\.kafka\.streams\.errors\.StreamsException: Exception caught in process\. .*topic=p1, partition=0, offset=1\n/,
    )
    assert.equal(failing.queryErrors[0].type, 'UNKNOWN')
    assert.equal(failing.state, 'RUNNING')
    const [first, second] = failing.queryErrors.map((error: { timestamp: number }) => error.timestamp)
    assert.ok(second - first >= 30_000)
    assert.equal((await bench.get('/healthcheck')).body.isHealthy, true)
    assert.ok(((await endOf('W1')) ?? 0n) >= 2n)
  })

  it('says that a source topic is missing and goes on when it is back', async () => {
    await bench.ksql("CREATE STREAM ER1 (K INT KEY, A INT) WITH (KAFKA_TOPIC='er1', VALUE_FORMAT='JSON', PARTITIONS=1);")
    const made = await bench.ksql('CREATE STREAM ER2 AS SELECT K, A FROM ER1;', EARLIEST)
    const id = made.body[0].commandStatus.queryId
    const record = (second: number) => ({ partition: 0, timestamp: 1_700_000_000_000 + second * 1000, key: key(1), value: Buffer.from('{"A":1}') })
    await bench.kafka.produce('er1', [record(0)])
    await bench.until(async () => ((await endOf('ER2')) === 1n ? true : undefined))
    await bench.kafka.deleteTopic('er1')
    const failing = await bench.until(async () => {
      const query = await described(id)
      return query.queryErrors.length >= 1 ? query : undefined
    })
    assert.deepEqual([failing.state, failing.queryErrors[0].type], ['RUNNING', 'USER'])
    assert.match(failing.queryErrors[0].errorMessage, /MissingSourceTopicException/)
    assert.deepEqual(failing.tasksMetadata[0].topicOffsets[0], { topicPartitionEntity: { topic: 'er1', partition: 0 }, endOffset: -1, committedOffset: -1 })
    await bench.kafka.createTopic({ name: 'er1', partitions: 1, replicas: 1 })
    await bench.kafka.produce('er1', [record(1)])
    await bench.until(async () => ((await endOf('ER2')) === 2n ? true : undefined))
  })
})
