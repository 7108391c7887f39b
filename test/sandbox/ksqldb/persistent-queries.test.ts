import assert from 'node:assert/strict'
import { type Bench, startBench } from './setup.ts'

const EARLIEST = { 'auto.offset.reset': 'earliest' }

describe('ksqlDB stand-in: persistent queries', () => {
  let bench: Bench
  before(async () => {
    bench = await startBench()
  })
  after(() => bench.close())

  const click = (user: number, second: number) => ({
    partition: 0,
    timestamp: 1_700_000_040_000 + second * 1000,
    key: null,
    value: Buffer.from(JSON.stringify({ userid: user })),
  })
  const countOf = async (user: number) => {
    const answer = await bench.queryStream(`SELECT * FROM EVENTS_PER_MIN WHERE USERID = ${user};`)
    return answer.text.split('\n').slice(1, -1)
  }
  const clicksOf = (user: number, rows: readonly string[]) => bench.until(async () => ((await countOf(user)).join() === rows.join() ? true : undefined))

  it('counts clicks per minute, writes the counts to the sink topic and answers pull queries', async () => {
    await bench.ksql("CREATE STREAM CLICKSTREAM (USERID INT) WITH (KAFKA_TOPIC='clickstream', VALUE_FORMAT='JSON', PARTITIONS=1);")
    const made = await bench.ksql(
      'CREATE TABLE EVENTS_PER_MIN AS SELECT USERID, COUNT(*) AS EVENTS, WINDOWSTART AS EVENT_TS FROM CLICKSTREAM WINDOW TUMBLING (SIZE 60 SECONDS) GROUP BY USERID;',
      EARLIEST,
    )
    assert.equal(made.body[0].commandStatus.queryId, 'CTAS_EVENTS_PER_MIN_1')
    await bench.kafka.produce('clickstream', [click(1, 0), click(1, 1), click(2, 2), click(1, 60)])
    await clicksOf(1, ['[1,1700000040000,1700000100000,2,1700000040000]', '[1,1700000100000,1700000160000,1,1700000100000]'])
    const [sink] = (await bench.kafka.topicOffsets(['EVENTS_PER_MIN'])).get('EVENTS_PER_MIN') ?? []
    assert.equal(sink?.end, 4n)
  })

  it('makes the sink topic with the policy and retention of a windowed table', async () => {
    const configs = (await bench.kafka.topicConfigs(['EVENTS_PER_MIN'])).get('EVENTS_PER_MIN') ?? []
    const value = (name: string) => configs.find((config) => config.name === name)?.value
    assert.deepEqual([value('cleanup.policy'), value('retention.ms')], ['compact,delete', '604800000'])
  })

  it('shows committed offsets in DESCRIBE EXTENDED', async () => {
    const offsets = await bench.until(async () => {
      const answer = await bench.ksql('DESCRIBE EVENTS_PER_MIN EXTENDED;')
      const [summary] = answer.body[0].sourceDescription.queryOffsetSummaries
      const read = (summary?.topicSummaries ?? []).filter((topic: { offsets: { consumerOffset: number }[] }) => topic.offsets[0]?.consumerOffset === 4)
      return read.length === 2 ? summary : undefined
    })
    assert.deepEqual(offsets, {
      groupId: '_confluent-ksql-default_query_CTAS_EVENTS_PER_MIN_1',
      topicSummaries: ['clickstream', '_confluent-ksql-default_query_CTAS_EVENTS_PER_MIN_1-Aggregate-GroupBy-repartition'].map((kafkaTopic) => ({
        kafkaTopic,
        offsets: [{ partition: 0, logStartOffset: 0, logEndOffset: 4, consumerOffset: 4 }],
      })),
    })
  })

  it('goes on after a restart where it was: statements, sequence numbers, state, offsets; nothing is written twice', async () => {
    await bench.restart()
    const queries = await bench.ksql('LIST QUERIES;')
    assert.deepEqual(
      queries.body[0].queries.map((query: { id: string }) => query.id),
      ['CTAS_EVENTS_PER_MIN_1'],
    )
    assert.equal((await bench.get('/status/table/%60EVENTS_PER_MIN%60/create')).body.status, 'SUCCESS')
    await bench.kafka.produce('clickstream', [click(1, 2)])
    await clicksOf(1, ['[1,1700000040000,1700000100000,3,1700000040000]', '[1,1700000100000,1700000160000,1,1700000100000]'])
    const [sink] = (await bench.kafka.topicOffsets(['EVENTS_PER_MIN'])).get('EVENTS_PER_MIN') ?? []
    assert.equal(sink?.end, 5n)
    const made = await bench.ksql('CREATE STREAM COPY AS SELECT * FROM CLICKSTREAM;')
    assert.deepEqual([made.body[0].commandSequenceNumber, made.body[0].commandStatus.queryId], [4, 'CSAS_COPY_3'])
  })

  it('starts a query from the end of its topic by default, also after a restart', async () => {
    await bench.kafka.produce('clickstream', [click(9, 3)])
    const copied = async () => (await bench.kafka.topicOffsets(['COPY'])).get('COPY')?.[0]?.end
    await bench.until(async () => ((await copied()) === 1n ? true : undefined))
    await bench.restart()
    await bench.kafka.produce('clickstream', [click(9, 4)])
    await bench.until(async () => ((await copied()) === 2n ? true : undefined))
  })

  it('pauses and resumes a query', async () => {
    await bench.ksql('PAUSE CTAS_EVENTS_PER_MIN_1;')
    const paused = await bench.ksql('LIST QUERIES;')
    assert.deepEqual(paused.body[0].queries.find((query: { id: string }) => query.id === 'CTAS_EVENTS_PER_MIN_1')?.statusCount, { PAUSED: 1 })
    const before = await countOf(2)
    await bench.kafka.produce('clickstream', [click(2, 5)])
    await bench.until(async () => ((await bench.kafka.topicOffsets(['COPY'])).get('COPY')?.[0]?.end === 3n ? true : undefined))
    assert.deepEqual(await countOf(2), before)
    await bench.ksql('RESUME ALL;')
    await clicksOf(2, ['[2,1700000040000,1700000100000,2,1700000040000]'])
  })

  it('joins clicks with the rows of a table that are older than them', async () => {
    await bench.ksql("CREATE TABLE USERS (ID INT PRIMARY KEY, NAME VARCHAR) WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=1);")
    const id = Buffer.alloc(4)
    id.writeInt32BE(7)
    await bench.kafka.produce('users', [{ partition: 0, timestamp: 1_600_000_000_000, key: id, value: Buffer.from('{"name":"ann"}') }])
    await bench.kafka.produce('clickstream', [click(7, 6), click(8, 7)])
    await bench.ksql('CREATE STREAM NAMED AS SELECT C.USERID AS USERID, U.NAME AS NAME FROM CLICKSTREAM C LEFT JOIN USERS U ON C.USERID = U.ID;', EARLIEST)
    const answer = await bench.queryStream('SELECT * FROM NAMED EMIT CHANGES LIMIT 10;', EARLIEST)
    const rows = answer.text.split('\n')
    assert.deepEqual(
      rows.filter((row) => /^\[[78],/.test(row)),
      ['[7,"ann"]', '[8,null]'],
    )
  })

  it('drops a table with its query and refuses to drop what others read', async () => {
    const refused = await bench.ksql('DROP STREAM CLICKSTREAM;')
    assert.equal(refused.status, 400)
    assert.match(
      refused.body.message,
      /^Cannot drop CLICKSTREAM\.\nThe following streams and\/or tables read from this source: \[COPY, EVENTS_PER_MIN, NAMED\]\./,
    )
    const dropped = await bench.ksql('DROP TABLE EVENTS_PER_MIN;')
    assert.equal(dropped.body[0].commandStatus.message, 'Source `EVENTS_PER_MIN` (topic: EVENTS_PER_MIN) was dropped.')
    assert.equal((await bench.ksql('EXPLAIN CTAS_EVENTS_PER_MIN_1;')).status, 400)
  })

  it('logs which requests could change something', () => {
    const changing = bench.server.requests.since(0, { mutating: true })
    assert.ok(changing.every((request) => request.path === '/ksql'))
    assert.ok(bench.server.requests.since(0, { mutating: false }).some((request) => request.path === '/query-stream'))
  })
})
