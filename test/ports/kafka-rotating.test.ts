import assert from 'node:assert/strict'
import {
  createKafkaClient,
  createRotatingKafkaClient,
  Failure,
  type KafkaClient,
  type KafkaSecurity,
  seededRandom,
  systemClock,
} from '../../src/ports/index.ts'
import { startKafka } from '../../src/sandbox/kafka/index.ts'

const password = (value: string): KafkaSecurity => ({ sasl: { mechanism: 'plain', username: 'u', password: value } })

describe('a Kafka client whose credentials change', () => {
  let broker: Awaited<ReturnType<typeof startKafka>>
  before(async () => {
    broker = await startKafka({ clock: systemClock, random: seededRandom(1) })
  })
  after(() => broker.close())

  /** The stand-in asks for no login, so the clients are without one; which is which tells `made`. */
  function setUp() {
    const world = { now: password('first') as KafkaSecurity | Failure, reads: 0, made: [] as string[], closed: [] as string[] }
    const client = createRotatingKafkaClient({
      async security() {
        world.reads++
        if (world.now instanceof Failure) throw world.now
        return structuredClone(world.now)
      },
      create(security) {
        const name = security.sasl?.password ?? ''
        world.made.push(name)
        const real = createKafkaClient({ brokers: [broker.url], clientId: name })
        return { ...real, close: () => real.close().then(() => void world.closed.push(name)) }
      },
    })
    return { world, client }
  }

  it('is one client as long as they stay the same', async () => {
    const { world, client } = setUp()
    for (let call = 0; call < 3; call++) await client.listTopics()
    assert.deepEqual([world.reads, world.made], [3, ['first']])
    await client.close()
    assert.deepEqual(world.closed, ['first'])
  })

  it('lets calls under way end with the old ones, and then closes them', async () => {
    const { world, client } = setUp()
    await client.createTopic({ name: 'a', partitions: 1, replicas: 1 })
    let read: (() => void) | undefined
    const reading = new Promise<void>((resolve) => {
      read = resolve
    })
    const consumer = client.consume({ groupId: 'g', topics: ['a'], from: 'earliest', commit: 'never', onBatch: async () => read?.() })
    await consumer.joined

    world.now = password('second')
    await client.produce('a', [{ key: null, value: Buffer.from('x') }])
    assert.deepEqual([world.made, world.closed], [['first', 'second'], []])
    await reading
    await consumer.stop()
    while (world.closed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(world.closed, ['first'])
    await client.close()
    assert.deepEqual(world.closed, ['first', 'second'])
  })

  it('fails while they cannot be known, and works as soon as they can', async () => {
    const { world, client } = setUp()
    world.now = new Failure('Wait', 'SecretNotFound', 'Secret a/b does not exist')
    await assert.rejects(client.listTopics(), { reason: 'SecretNotFound' })
    const faults: unknown[] = []
    const consumer = client.consume({ groupId: 'g', topics: ['a'], from: 'earliest', onBatch: async () => undefined, onError: (error) => faults.push(error) })
    await assert.rejects(consumer.joined, { reason: 'SecretNotFound' })
    await consumer.stop()
    assert.equal(faults.length, 1)
    world.now = password('first')
    await client.listTopics()
    await client.close()
  })

  it('has everything that a client has', async () => {
    const { client } = setUp()
    const real: KafkaClient = createKafkaClient({ brokers: [broker.url], clientId: 'x' })
    assert.deepEqual(Object.keys(client).sort(), Object.keys(real).sort())
    await client.close()
    await real.close()
  })
})
