/** Which APIs are there, in which versions; and what comes of requests that are not. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import type { Case } from '../contract.ts'
import type { Broker } from './client.ts'

interface Range {
  readonly key: number
  readonly min: number
  readonly max: number
}

/** Keys and versions, as ApiVersions 4 tells them. */
async function announced(broker: Broker): Promise<Map<number, Range>> {
  const { error, keys } = await broker.call('ApiVersions', 4, { software: 'contract', version: '1' })
  assert.equal(error, 0)
  return new Map((keys as unknown as Range[]).map((range) => [range.key, range]))
}

/** What both speak: [name, key, first version, last version]. */
const SPOKEN = [
  ['Produce', 0, 0, 9],
  ['Fetch', 1, 4, 12],
  ['ListOffsets', 2, 1, 7],
  ['Metadata', 3, 0, 12],
  ['OffsetCommit', 8, 2, 8],
  ['OffsetFetch', 9, 1, 8],
  ['FindCoordinator', 10, 0, 4],
  ['JoinGroup', 11, 0, 9],
  ['Heartbeat', 12, 0, 4],
  ['LeaveGroup', 13, 0, 5],
  ['SyncGroup', 14, 0, 5],
  ['DescribeGroups', 15, 0, 5],
  ['ListGroups', 16, 0, 4],
  ['ApiVersions', 18, 0, 4],
  ['CreateTopics', 19, 2, 7],
  ['DeleteTopics', 20, 1, 6],
  ['DeleteRecords', 21, 0, 2],
  ['InitProducerId', 22, 0, 4],
  ['OffsetForLeaderEpoch', 23, 2, 4],
  ['DescribeConfigs', 32, 1, 4],
  ['AlterConfigs', 33, 0, 2],
  ['DescribeLogDirs', 35, 1, 4],
  ['CreatePartitions', 37, 0, 3],
  ['DeleteGroups', 42, 0, 2],
  ['IncrementalAlterConfigs', 44, 0, 1],
  ['DescribeCluster', 60, 0, 1],
] as const

/** Versions that only the real broker speaks: [name, key, last version]. */
const NEWER = [
  ['Produce v10-v13', 0, 13],
  ['Fetch v13-v18', 1, 18],
  ['ListOffsets v8-v11', 2, 11],
  ['Metadata v13', 3, 13],
  ['OffsetCommit v9-v10', 8, 10],
  ['OffsetFetch v9-v10', 9, 10],
  ['FindCoordinator v5-v6', 10, 6],
  ['DescribeGroups v6', 15, 6],
  ['ListGroups v5', 16, 5],
  ['InitProducerId v5', 22, 5],
  ['DescribeLogDirs v5', 35, 5],
  ['DescribeCluster v2', 60, 2],
] as const

/** APIs that only the real broker speaks, by the difference that they are part of: [name, key, first version, last version]. */
const UNSPOKEN = {
  transactions: [
    ['AddPartitionsToTxn', 24, 0, 5],
    ['AddOffsetsToTxn', 25, 0, 4],
    ['EndTxn', 26, 0, 5],
    ['WriteTxnMarkers', 27, 1, 2],
    ['TxnOffsetCommit', 28, 0, 5],
    ['DescribeProducers', 61, 0, 0],
    ['DescribeTransactions', 65, 0, 0],
    ['ListTransactions', 66, 0, 2],
  ],
  'consumer-protocol': [
    ['ConsumerGroupHeartbeat', 68, 0, 1],
    ['ConsumerGroupDescribe', 69, 0, 1],
  ],
  'share-and-streams-groups': [
    ['ShareGroupHeartbeat', 76, 1, 1],
    ['ShareGroupDescribe', 77, 1, 1],
    ['ShareFetch', 78, 1, 2],
    ['ShareAcknowledge', 79, 1, 2],
    ['InitializeShareGroupState', 83, 0, 0],
    ['ReadShareGroupState', 84, 0, 0],
    ['WriteShareGroupState', 85, 0, 1],
    ['DeleteShareGroupState', 86, 0, 0],
    ['ReadShareGroupStateSummary', 87, 0, 1],
    ['StreamsGroupHeartbeat', 88, 0, 0],
    ['StreamsGroupDescribe', 89, 0, 0],
    ['DescribeShareGroupOffsets', 90, 0, 1],
    ['AlterShareGroupOffsets', 91, 0, 0],
    ['DeleteShareGroupOffsets', 92, 0, 0],
  ],
  security: [
    ['SaslHandshake', 17, 0, 1],
    ['DescribeAcls', 29, 1, 3],
    ['CreateAcls', 30, 1, 3],
    ['DeleteAcls', 31, 1, 3],
    ['SaslAuthenticate', 36, 0, 2],
    ['CreateDelegationToken', 38, 1, 3],
    ['RenewDelegationToken', 39, 1, 2],
    ['ExpireDelegationToken', 40, 1, 2],
    ['DescribeDelegationToken', 41, 1, 3],
    ['DescribeUserScramCredentials', 50, 0, 0],
    ['AlterUserScramCredentials', 51, 0, 0],
  ],
  administration: [
    ['AlterReplicaLogDirs', 34, 1, 2],
    ['ElectLeaders', 43, 0, 2],
    ['AlterPartitionReassignments', 45, 0, 1],
    ['ListPartitionReassignments', 46, 0, 0],
    ['OffsetDelete', 47, 0, 0],
    ['DescribeClientQuotas', 48, 0, 1],
    ['AlterClientQuotas', 49, 0, 1],
    ['DescribeQuorum', 55, 0, 2],
    ['UpdateFeatures', 57, 0, 2],
    ['UnregisterBroker', 64, 0, 0],
    ['ListConfigResources', 74, 0, 1],
    ['DescribeTopicPartitions', 75, 0, 0],
    ['AddRaftVoter', 80, 0, 1],
    ['RemoveRaftVoter', 81, 0, 0],
  ],
} as const

const spoken = SPOKEN.map(
  ([name, key, min, max]): Case<Broker> => ({
    call: name,
    name: `is announced from version ${min} to ${max} at least`,
    async run(broker) {
      const range = (await announced(broker)).get(key)
      assert.ok(range && range.min === min && range.max >= max, JSON.stringify(range))
    },
  }),
)

const newer = NEWER.map(
  ([call, key, max]): Case<Broker> => ({
    call,
    name: 'are announced',
    async run(broker) {
      assert.equal((await announced(broker)).get(key)?.max, max)
    },
    differs: {
      id: 'newer-versions',
      async instead(broker) {
        const spoken = SPOKEN.find(([, other]) => other === key)
        assert.equal((await announced(broker)).get(key)?.max, spoken?.[3])
        assert.equal(await closes(broker, key, max), true)
      },
    },
  }),
)

const unspoken = Object.entries(UNSPOKEN).flatMap(([id, list]) =>
  list.map(
    ([call, key, min, max]): Case<Broker> => ({
      call,
      name: 'is announced',
      async run(broker) {
        assert.deepEqual((await announced(broker)).get(key), { key, min, max })
      },
      differs: {
        id,
        async instead(broker) {
          assert.equal((await announced(broker)).has(key), false)
          assert.equal(await closes(broker, key, max), true)
        },
      },
    }),
  ),
)

/** Whether a request ends its connection without an answer. */
async function closes(broker: Broker, key: number, version: number): Promise<boolean> {
  const client = broker.connect()
  const answer = await client.send(key, version, version > 0, Buffer.alloc(4))
  client.close()
  return answer === undefined
}

/** What comes of bytes that are no request; undefined: the connection ends. */
function raw(broker: Broker, bytes: Buffer): Promise<Buffer | undefined> {
  const [host = '', port = ''] = broker.address.split(':')
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), host, () => socket.write(bytes))
    socket.setTimeout(20_000, () => {
      socket.destroy()
      reject(new Error('neither an answer nor an end'))
    })
    socket.on('data', (chunk: Buffer) => {
      socket.destroy()
      resolve(chunk)
    })
    socket.on('error', () => resolve(undefined))
    socket.on('close', () => resolve(undefined))
  })
}

const CONNECTION = 'a connection'

const wrong: readonly Case<Broker>[] = [
  ...(
    [
      ['an API that nobody has', 999, 0],
      ['a version that is not there', 3, 77],
      ['a version that is there no more', 1, 2],
    ] as const
  ).map(
    ([name, key, version]): Case<Broker> => ({
      call: CONNECTION,
      name: `ends on ${name}`,
      run: async (broker) => assert.equal(await closes(broker, key, version), true),
    }),
  ),
  {
    call: CONNECTION,
    name: 'ends on a request that is cut short',
    async run(broker) {
      const client = broker.connect()
      assert.equal(await client.send(3, 1, false, Buffer.from('0000', 'hex')), undefined)
      client.close()
    },
  },
  {
    call: CONNECTION,
    name: 'ends on a length beyond the largest request, and on a negative one',
    async run(broker) {
      assert.equal(await raw(broker, Buffer.from('7fffffff0003000000000001', 'hex')), undefined)
      assert.equal(await raw(broker, Buffer.from('ffffffff0003000000000001', 'hex')), undefined)
    },
  },
  {
    call: CONNECTION,
    name: 'ends on HTTP',
    run: async (broker) => assert.equal(await raw(broker, Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')), undefined),
  },
  {
    call: CONNECTION,
    name: 'answers requests in the order in which they came',
    async run(broker) {
      const client = broker.connect()
      const order: string[] = []
      await Promise.all([
        client.call('Metadata', 1, { topics: null }).then(() => order.push('first')),
        client.call('ApiVersions', 2, {}).then(() => order.push('second')),
        client.call('DescribeCluster', 0, { ops: false }).then(() => order.push('third')),
      ])
      client.close()
      assert.deepEqual(order, ['first', 'second', 'third'])
    },
  },
  {
    call: 'ApiVersions',
    name: 'of the future is answered in version 0, with UNSUPPORTED_VERSION and its own range',
    async run(broker) {
      const client = broker.connect()
      const answer = await client.send(18, 99, true, Buffer.from('0000', 'hex'))
      client.close()
      assert.equal(answer?.toString('hex'), '002300000001001200000004')
    },
  },
  ...[0, 1, 2, 3].map(
    (version): Case<Broker> => ({
      call: 'ApiVersions',
      name: `version ${version}`,
      async run(broker) {
        const { error, keys } = await broker.call('ApiVersions', version, { software: 'contract', version: '1' })
        const found = (keys as unknown as Range[]).find(({ key }) => key === 18)
        assert.deepEqual([error, found], [0, { key: 18, min: 0, max: 4 }])
      },
    }),
  ),
]

export const apis: readonly Case<Broker>[] = [...spoken, ...wrong, ...newer, ...unspoken]
