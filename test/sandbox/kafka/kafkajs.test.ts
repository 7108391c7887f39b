import assert from 'node:assert/strict'
import kafkajs from 'kafkajs'
import { createKafkaClient, Failure, type KafkaClient, KafkaFault, type KafkaRecord, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { type KafkaServer, startKafka } from '../../../src/sandbox/kafka/index.ts'

const text = (value: string) => ({ key: null, value: Buffer.from(value) })

describe('Kafka stand-in, driven by kafkajs', () => {
  let server: KafkaServer
  let client: KafkaClient

  before(async () => {
    server = await startKafka({ clock: systemClock, random: seededRandom(1) })
    client = createKafkaClient({ brokers: [server.url], clientId: 'test' })
  })
  after(async () => {
    await client.close()
    await server.close()
  })

  /** Resolves with `count` records of the topics as a group reads them. */
  async function read(topics: string[], count: number, groupId: string): Promise<KafkaRecord[]> {
    const records: KafkaRecord[] = []
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const consumer = client.consume({
      groupId,
      topics,
      from: 'earliest',
      async onBatch(batch) {
        records.push(...batch)
        if (records.length >= count) resolve()
      },
      onError: (error, fatal) => fatal && reject(error),
    })
    await promise
    await consumer.stop()
    return records
  }

  it('creates, lists, describes and deletes a topic', async () => {
    await client.createTopic({ name: 'made', partitions: 3, replicas: -1, config: { 'retention.ms': '1000000' } })
    assert.deepEqual(await client.listTopics(), ['made'])
    const [topic] = await client.describeTopics(['made', 'unknown'])
    assert.deepEqual(
      topic?.partitions,
      [0, 1, 2].map((id) => ({ id, leader: 1, replicas: [1], isr: [1] })),
    )
    const configs = (await client.topicConfigs(['made', 'unknown'])).get('made') ?? []
    assert.deepEqual(
      configs.filter(({ isDefault }) => !isDefault),
      [{ name: 'retention.ms', value: '1000000', isDefault: false }],
    )
    assert.equal(configs.find(({ name }) => name === 'cleanup.policy')?.value, 'delete')
    await client.deleteTopic('made')
    assert.deepEqual(await client.listTopics(), [])
  })

  it('refuses with the codes of the real broker', async () => {
    await client.createTopic({ name: 'there', partitions: 2, replicas: 1 })
    const one = { partitions: 1, replicas: 1 }
    const cases: [sentence: string, call: () => Promise<unknown>, type: string, code: number][] = [
      ['a topic that exists', () => client.createTopic({ name: 'there', ...one }), 'TOPIC_ALREADY_EXISTS', 36],
      ['no partitions', () => client.createTopic({ name: 'x', partitions: 0, replicas: 1 }), 'INVALID_PARTITIONS', 37],
      ['more replicas than brokers', () => client.createTopic({ name: 'x', partitions: 1, replicas: 3 }), 'INVALID_REPLICATION_FACTOR', 38],
      ['a name with a space', () => client.createTopic({ name: 'a b', ...one }), 'INVALID_TOPIC_EXCEPTION', 17],
      ['a name of dots', () => client.createTopic({ name: '..', ...one }), 'INVALID_TOPIC_EXCEPTION', 17],
      ['a config that does not exist', () => client.createTopic({ name: 'x', ...one, config: { nope: '1' } }), 'INVALID_CONFIG', 40],
      ['a config of the wrong type', () => client.createTopic({ name: 'x', ...one, config: { 'retention.ms': 'soon' } }), 'INVALID_CONFIG', 40],
      ['fewer partitions', () => client.createPartitions('there', 1), 'INVALID_PARTITIONS', 37],
      ['partitions of no topic', () => client.createPartitions('unknown', 3), 'UNKNOWN_TOPIC_OR_PARTITION', 3],
      ['configs of no topic', () => client.alterTopicConfigs('unknown', {}), 'UNKNOWN_TOPIC_OR_PARTITION', 3],
      ['a wrong config value', () => client.alterTopicConfigs('there', { 'cleanup.policy': 'burn' }), 'INVALID_CONFIG', 40],
      ['no such group', () => client.deleteGroup('unknown'), 'GROUP_ID_NOT_FOUND', 69],
    ]
    for (const [sentence, call, type, code] of cases) {
      await assert.rejects(call, (error) => error instanceof KafkaFault && error.type === type && error.code === code, sentence)
    }
    assert.deepEqual(
      (await client.listTopics()).filter((name) => name !== '__consumer_offsets'),
      ['there'],
    )
  })

  it('alters configs as a whole set and adds partitions', async () => {
    await client.createTopic({ name: 'altered', partitions: 1, replicas: 1, config: { 'retention.ms': '1000', 'segment.ms': '500' } })
    await client.alterTopicConfigs('altered', { 'cleanup.policy': 'compact' })
    await client.createPartitions('altered', 4)
    const set = (await client.topicConfigs(['altered'])).get('altered')?.filter(({ isDefault }) => !isDefault)
    assert.deepEqual(set, [{ name: 'cleanup.policy', value: 'compact', isDefault: false }])
    assert.equal((await client.describeTopics(['altered']))[0]?.partitions.length, 4)
  })

  it('gives back what was produced, and tells offsets by time', async () => {
    await client.createTopic({ name: 'records', partitions: 2, replicas: 1 })
    await client.produce('records', [
      { ...text('first'), partition: 0, timestamp: 1_000 },
      { key: Buffer.from('k'), value: null, partition: 0, timestamp: 2_000, headers: [['h', Buffer.from('1')]] },
      { ...text('third'), partition: 1, timestamp: 3_000 },
    ])
    assert.deepEqual((await client.topicOffsets(['records', 'unknown'])).get('records'), [
      { partition: 0, start: 0n, end: 2n },
      { partition: 1, start: 0n, end: 1n },
    ])
    assert.deepEqual(await client.offsetsAt('records', 1_500), [
      { partition: 0, offset: 1n },
      { partition: 1, offset: 0n },
    ])
    const records = await read(['records'], 3, 'readers')
    assert.deepEqual(
      records.filter(({ partition }) => partition === 0).map(({ offset, timestamp, key, value, headers }) => ({ offset, timestamp, key, value, headers })),
      [
        { offset: 0n, timestamp: 1_000, key: null, value: Buffer.from('first'), headers: [] },
        { offset: 1n, timestamp: 2_000, key: Buffer.from('k'), value: null, headers: [['h', Buffer.from('1')]] },
      ],
    )
    const committed = (await client.groupOffsets('readers', ['records'])).get('records')
    assert.deepEqual([...(committed ?? [])].sort(), [
      [0, 2n],
      [1, 1n],
    ])
    await client.deleteGroup('readers')
    assert.equal((await client.groupOffsets('readers', ['records'])).get('records')?.size, 0)
  })

  for (const [name, type] of Object.entries({ gzip: 1, snappy: 2, lz4: 3, zstd: 4 })) {
    it(`takes and gives ${name}`, async () => {
      await client.createTopic({ name: `packed-${name}`, partitions: 1, replicas: 1 })
      const producer = new kafkajs.Kafka({ brokers: [server.url], logLevel: kafkajs.logLevel.NOTHING }).producer({
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
      })
      await producer.connect()
      const messages = Array.from({ length: 200 }, (_, i) => ({ value: `message ${i} of many that look alike` }))
      await producer.send({ topic: `packed-${name}`, messages, compression: type })
      await producer.disconnect()
      const records = await read([`packed-${name}`], 200, `unpack-${name}`)
      assert.deepEqual(
        records.map(({ value }) => value?.toString()),
        messages.map(({ value }) => value),
      )
    })
  }

  it('reads a compacted topic to its end', async () => {
    await client.createTopic({ name: 'compacted', partitions: 1, replicas: 1, config: { 'cleanup.policy': 'compact', 'segment.ms': '1' } })
    for (let i = 0; i < 20; i++) {
      await client.produce(
        'compacted',
        [0, 1].map((n) => ({ key: Buffer.from(`k${n}`), value: Buffer.from(`${i}`) })),
      )
      await systemClock.sleep(3)
    }
    server.housekeep()
    const records = await read(['compacted'], 2, 'compacted-readers')
    assert.deepEqual(
      records.map(({ offset, key, value }) => `${offset} ${key}=${value}`),
      ['38 k0=19', '39 k1=19'],
    )
    assert.equal((await client.groupOffsets('compacted-readers', ['compacted'])).get('compacted')?.get(0), 40n)
  })

  it('shares partitions among the members of a group and takes them back', async () => {
    await client.createTopic({ name: 'shared', partitions: 2, replicas: 1 })
    const seen = { a: [] as number[], b: [] as number[] }
    const member = (name: 'a' | 'b') =>
      client.consume({
        groupId: 'sharing',
        topics: ['shared'],
        from: 'earliest',
        async onBatch(records) {
          seen[name].push(...records.map(({ partition }) => partition))
        },
      })
    const a = member('a')
    await a.joined
    const b = member('b')
    await b.joined
    const produceUntil = async (done: () => boolean) => {
      for (let i = 0; !done(); i++) {
        assert.ok(i < 200, 'the group never came to rest')
        await client.produce(
          'shared',
          [0, 1].map((partition) => ({ ...text(`${i}`), partition })),
        )
        await systemClock.sleep(20)
      }
    }
    await produceUntil(() => seen.b.length > 0 && seen.a.length > 0)
    await b.stop()
    seen.a = []
    await produceUntil(() => seen.a.includes(0) && seen.a.includes(1))
    await a.stop()
  })

  it('goes on with other topics after one was deleted', async () => {
    for (const name of ['gone', 'stays', 'later']) await client.createTopic({ name, partitions: 1, replicas: 1 })
    for (const name of ['gone', 'stays']) await client.produce(name, [text('x')])
    await client.topicOffsets(['gone', 'stays'])
    await client.deleteTopic('gone')
    await client.produce('later', [text('y')])
    const offsets = await client.topicOffsets(['gone', 'stays', 'later'])
    assert.deepEqual([...offsets.keys()].sort(), ['later', 'stays'])
  })

  it('survives cut connections', async () => {
    server.dropConnections()
    // The call that finds the connection closed may fail, but in a way that says: try again.
    await client.listTopics().catch((error) => assert.ok(error instanceof Failure && error.class === 'Retry', String(error)))
    await client.createTopic({ name: 'after-cut', partitions: 1, replicas: 1 })
    await client.produce('after-cut', [text('x')])
    assert.equal((await client.topicOffsets(['after-cut'])).get('after-cut')?.[0]?.end, 1n)
  })

  it('logs each request, and which could change something', async () => {
    // Past the millisecond of what came before.
    await systemClock.sleep(2)
    const at = systemClock.now()
    await client.createTopic({ name: 'logged', partitions: 1, replicas: 1 })
    await client.listTopics()
    const changes = server.requests.since(at, { mutating: true, client: 'test' })
    assert.deepEqual(
      changes.map(({ method, path, status }) => ({ method, path, status })),
      [{ method: 'CreateTopics', path: 'logged', status: 0 }],
    )
    assert.ok(server.requests.since(at, { mutating: false }).some(({ method }) => method === 'Metadata'))
  })
})
