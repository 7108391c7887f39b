/** What a broker does over several requests: groups of two, waiting fetches, retention, compaction, producers. */
import assert from 'node:assert/strict'
import { systemClock } from '../../../src/ports/index.ts'
import { readRecords, splitBatches, writeBatch } from '../../../src/sandbox/kafka/log/record-batch.ts'
import type { Case } from '../contract.ts'
import type { Broker } from './client.ts'
import type { Message, RawClient, Value } from './protocol.ts'

// biome-ignore lint/suspicious/noExplicitAny: an answer of any kind; what is wrong with it shows in the assertion
type Loose = any

const NO_LEADER = { leaderEpoch: -1 }

async function topic(broker: Broker, configs: Record<string, string> = {}, partitions = 1, name = broker.fresh('case')): Promise<string> {
  const { topics } = (await broker.call('CreateTopics', 7, {
    topics: [{ name, partitions, replicas: 1, assignments: [], configs: Object.entries(configs).map(([name, value]) => ({ name, value })) }],
    timeout: 10_000,
    validateOnly: false,
  })) as Loose
  assert.equal(topics[0].error, 0, topics[0].message)
  // A real broker answers before it leads the new partitions.
  for (let attempt = 0; ; attempt++) {
    const { topics } = (await broker.call('ListOffsets', 7, {
      replica: -1,
      isolation: 0,
      topics: [{ name, partitions: Array.from({ length: partitions }, (_, partition) => ({ partition, ...NO_LEADER, timestamp: -1 })) }],
    })) as Loose
    if (topics[0].partitions.every(({ error }: Loose) => error === 0)) return name
    assert.ok(attempt < 100, `${name} has no leader`)
    await systemClock.sleep(50)
  }
}

interface Shape {
  readonly key?: string | null
  readonly timestamp?: number
}

const batch = (values: readonly (string | null)[], shape: Shape & Loose = {}) => {
  const { key = null, timestamp = 1_790_000_000_000, ...more } = shape
  return writeBatch(
    values.map((value, i) => ({
      offset: BigInt(i),
      timestamp,
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      headers: [],
    })),
    more,
  )
}

async function produce(client: Pick<RawClient, 'call'>, name: string, records: Buffer, more: { acks?: number; index?: number } = {}): Promise<Loose> {
  const { topics } = (await client.call('Produce', 9, {
    transactionalId: null,
    acks: more.acks ?? -1,
    timeout: 10_000,
    topics: [{ name, partitions: [{ index: more.index ?? 0, records }] }],
  })) as Loose
  return topics[0].partitions[0]
}

async function fetch(client: Pick<RawClient, 'call'>, name: string, offset: number, more: Loose = {}): Promise<Loose> {
  const answer = (await client.call('Fetch', 12, {
    replica: -1,
    maxWait: more.maxWait ?? 0,
    minBytes: more.minBytes ?? 1,
    maxBytes: 10_000_000,
    isolation: more.isolation ?? 0,
    session: 0,
    epoch: more.epoch ?? -1,
    topics: [{ name, partitions: [{ partition: 0, leaderEpoch: -1, offset, lastEpoch: -1, logStart: -1, maxBytes: more.maxBytes ?? 1_000_000 }] }],
    forgotten: [],
    rack: '',
  })) as Loose
  return { ...answer.topics[0]?.partitions[0], session: answer.session, answerError: answer.error }
}

async function valuesIn(client: Pick<RawClient, 'call'>, name: string, offset = 0): Promise<[bigint, string | null][]> {
  const { records } = await fetch(client, name, offset)
  return splitBatches(records)
    .flatMap((one) => readRecords(one))
    .filter((record) => record.offset >= BigInt(offset))
    .map((record) => [record.offset, record.value?.toString() ?? null])
}

async function offsetOf(broker: Broker, name: string, timestamp: number): Promise<Loose> {
  const { topics } = (await broker.call('ListOffsets', 7, {
    replica: -1,
    isolation: 0,
    topics: [{ name, partitions: [{ partition: 0, ...NO_LEADER, timestamp }] }],
  })) as Loose
  return topics[0].partitions[0]
}

const joining = (group: string, member: string, more: Loose = {}): Message => ({
  group,
  session: 10_000,
  rebalance: 10_000,
  member,
  instance: more.instance ?? null,
  type: 'consumer',
  protocols: (more.protocols ?? ['range']).map((name: string) => ({ name, metadata: Buffer.from(more.metadata ?? 'm') })),
  reason: null,
})

/** A member by itself, on a connection of its own: joins as one that was told its id. */
async function join(client: RawClient, group: string, more: Loose = {}): Promise<Loose> {
  if (more.instance !== undefined || more.member !== undefined) return client.call('JoinGroup', 9, joining(group, more.member ?? '', more))
  const told = (await client.call('JoinGroup', 9, joining(group, '', more))) as Loose
  assert.equal(told.error, 79, 'MEMBER_ID_REQUIRED')
  return client.call('JoinGroup', 9, joining(group, told.memberId, more))
}

const sync = (client: RawClient, group: string, joined: Loose, assignments: Record<string, string> = {}, instance: string | null = null): Promise<Loose> =>
  client.call('SyncGroup', 5, {
    group,
    generation: joined.generation,
    member: joined.memberId,
    instance,
    type: 'consumer',
    protocol: 'range',
    assignments: Object.entries(assignments).map(([member, text]) => ({ member, assignment: Buffer.from(text) })) as unknown as Value,
  })

const heartbeat = async (client: RawClient, group: string, joined: Loose, instance: string | null = null): Promise<number> =>
  ((await client.call('Heartbeat', 4, { group, generation: joined.generation, member: joined.memberId, instance })) as Loose).error

async function withTwo(broker: Broker, run: (one: RawClient, two: RawClient) => Promise<void>): Promise<void> {
  const [one, two] = [broker.connect(), broker.connect()]
  try {
    await run(one, two)
  } finally {
    one.close()
    two.close()
  }
}

export const behaviour: readonly Case<Broker>[] = [
  {
    call: 'JoinGroup',
    name: 'a second member sets the first one joining again; the leader shares out',
    async run(broker) {
      const group = broker.fresh('group')
      await withTwo(broker, async (one, two) => {
        const first = await join(one, group)
        assert.deepEqual([first.error, first.generation, first.leader], [0, 1, first.memberId])
        await sync(one, group, first, { [first.memberId]: 'all' })
        const arriving = join(two, group)
        for (let i = 0; (await heartbeat(one, group, first)) !== 27; i++) {
          assert.ok(i < 200, 'no rebalance')
          await systemClock.sleep(20)
        }
        const [again, second] = await Promise.all([join(one, group, { member: first.memberId }), arriving])
        assert.deepEqual([again.generation, second.generation, again.leader, second.leader], [2, 2, first.memberId, first.memberId])
        assert.deepEqual([again.members.length, second.members.length], [2, 0])
        const [mine, theirs] = await Promise.all([sync(one, group, again, { [again.memberId]: 'one', [second.memberId]: 'two' }), sync(two, group, second)])
        assert.deepEqual([mine.assignment.toString(), theirs.assignment.toString()], ['one', 'two'])
        assert.deepEqual([await heartbeat(one, group, again), await heartbeat(two, group, second), await heartbeat(one, group, first)], [0, 0, 22])
      })
    },
  },
  {
    call: 'JoinGroup',
    name: 'without a protocol in common one is refused',
    async run(broker) {
      const group = broker.fresh('group')
      await withTwo(broker, async (one, two) => {
        const first = await join(one, group)
        await sync(one, group, first, { [first.memberId]: 'all' })
        assert.equal(((await two.call('JoinGroup', 9, joining(group, '', { protocols: ['other'] }))) as Loose).error, 23)
      })
    },
  },
  {
    call: 'JoinGroup',
    name: 'a static member that comes back keeps its place and fences the one before',
    async run(broker) {
      const group = broker.fresh('group')
      await withTwo(broker, async (one, two) => {
        const first = await join(one, group, { instance: 'fixed' })
        assert.equal(first.error, 0)
        await sync(one, group, first, { [first.memberId]: 'all' }, 'fixed')
        const back = await join(two, group, { instance: 'fixed' })
        assert.deepEqual([back.error, back.generation], [0, first.generation])
        assert.notEqual(back.memberId, first.memberId)
        assert.equal((await sync(two, group, back, {}, 'fixed')).assignment.toString(), 'all')
        assert.equal(await heartbeat(one, group, first, 'fixed'), 82)
      })
    },
  },
  {
    call: 'LeaveGroup',
    name: 'who leaves makes the other one join again',
    async run(broker) {
      const group = broker.fresh('group')
      await withTwo(broker, async (one, two) => {
        const first = await join(one, group, { instance: 'a' })
        await sync(one, group, first, { [first.memberId]: 'all' }, 'a')
        const arriving = join(two, group, { instance: 'b' })
        for (let i = 0; (await heartbeat(one, group, first, 'a')) !== 27; i++) {
          assert.ok(i < 200, 'no rebalance')
          await systemClock.sleep(20)
        }
        const [joined, second] = await Promise.all([join(one, group, { instance: 'a', member: first.memberId }), arriving])
        const left = (await two.call('LeaveGroup', 5, { group, members: [{ member: second.memberId, instance: 'b', reason: 'done' }] })) as Loose
        assert.deepEqual([left.error, left.members[0].error], [0, 0])
        const state = async () => ((await one.call('DescribeGroups', 5, { groups: [group], ops: false })) as Loose).groups[0]
        assert.equal((await state()).state, 'PreparingRebalance')
        const alone = await join(one, group, { instance: 'a', member: joined.memberId })
        assert.equal(alone.error, 0)
        assert.equal((await state()).members.length, 1)
      })
    },
  },
  {
    call: 'OffsetCommit',
    name: 'committed offsets stay when the group is empty, and go with it',
    async run(broker) {
      const [name, group] = [await topic(broker), broker.fresh('group')]
      const topics = [{ name, partitions: [{ partition: 0, offset: 7n, leaderEpoch: -1, metadata: 'note' }] }]
      await broker.call('OffsetCommit', 8, { group, generation: -1, member: '', instance: null, topics: topics as unknown as Value })
      const read = async () => {
        const { groups } = (await broker.call('OffsetFetch', 8, { groups: [{ group, topics: [{ name, partitions: [0] }] }], stable: false })) as Loose
        const { offset, metadata, error } = groups[0].topics[0].partitions[0]
        return [offset, metadata, error]
      }
      assert.deepEqual(await read(), [7n, 'note', 0])
      const { results } = (await broker.call('DeleteGroups', 2, { groups: [group] })) as Loose
      assert.equal(results[0].error, 0)
      assert.deepEqual(await read(), [-1n, '', 0])
    },
  },
  {
    call: 'Fetch',
    name: 'waits for a record that comes meanwhile',
    async run(broker) {
      const name = await topic(broker)
      await withTwo(broker, async (one, two) => {
        const waiting = fetch(one, name, 0, { maxWait: 20_000 })
        await systemClock.sleep(100)
        await produce(two, name, batch(['came']))
        assert.ok((await waiting).records.includes('came'))
      })
    },
  },
  {
    call: 'Fetch',
    name: 'waits for as many bytes as one asks for, or as long',
    async run(broker) {
      const name = await topic(broker)
      const records = batch(['x'])
      await produce(broker, name, records)
      await withTwo(broker, async (one, two) => {
        assert.equal((await fetch(one, name, 0, { maxWait: 300, minBytes: records.length + 1 })).records.length, records.length)
        const waiting = fetch(one, name, 0, { maxWait: 20_000, minBytes: records.length + 1 })
        await systemClock.sleep(50)
        await produce(two, name, records)
        assert.equal((await waiting).records.length, 2 * records.length)
      })
    },
  },
  {
    call: 'Fetch',
    name: 'the first batch is whole, however few bytes are wanted',
    async run(broker) {
      const name = await topic(broker)
      const records = batch(['x'.repeat(1000)])
      await produce(broker, name, records)
      await produce(broker, name, records)
      assert.equal((await fetch(broker, name, 0, { maxBytes: 10 })).records.length, records.length)
    },
  },
  {
    call: 'Fetch',
    name: 'only what is committed, where nothing is in a transaction, is everything',
    async run(broker) {
      const name = await topic(broker)
      await produce(broker, name, batch(['a', 'b']))
      const { lastStable, highWatermark, aborted, records } = await fetch(broker, name, 0, { isolation: 1 })
      assert.deepEqual([lastStable, highWatermark, aborted ?? [], records.includes('b')], [2n, 2n, [], true])
    },
  },
  {
    call: 'Fetch (with a session)',
    name: 'one who asks for a session gets one',
    async run(broker) {
      const name = await topic(broker)
      const { session, answerError } = await fetch(broker, name, 0, { epoch: 0 })
      assert.ok(answerError === 0 && session !== 0, `session ${session}`)
    },
    differs: {
      id: 'fetch-sessions',
      async instead(broker) {
        const name = await topic(broker)
        const { session, answerError, error } = await fetch(broker, name, 0, { epoch: 0 })
        assert.deepEqual([session, answerError, error], [0, 0, 0])
      },
    },
  },
  {
    call: 'Produce',
    name: 'offsets follow one another over batches of every codec',
    async run(broker) {
      const name = await topic(broker)
      const bases: bigint[] = []
      for (const compression of [0, 1, 2, 3, 4]) bases.push((await produce(broker, name, batch([`c${compression}`, 'more'], { compression }))).base)
      assert.deepEqual(bases, [0n, 2n, 4n, 6n, 8n])
      assert.deepEqual(
        (await valuesIn(broker, name)).map(([offset, value]) => `${offset} ${value}`),
        [0, 1, 2, 3, 4].flatMap((codec) => [`${codec * 2} c${codec}`, `${codec * 2 + 1} more`]),
      )
    },
  },
  {
    call: 'Produce',
    name: 'without acks there is no answer, and the records are there',
    async run(broker) {
      const name = await topic(broker)
      const client = broker.connect()
      void client.callRaw('Produce', 9, {
        transactionalId: null,
        acks: 0,
        timeout: 1000,
        topics: [{ name, partitions: [{ index: 0, records: batch(['quiet']) }] }],
      })
      // The next answer on this connection is that of the next request.
      await client.call('Metadata', 1, { topics: [] })
      client.close()
      assert.deepEqual(await valuesIn(broker, name), [[0n, 'quiet']])
    },
  },
  {
    call: 'Produce',
    name: 'a topic may keep the time of the broker instead of that of the record',
    async run(broker) {
      const name = await topic(broker, { 'message.timestamp.type': 'LogAppendTime' })
      const before = systemClock.now()
      const { appendTime } = await produce(broker, name, batch(['x'], { timestamp: 1000 }))
      assert.ok(Number(appendTime) >= before - 5_000, `${appendTime}`)
      const plain = await produce(broker, await topic(broker), batch(['x']))
      assert.equal(plain.appendTime, -1n)
    },
  },
  {
    call: 'Produce',
    name: 'a producer with an id: twice the same is once, a gap is refused',
    async run(broker) {
      const name = await topic(broker)
      const { producerId, epoch } = (await broker.call('InitProducerId', 4, {
        transactionalId: null,
        timeout: 1000,
        producer: -1n as unknown as Value,
        epoch: -1,
      })) as Loose
      const numbered = (baseSequence: number) => batch([`s${baseSequence}`], { producerId, producerEpoch: epoch, baseSequence })
      assert.deepEqual([(await produce(broker, name, numbered(0))).base, (await produce(broker, name, numbered(0))).base], [0n, 0n])
      assert.equal((await produce(broker, name, numbered(5))).error, 45)
      assert.equal((await produce(broker, name, numbered(1))).base, 1n)
      assert.equal((await valuesIn(broker, name)).length, 2)
    },
  },
  {
    call: 'ListOffsets',
    name: 'of the start, the end, a time and the newest time',
    async run(broker) {
      const name = await topic(broker)
      for (const timestamp of [1_790_000_001_000, 1_790_000_003_000, 1_790_000_002_000]) await produce(broker, name, batch(['x'], { timestamp }))
      const found = async (timestamp: number) => (await offsetOf(broker, name, timestamp)).offset
      assert.deepEqual(
        [await found(-2), await found(-1), await found(1_790_000_002_000), await found(1_790_000_002_500), await found(1_790_000_009_000), await found(-3)],
        [0n, 3n, 1n, 1n, -1n, 1n],
      )
    },
  },
  {
    call: 'DeleteRecords',
    name: 'moves the start, before which nothing can be read',
    async run(broker) {
      const name = await topic(broker)
      await produce(broker, name, batch(['a']))
      await produce(broker, name, batch(['b', 'c']))
      const { topics } = (await broker.call('DeleteRecords', 2, {
        topics: [{ name, partitions: [{ partition: 0, offset: 2n }] }] as unknown as Value,
        timeout: 5000,
      })) as Loose
      assert.deepEqual([topics[0].partitions[0].low, topics[0].partitions[0].error], [2n, 0])
      assert.equal((await fetch(broker, name, 0)).error, 1)
      assert.deepEqual(await valuesIn(broker, name, 2), [[2n, 'c']])
      assert.equal((await offsetOf(broker, name, -2)).offset, 2n)
    },
  },
  {
    call: 'DeleteTopics',
    name: 'a topic of the same name is another one, and empty',
    async run(broker) {
      const name = await topic(broker)
      await produce(broker, name, batch(['x']))
      const idOf = async () =>
        ((await broker.call('Metadata', 12, { topics: [{ name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }], auto: false, topicOps: false })) as Loose).topics[0]
      const before = (await idOf()).topicId
      const { topics } = (await broker.call('DeleteTopics', 5, { names: [name], timeout: 10_000 })) as Loose
      assert.equal(topics[0].error, 0)
      for (let i = 0; (await idOf()).error !== 3; i++) {
        assert.ok(i < 200, 'it does not go')
        await systemClock.sleep(50)
      }
      await topic(broker, {}, 1, name)
      assert.notEqual((await idOf()).topicId, before)
      assert.equal((await offsetOf(broker, name, -1)).offset, 0n)
    },
  },
  {
    call: 'Metadata',
    name: 'of all topics: that of the offsets of groups is among them, marked as internal',
    async run(broker) {
      const name = await topic(broker)
      const { topics } = (await broker.call('Metadata', 8, { topics: null, auto: false, clusterOps: false, topicOps: false })) as Loose
      const found = topics.filter((one: Loose) => [name, '__consumer_offsets'].includes(one.name)).map((one: Loose) => [one.name, one.internal, one.error])
      assert.deepEqual(found.sort(), [
        ['__consumer_offsets', true, 0],
        [name, false, 0],
      ])
      const { results } = (await broker.call('DescribeConfigs', 4, {
        resources: [{ type: 2, name: '__consumer_offsets', keys: ['cleanup.policy', 'compression.type', 'segment.bytes'] }],
        synonyms: false,
        documentation: false,
      })) as Loose
      assert.deepEqual(results[0].configs.map(({ name, value, source }: Loose) => [name, value, source]).sort(), [
        ['cleanup.policy', 'compact', 1],
        ['compression.type', 'producer', 1],
        ['segment.bytes', '104857600', 1],
      ])
    },
  },
  {
    call: 'Fetch (of __consumer_offsets)',
    name: 'what groups committed',
    async run(broker) {
      const [name, group] = [await topic(broker), broker.fresh('group')]
      const topics = [{ name, partitions: [{ partition: 0, offset: 7n, leaderEpoch: -1, metadata: 'note' }] }]
      await broker.call('OffsetCommit', 8, { group, generation: -1, member: '', instance: null, topics: topics as unknown as Value })
      const { error, highWatermark } = await fetch(broker, '__consumer_offsets', 0)
      assert.ok(error === 0 && highWatermark > 0n, `error ${error}, end ${highWatermark}`)
    },
    differs: {
      id: 'offsets-topic',
      async instead(broker) {
        const { error, highWatermark } = await fetch(broker, '__consumer_offsets', 0)
        assert.deepEqual([error, highWatermark], [0, 0n])
      },
    },
  },
  {
    call: 'CreatePartitions',
    name: 'a new partition can be written at once or soon',
    async run(broker) {
      const name = await topic(broker)
      const { results } = (await broker.call('CreatePartitions', 3, {
        topics: [{ name, count: 3, assignments: null }],
        timeout: 5000,
        validateOnly: false,
      })) as Loose
      assert.equal(results[0].error, 0)
      let written: Loose
      for (let i = 0; written?.error !== 0; i++) {
        assert.ok(i < 200, `error ${written?.error}`)
        written = await produce(broker, name, batch(['x']), { index: 2 })
        if (written.error !== 0) await systemClock.sleep(50)
      }
      assert.equal(written.base, 0n)
    },
  },
  {
    call: 'IncrementalAlterConfigs',
    name: 'is seen by whoever asks, with its source',
    async run(broker) {
      const name = await topic(broker, { 'retention.ms': '1000' })
      const change = [
        {
          type: 2,
          name,
          configs: [
            { name: 'retention.ms', operation: 0, value: '2000' },
            { name: 'segment.ms', operation: 0, value: '5000' },
          ],
        },
      ]
      const { results } = (await broker.call('IncrementalAlterConfigs', 1, { resources: change, validateOnly: false })) as Loose
      assert.equal(results[0].error, 0)
      const read = async (): Promise<Loose[]> => {
        const answer = (await broker.call('DescribeConfigs', 4, {
          resources: [{ type: 2, name, keys: ['retention.ms', 'segment.ms', 'cleanup.policy'] }],
          synonyms: false,
          documentation: false,
        })) as Loose
        return answer.results[0].configs.map(({ name, value, source }: Loose) => [name, value, source]).sort()
      }
      for (let i = 0; !(await read()).some(([, value]) => value === '2000'); i++) {
        assert.ok(i < 200, 'it is not seen')
        await systemClock.sleep(50)
      }
      assert.deepEqual(await read(), [
        ['cleanup.policy', 'delete', 5],
        ['retention.ms', '2000', 1],
        ['segment.ms', '5000', 1],
      ])
    },
  },
  {
    call: 'InitProducerId (with a transactional id)',
    name: 'gives a producer its id and epoch',
    async run(broker) {
      const transactionalId = broker.fresh('transaction')
      let answer: Loose
      // A real broker makes the topic of its transactions first.
      for (let i = 0; i === 0 || [14, 15, 16, 51].includes(answer.error); i++) {
        assert.ok(i < 300, `error ${answer?.error}`)
        if (i > 0) await systemClock.sleep(100)
        await broker.call('FindCoordinator', 3, { key: transactionalId, type: 1 })
        answer = await broker.call('InitProducerId', 4, { transactionalId, timeout: 10_000, producer: -1n as unknown as Value, epoch: -1 })
      }
      assert.deepEqual([answer.error, answer.epoch], [0, 0])
    },
    differs: {
      id: 'transactions',
      async instead(broker) {
        const answer = await broker.call('InitProducerId', 4, {
          transactionalId: broker.fresh('transaction'),
          timeout: 10_000,
          producer: -1n as unknown as Value,
          epoch: -1,
        })
        assert.equal(answer.error, 53)
      },
    },
  },
]
