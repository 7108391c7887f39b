import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type ConsumeOptions, type Consumer, createKafkaClient, Failure, type KafkaClient, KafkaFault, systemClock } from '../../src/ports/index.ts'
import { startBroker, type TestBroker } from '../sandbox/kafka/broker.ts'

describe('The Kafka client', () => {
  let broker: TestBroker
  let client: KafkaClient
  const consumers: Consumer[] = []
  const warnings: Error[] = []
  const heed = (warning: Error) => warnings.push(warning)

  before(async () => {
    process.on('warning', heed)
    broker = await startBroker(10)
    client = createKafkaClient({ brokers: [broker.url], clientId: 'test' })
  })
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()))
  })
  after(async () => {
    await client.close()
    await broker.close()
    process.off('warning', heed)
  })

  async function topicOf(name: string, values: readonly string[], partitions = 1): Promise<string> {
    await client.createTopic({ name, partitions, replicas: 1 })
    await client.produce(
      name,
      values.map((value) => ({ key: null, value: Buffer.from(value), partition: 0 })),
    )
    return name
  }
  function consume(options: Omit<ConsumeOptions, 'from'>): Consumer {
    const consumer = client.consume({ from: 'earliest', ...options })
    consumers.push(consumer)
    return consumer
  }
  async function until(check: () => boolean | Promise<boolean>): Promise<void> {
    for (let i = 0; i < 500; i++) {
      if (await check()) return
      await systemClock.sleep(10)
    }
    assert.fail('it never came so')
  }

  it('prints no warning of negative time-outs', async () => {
    await topicOf('quiet', ['a'])
    await systemClock.sleep(20)
    assert.deepEqual(warnings, [])
  })

  it('keeps headers that repeat, and values that are null', async () => {
    const topic = await topicOf('headers', [])
    await client.produce(topic, [
      {
        key: Buffer.from('k'),
        value: null,
        headers: [
          ['a', Buffer.from('1')],
          ['b', Buffer.from('2')],
          ['a', Buffer.from('3')],
        ],
      },
    ])
    const found: unknown[] = []
    consume({
      groupId: topic,
      topics: [topic],
      async onBatch(records) {
        for (const { key, value, headers } of records) found.push({ key, value, headers: headers.map(([name, header]) => `${name}=${header}`) })
      },
    })
    await until(() => found.length === 1)
    assert.deepEqual(found, [{ key: Buffer.from('k'), value: null, headers: ['a=1', 'a=3', 'b=2'] }])
  })

  it('spreads records without a key, and sends those with one where the Java client would', async () => {
    const topic = await topicOf('spread', [], 3)
    await client.produce(
      topic,
      [1, 2, 3].map((value) => ({ key: null, value: Buffer.from(`${value}`) })),
    )
    const counts = async () => (await client.topicOffsets([topic])).get(topic)?.map(({ end }) => Number(end))
    assert.deepEqual(await counts(), [1, 1, 1])
    // As the Java console producer of Kafka 4.3.1 placed them: key-1 in 0, key-2 in 2.
    await client.produce(topic, [{ key: Buffer.from('key-1'), value: null }])
    assert.deepEqual(await counts(), [2, 1, 1])
    await client.produce(topic, [{ key: Buffer.from('key-2'), value: null }])
    assert.deepEqual(await counts(), [2, 1, 2])
  })

  it('commits what was handled, unless told not to', async () => {
    const topic = await topicOf('committed', ['a', 'b', 'c'])
    let handled = 0
    const onBatch = async (records: readonly unknown[]) => {
      handled += records.length
    }
    consume({ groupId: 'commits', topics: [topic], onBatch })
    consume({ groupId: 'never', topics: [topic], onBatch, commit: 'never' })
    await until(() => handled === 6)
    const committed = async (group: string) => (await client.groupOffsets(group, [topic])).get(topic)
    await until(async () => (await committed('commits'))?.get(0) === 3n)
    assert.equal((await committed('never'))?.size, 0)
    const both = await client.offsetsOfGroups(
      new Map([
        ['commits', [topic, 'no-such-topic']],
        ['never', [topic]],
        ['nobody', ['no-such-topic']],
      ]),
    )
    assert.deepEqual(
      [...both].map(([group, topics]) => [group, [...topics].map(([name, offsets]) => [name, [...offsets]])]),
      [
        ['commits', [[topic, [[0, 3n]]]]],
        ['never', [[topic, []]]],
        ['nobody', []],
      ],
    )
  })

  it('hands a batch over again when its handler failed, and tells of it', async () => {
    const topic = await topicOf('failing', ['a'])
    const errors: [message: string, fatal: boolean][] = []
    let calls = 0
    consume({
      groupId: topic,
      topics: [topic],
      async onBatch() {
        if (++calls === 1) throw new Error('not yet')
      },
      onError: (error, fatal) => errors.push([error instanceof Error ? error.message : String(error), fatal]),
    })
    await until(() => calls === 2)
    assert.deepEqual(errors, [['not yet', false]])
  })

  it('seeks, also before it has joined', async () => {
    const topic = await topicOf('sought', ['a', 'b', 'c', 'd'])
    const seen: string[] = []
    const consumer = consume({
      groupId: topic,
      topics: [topic],
      commit: 'never',
      async onBatch(records) {
        seen.push(...records.map(({ value }) => `${value}`))
      },
    })
    consumer.seek(topic, 0, 2n)
    await until(() => seen.at(-1) === 'd')
    consumer.seek(topic, 0, 3n)
    await until(() => seen.filter((value) => value === 'd').length > 1)
    // What was on its way before the first seek may have come as well; after a seek nothing older comes.
    assert.deepEqual(seen.slice(-3), ['c', 'd', 'd'])
  })

  it('pauses and resumes', async () => {
    const topic = await topicOf('paused', ['a'])
    let seen = 0
    const consumer = consume({
      groupId: topic,
      topics: [topic],
      async onBatch(records) {
        seen += records.length
      },
    })
    await until(() => seen === 1)
    consumer.pause()
    // A fetch that is under way may still bring what comes now; its records are dropped until resume.
    await client.produce(topic, [{ key: null, value: Buffer.from('b') }])
    await systemClock.sleep(100)
    assert.equal(seen, 1)
    consumer.resume()
    await until(() => seen === 2)
  })

  it('can be paused before it has joined, and stays so over a restart', async function () {
    if (!broker.standIn) return this.skip()
    const topic = await topicOf('early', ['a'])
    let seen = 0
    const consumer = consume({
      groupId: topic,
      topics: [topic],
      async onBatch(records) {
        seen += records.length
      },
    })
    consumer.pause()
    await consumer.joined
    broker.standIn.dropConnections()
    await systemClock.sleep(300)
    assert.equal(seen, 0)
    consumer.resume()
    await until(() => seen === 1)
  })

  it('comes back after its connections were cut', async function () {
    if (!broker.standIn) return this.skip()
    const topic = await topicOf('cut', ['a'])
    let seen = 0
    consume({
      groupId: topic,
      topics: [topic],
      async onBatch(records) {
        seen += records.length
      },
    })
    await until(() => seen === 1)
    broker.standIn.dropConnections()
    await until(() =>
      client.produce(topic, [{ key: null, value: Buffer.from('b') }]).then(
        () => true,
        () => false,
      ),
    )
    await until(() => seen >= 2)
  })

  it('says Unreachable, and worth another try, of a broker that is not there', async () => {
    const reserved = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => reserved.once('listening', resolve))
    const { port } = reserved.address() as { port: number }
    await new Promise((resolve) => reserved.close(resolve))
    const lost = createKafkaClient({ brokers: [`127.0.0.1:${port}`], clientId: 'lost' })
    await assert.rejects(lost.listTopics(), (error) => error instanceof Failure && error.class === 'Retry' && error.reason === 'Unreachable')
    const told = Promise.withResolvers<[unknown, boolean]>()
    const consumer = lost.consume({ groupId: 'g', topics: ['t'], from: 'earliest', onBatch: async () => {}, onError: (...fault) => told.resolve(fault) })
    const [error, fatal] = await told.promise
    assert.ok(error instanceof Failure && fatal)
    await assert.rejects(consumer.joined)
    await lost.close()
  })

  it('gives up a connection whose answers make no sense, and asks over a new one', async () => {
    const { host, port } = { host: '127.0.0.1', port: Number(broker.url.split(':')[1]) }
    let sane = false
    const sockets: Socket[] = []
    // Another protocol: its first four bytes are a length of more than a gigabyte.
    const proxy = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined))
      if (!sane) return void socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
      const upstream = connect({ host, port })
      sockets.push(upstream.on('error', () => undefined))
      socket.pipe(upstream).pipe(socket)
    }).listen(0, host)
    await once(proxy, 'listening')
    const { port: proxied } = proxy.address() as { port: number }
    const asking = createKafkaClient({ brokers: [`${host}:${proxied}`], clientId: 'garbled', answerWithinMs: 300 })
    try {
      await assert.rejects(asking.clusterId(), (error) => error instanceof Failure && error.class === 'Retry' && error.reason === 'TimedOut')
      sane = true
      assert.equal(await asking.clusterId(), await client.clusterId())
    } finally {
      for (const socket of sockets) socket.destroy()
      await asking.close()
      proxy.close()
    }
  })

  it('says what a broker said', async () => {
    await assert.rejects(client.createTopic({ name: 'a b', partitions: 1, replicas: 1 }), {
      name: 'KafkaFault',
      type: 'INVALID_TOPIC_EXCEPTION',
      message: "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    })
    await assert.rejects(
      client.produce('nowhere', [{ key: null, value: null }]),
      (error) => error instanceof KafkaFault && error.type === 'UNKNOWN_TOPIC_OR_PARTITION',
    )
  })

  it('knows the ids of topics', async () => {
    await topicOf('identified', [])
    const [topic] = await client.describeTopics(['identified', 'unknown'])
    assert.match(topic?.id ?? '', /^[A-Za-z0-9_-]{22}$/)
  })
})
