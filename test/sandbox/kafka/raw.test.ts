import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Message, RawClient } from '../../../e2e/contract/kafka/protocol.ts'
import { createKafkaClient, seededRandom, systemClock, VirtualClock } from '../../../src/ports/index.ts'
import { type KafkaServer, startKafka } from '../../../src/sandbox/kafka/index.ts'
import { writeBatch } from '../../../src/sandbox/kafka/log/record-batch.ts'

const batch = (value: string, timestamp: number) => writeBatch([{ offset: 0n, timestamp, key: Buffer.from('k'), value: Buffer.from(value), headers: [] }])

const fetchOf = (offset: number, more: { maxWait?: number; minBytes?: number } = {}): Message => ({
  replica: -1,
  maxWait: more.maxWait ?? 0,
  minBytes: more.minBytes ?? 1,
  maxBytes: 1_000_000,
  isolation: 0,
  topics: [{ name: 't', partitions: [{ partition: 0, offset, logStart: -1, maxBytes: 1_000_000 }] }],
})
const recordsIn = (answer: Message): Buffer => (answer as unknown as { topics: { partitions: { records: Buffer }[] }[] }).topics[0]!.partitions[0]!.records

describe('Kafka stand-in, driven by raw requests', () => {
  let server: KafkaServer
  let client: RawClient
  let other: RawClient
  let clock: VirtualClock

  beforeEach(async () => {
    clock = new VirtualClock()
    server = await startKafka({ clock, random: seededRandom(8), housekeepingMs: 1_000 })
    client = new RawClient(server.url)
    other = new RawClient(server.url)
  })
  afterEach(async () => {
    client.close()
    other.close()
    await server.close()
  })

  const create = (configs: Record<string, string> = {}) =>
    client.call('CreateTopics', 2, {
      topics: [{ name: 't', partitions: 1, replicas: 1, assignments: [], configs: Object.entries(configs).map(([name, value]) => ({ name, value })) }],
      timeout: 1000,
      validateOnly: false,
    })
  const produce = (records: Buffer, acks = -1) => {
    const request = { transactionalId: null, acks, timeout: 1000, topics: [{ name: 't', partitions: [{ index: 0, records }] }] }
    return acks === 0 ? void client.callRaw('Produce', 5, request) : client.call('Produce', 5, request)
  }
  /** Moves time on until `answer` is there; how long that took. */
  async function advanceUntil<T>(answer: Promise<T>, stepMs: number): Promise<number> {
    let done = false
    answer.then(
      () => {
        done = true
      },
      () => undefined,
    )
    const start = clock.now()
    while (!done) {
      await clock.advance(stepMs)
      await systemClock.sleep(1)
    }
    return clock.now() - start
  }

  it('announces what it speaks, in versions that Kafka 4.3 speaks too', async () => {
    const real: Record<number, [min: number, max: number]> = {
      0: [0, 13],
      1: [4, 18],
      2: [1, 11],
      3: [0, 13],
      8: [2, 10],
      9: [1, 10],
      10: [0, 6],
      11: [0, 9],
      12: [0, 4],
      13: [0, 5],
      14: [0, 5],
      15: [0, 6],
      16: [0, 5],
      18: [0, 4],
      19: [2, 7],
      20: [1, 6],
      21: [0, 2],
      22: [0, 5],
      23: [2, 4],
      32: [1, 4],
      33: [0, 2],
      35: [1, 5],
      37: [0, 3],
      42: [0, 2],
      44: [0, 1],
      60: [0, 2],
    }
    for (const version of [0, 1, 2, 3, 4]) {
      const answer = await client.call('ApiVersions', version, { software: 'raw', version: '1' })
      const keys = answer.keys as { key: number; min: number; max: number }[]
      assert.deepEqual(
        keys.map(({ key }) => key),
        Object.keys(real).map(Number),
      )
      for (const { key, min, max } of keys) assert.ok(min >= real[key]![0] && max <= real[key]![1], `API ${key}`)
    }
  })

  it('answers ApiVersions of the future in version 0, with UNSUPPORTED_VERSION', async () => {
    const answer = await client.send(18, 99, true, Buffer.from('0000', 'hex'))
    // error_code 35, one range: key 18, versions 0 to 4
    assert.equal(answer?.toString('hex'), '002300000001001200000004')
  })

  for (const [sentence, key, version, body] of [
    ['an API that is not there', 999, 0, ''],
    ['a version that is not there', 3, 77, ''],
    ['old record formats', 0, 2, ''],
    ['a request that is cut', 3, 1, '0000'],
  ] as const) {
    it(`closes the connection on ${sentence}, and only that`, async () => {
      assert.equal(await client.send(key, version, false, Buffer.from(body, 'hex')), undefined)
      await client.closed
      assert.ok(await other.call('Metadata', 1, { topics: [] }))
    })
  }

  it('lives through whatever bytes come', async () => {
    await create()
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 62 }), fc.integer({ min: 0, max: 13 }), fc.uint8Array({ maxLength: 80 }), async (key, version, body) => {
        const wild = new RawClient(server.url)
        const answer = wild.send(key, version, version % 2 === 0, Buffer.from(body))
        // A request that happens to be sound may wait for something; the next one on its own connection must not.
        await Promise.race([answer, other.call('Metadata', 1, { topics: [] })])
        wild.close()
      }),
      { numRuns: 150 },
    )
    assert.ok(await other.call('Metadata', 1, { topics: [] }))
  })

  it('answers requests in their order, also behind one that waits', async () => {
    await create()
    const order: string[] = []
    const waiting = client.call('Fetch', 4, fetchOf(0, { maxWait: 500 })).then(() => order.push('fetch'))
    const behind = client.call('Metadata', 1, { topics: [] }).then(() => order.push('metadata'))
    await advanceUntil(behind, 100)
    await waiting
    assert.deepEqual(order, ['fetch', 'metadata'])
  })

  it('a fetch waits max_wait_ms for records, and no longer', async () => {
    await create()
    const answer = client.call('Fetch', 4, fetchOf(0, { maxWait: 700 }))
    assert.ok((await advanceUntil(answer, 10)) >= 700)
    assert.equal(recordsIn(await answer).length, 0)
  })

  it('a fetch is answered by the record that comes meanwhile', async () => {
    await create()
    const answer = other.call('Fetch', 4, fetchOf(0, { maxWait: 1_000_000_000 }))
    await produce(batch('came', clock.now()))
    assert.ok(recordsIn(await answer).includes('came'))
  })

  it('a fetch waits for min_bytes', async () => {
    await create()
    const one = batch('x', clock.now())
    const answer = other.call('Fetch', 4, fetchOf(0, { maxWait: 1_000_000_000, minBytes: one.length * 2 }))
    await produce(one)
    await produce(one)
    assert.equal(recordsIn(await answer).length, one.length * 2)
  })

  it('a fetch of a topic that is deleted meanwhile ends', async () => {
    await create()
    const answer = other.call('Fetch', 4, fetchOf(0, { maxWait: 1_000_000_000 }))
    while (server.requests.since(0).filter(({ method }) => method === 'DeleteTopics').length === 0) {
      await client.call('DeleteTopics', 1, { names: ['t'], timeout: 1000 })
    }
    const [topic] = (await answer).topics as { partitions: { error: number }[] }[]
    assert.equal(topic?.partitions[0]?.error, 3)
  })

  it('acks=0 gets no answer, and its records are there', async () => {
    await create()
    produce(batch('silent', clock.now()), 0)
    const answer = await client.call('Fetch', 4, fetchOf(0))
    assert.ok(recordsIn(answer).includes('silent'))
  })

  it('keeps house by itself: old records go, the start moves, who reads them is out of range', async () => {
    await create({ 'retention.ms': '60000' })
    await produce(batch('old', clock.now()))
    await clock.advance(62_000)
    const { topics } = await client.call('ListOffsets', 1, { replica: -1, topics: [{ name: 't', partitions: [{ partition: 0, timestamp: -2 }] }] })
    assert.equal((topics as { partitions: { offset: bigint }[] }[])[0]?.partitions[0]?.offset, 1n)
    const answer = await client.call('Fetch', 4, fetchOf(0))
    assert.equal((answer.topics as { partitions: { error: number }[] }[])[0]?.partitions[0]?.error, 1)
  })

  it('stops in the midst of everything', async () => {
    await create()
    const fetching = client.callRaw('Fetch', 4, fetchOf(0, { maxWait: 1_000_000_000 }))
    await other.call('Metadata', 1, { topics: [] })
    await server.close()
    assert.equal(await fetching, undefined)
  })

  it('bounds its memory by the oldest records of the largest topics', async () => {
    const small = await startKafka({ clock, random: seededRandom(9), memoryBytes: 50_000 })
    const kafka = createKafkaClient({ brokers: [small.url], clientId: 'test', clock })
    await kafka.createTopic({ name: 'large', partitions: 1, replicas: 1, config: { 'segment.ms': '1' } })
    await kafka.createTopic({ name: 'kept', partitions: 1, replicas: 1, config: { 'cleanup.policy': 'compact' } })
    for (let i = 0; i < 10; i++) {
      await kafka.produce('large', [{ key: null, value: Buffer.alloc(10_000), timestamp: clock.now() }])
      await kafka.produce('kept', [{ key: Buffer.from(`${i}`), value: Buffer.alloc(100), timestamp: clock.now() }])
      await clock.advance(2)
    }
    small.housekeep()
    const offsets = await kafka.topicOffsets(['large', 'kept'])
    assert.equal(offsets.get('kept')?.[0]?.start, 0n)
    assert.equal(offsets.get('large')?.[0]?.start, 6n)
    await kafka.close()
    await small.close()
  })
})
