/**
 * A fixed conversation with a broker, from an empty one on: what is asked, in order. Its answers by Apache Kafka 4.3.1
 * (the server.properties of a single KRaft node, auto.create.topics.enable=false) are recorded in
 * test/data/kafka-4.3-answers.json.gz; `node e2e/contract/kafka/record.ts HOST:PORT` records them anew.
 */
import { writeBatch } from '../../../src/sandbox/kafka/log/record-batch.ts'
import type { ApiName, Message } from './protocol.ts'

export interface Step {
  /** What is being asked, as a sentence. */
  readonly name: string
  readonly api: ApiName
  readonly version: number
  readonly request: Message | ((memberId: string) => Message)
}

/** With the member id that the last join was given, which later requests of the member repeat. */
export function requestOf(step: Step, memberId: string): Message {
  return typeof step.request === 'function' ? step.request(memberId) : step.request
}

const TIME = 1_790_000_000_000
const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'

function batch(values: readonly (string | null)[], shape: Parameters<typeof writeBatch>[1] & { key?: string; time?: number } = {}): Buffer {
  return writeBatch(
    values.map((value, i) => ({
      offset: BigInt(i),
      timestamp: (shape.time ?? TIME) + i * 1000,
      key: shape.key === undefined ? null : Buffer.from(shape.key),
      value: value === null ? null : Buffer.from(value),
      headers: [],
    })),
    shape,
  )
}
function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0xff
  return copy
}
function withMagic(bytes: Buffer, magic: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[16] = magic
  return copy
}

const steps: Step[] = []
const add = (name: string, api: ApiName, version: number, request: Step['request']) => steps.push({ name, api, version, request })

const topic = (
  name: string,
  more: Partial<Record<'partitions' | 'replicas', number>> & { assignments?: [number, number[]][]; configs?: [string, string | null][] } = {},
) => ({
  name,
  partitions: more.partitions ?? 1,
  replicas: more.replicas ?? 1,
  assignments: (more.assignments ?? []).map(([partition, brokers]) => ({ partition, brokers })),
  configs: (more.configs ?? []).map(([name, value]) => ({ name, value })),
})
const createTopics = (sentence: string, topics: ReturnType<typeof topic>[], version = 7, validateOnly = false) =>
  add(sentence, 'CreateTopics', version, { topics, timeout: 5000, validateOnly })

// Topics
for (const version of [2, 3, 4, 5, 6, 7])
  createTopics(`a topic, version ${version}`, [topic(`made-${version}`, { partitions: 2, configs: [['retention.ms', '-1']] })], version)
createTopics('a topic that exists', [topic('made-7')])
createTopics('a topic twice in one request', [topic('twice'), topic('twice')])
createTopics('a name with a dot', [topic('made.with.dots')])
createTopics('the defaults', [topic('defaults', { partitions: -1, replicas: -1 })])
createTopics('only validated', [topic('validated', { partitions: 3 })], 7, true)
for (const [sentence, wanted] of [
  ['no partitions', topic('x', { partitions: 0 })],
  ['negative partitions', topic('x', { partitions: -5 })],
  ['no replicas', topic('x', { replicas: 0 })],
  ['more replicas than brokers', topic('x', { replicas: 2 })],
  ['an empty name', topic('')],
  ['the name .', topic('.')],
  ['a name with a space', topic('a b')],
  ['a name that is too long', topic('n'.repeat(250))],
  ['a name that collides', topic('made_with_dots')],
  ['an unknown config', topic('x', { configs: [['nope', '1']] })],
  ['a config of the wrong type', topic('x', { configs: [['retention.ms', 'soon']] })],
  ['a config below its range', topic('x', { configs: [['min.cleanable.dirty.ratio', '-1']] })],
  ['a config above its range', topic('x', { configs: [['min.cleanable.dirty.ratio', '2']] })],
  ['a config that is none of the choices', topic('x', { configs: [['cleanup.policy', 'burn']] })],
  ['another that is none of the choices', topic('x', { configs: [['compression.type', 'rar']] })],
  ['a boolean that is none', topic('x', { configs: [['preallocate', 'maybe']] })],
  ['an int that is none', topic('x', { configs: [['max.message.bytes', '1.5']] })],
  ['an int below its range', topic('x', { configs: [['segment.bytes', '10']] })],
  ['a config without a value', topic('x', { configs: [['retention.ms', null]] })],
  ['an assignment beside counts', topic('x', { assignments: [[0, [1]]] })],
  [
    'an assignment',
    topic('assigned', {
      partitions: -1,
      replicas: -1,
      assignments: [
        [0, [1]],
        [1, [1]],
      ],
    }),
  ],
  [
    'an assignment with a gap',
    topic('x', {
      partitions: -1,
      replicas: -1,
      assignments: [
        [0, [1]],
        [2, [1]],
      ],
    }),
  ],
] as const) {
  createTopics(`refused or not: ${sentence}`, [wanted])
}
createTopics('topics for what follows', [
  topic('log', { partitions: 2 }),
  topic('compacted', { configs: [['cleanup.policy', 'compact']] }),
  topic('small', { configs: [['max.message.bytes', '200']] }),
  topic('stamped', { configs: [['message.timestamp.before.max.ms', '1000']] }),
  topic('idempotent'),
  topic('cut'),
])

// Metadata
for (const version of [0, 1, 3, 4, 5, 7, 8, 9, 10, 11, 12]) {
  add(`metadata of one known and one unknown topic, version ${version}`, 'Metadata', version, {
    topics: ['log', 'unknown'].map((name) => ({ name, topicId: NO_ID })),
    auto: true,
    clusterOps: false,
    topicOps: false,
  })
}
add('metadata of no topic', 'Metadata', 4, { topics: [], auto: false })
add('metadata of an unknown topic id', 'Metadata', 12, { topics: [{ name: null, topicId: 'MkU3OEVBNTcwNTJENDM2Qg' }], auto: false, topicOps: false })

// Partitions
const partitions = (sentence: string, name: string, count: number, assignments: number[][] | null = null, version = 3, validateOnly = false) =>
  add(sentence, 'CreatePartitions', version, {
    topics: [{ name, count, assignments: assignments?.map((brokers) => ({ brokers })) ?? null }],
    timeout: 5000,
    validateOnly,
  })
for (const version of [0, 1, 2, 3]) partitions(`one more partition, version ${version}`, 'made-2', 3 + version, null, version)
partitions('as many partitions as there are', 'made-3', 2)
partitions('fewer partitions', 'made-3', 1)
partitions('partitions of an unknown topic', 'unknown', 3)
partitions('partitions with too few assignments', 'made-3', 4, [[1]])
partitions('more partitions, only validated', 'made-3', 4, null, 3, true)

// Configs
for (const version of [1, 2, 3, 4]) {
  add(`configs of a topic by key, version ${version}`, 'DescribeConfigs', version, {
    resources: [{ type: 2, name: 'compacted', keys: ['cleanup.policy', 'retention.ms', 'max.message.bytes'] }],
    synonyms: true,
    documentation: false,
  })
}
const describe = (sentence: string, type: number, name: string, keys: string[] | null) =>
  add(sentence, 'DescribeConfigs', 4, { resources: [{ type, name, keys }], synonyms: false, documentation: false })
describe('all configs of a topic', 2, 'small', null)
describe('configs of an unknown topic', 2, 'unknown', null)
describe('one config of the broker', 4, '1', ['auto.create.topics.enable'])
describe('configs of an unknown broker', 4, '9', null)
describe('configs of a broker that is no number', 4, 'one', null)

const alter = (sentence: string, name: string, configs: [string, string | null][], version = 2) =>
  add(sentence, 'AlterConfigs', version, { resources: [{ type: 2, name, configs: configs.map(([name, value]) => ({ name, value })) }], validateOnly: false })
for (const version of [0, 1, 2]) alter(`other configs, version ${version}`, 'made-4', [['segment.ms', String(1000 + version)]], version)
alter('an unknown config', 'made-4', [['nope', '1']])
alter('configs of an unknown topic', 'unknown', [['segment.ms', '1']])
alter('a wrong value', 'made-4', [['segment.ms', 'x']])

const incremental = (sentence: string, name: string, configs: [string, number, string | null][], version = 1) =>
  add(sentence, 'IncrementalAlterConfigs', version, {
    resources: [{ type: 2, name, configs: configs.map(([name, operation, value]) => ({ name, operation, value })) }],
    validateOnly: false,
  })
for (const version of [0, 1]) incremental(`one config set, version ${version}`, 'made-5', [['retention.ms', 0, String(5000 + version)]], version)
incremental('one config unset', 'made-5', [['retention.ms', 1, null]])
incremental('an item added to a list', 'made-5', [['cleanup.policy', 2, 'compact']])
incremental('an item taken from a list', 'made-5', [['cleanup.policy', 3, 'delete']])
describe('what came of that', 2, 'made-5', ['cleanup.policy', 'retention.ms'])
incremental('an item added to what is no list', 'made-5', [['retention.ms', 2, '1']])
incremental('a wrong value set', 'made-5', [['retention.ms', 0, 'x']])
incremental('a config of an unknown topic set', 'unknown', [['retention.ms', 0, '1']])
incremental('an unknown config unset', 'made-5', [['nope', 1, null]])

// Records
const produce = (sentence: string, name: string, records: Buffer | null, more: { index?: number; acks?: number; version?: number } = {}) =>
  add(sentence, 'Produce', more.version ?? 9, {
    transactionalId: null,
    acks: more.acks ?? -1,
    timeout: 5000,
    topics: [{ name, partitions: [{ index: more.index ?? 0, records }] }],
  })
for (const version of [3, 5, 7, 8, 9]) produce(`a batch, version ${version}`, 'log', batch([`v${version}`, 'second']), { version })
for (const compression of [1, 2, 3, 4]) produce(`a batch with codec ${compression}`, 'log', batch(['packed', 'packed', 'packed'], { compression }))
produce('a batch into an unknown topic', 'unknown', batch(['x']))
produce('a batch into an unknown partition', 'log', batch(['x']), { index: 7 })
produce('a batch with a wrong checksum', 'log', flipped(batch(['x']), 40))
produce('a batch of format 1', 'log', withMagic(batch(['x']), 1))
produce('two batches at once', 'log', Buffer.concat([batch(['x']), batch(['y'])]))
produce('a record without key into a compacted topic', 'compacted', batch(['x']))
produce('a record with key into a compacted topic', 'compacted', batch(['x'], { key: 'k' }))
produce('a batch that is too large', 'small', batch(['x'.repeat(300)]))
produce('a record that is too old', 'stamped', batch(['x'], { time: 1000 }))
produce('a wrong acks', 'log', batch(['x']), { acks: 5 })
produce('a batch that covers more offsets than it has records', 'log', batch(['x'], { lastOffset: 3n }))
const numbered = (baseSequence: number, producerEpoch = 0, values = ['x']) => batch(values, { producerId: 77n, producerEpoch, baseSequence })
produce('numbered records: the first', 'idempotent', numbered(0))
produce('numbered records: the next two', 'idempotent', numbered(1, 0, ['y', 'z']))
produce('numbered records: the same again', 'idempotent', numbered(1, 0, ['y', 'z']))
produce('numbered records: a gap', 'idempotent', numbered(9))
produce('numbered records: a new epoch that starts in the middle', 'idempotent', numbered(3, 1))
produce('numbered records: a new epoch', 'idempotent', numbered(0, 2))
produce('numbered records: the old epoch', 'idempotent', numbered(3, 0))

const fetch = (sentence: string, name: string, offset: number, more: { partition?: number; version?: number; maxBytes?: number; leaderEpoch?: number } = {}) =>
  add(sentence, 'Fetch', more.version ?? 12, {
    replica: -1,
    maxWait: 0,
    minBytes: 1,
    maxBytes: more.maxBytes ?? 1_000_000,
    isolation: 0,
    session: 0,
    epoch: -1,
    topics: [
      {
        name,
        partitions: [
          { partition: more.partition ?? 0, leaderEpoch: more.leaderEpoch ?? -1, offset, lastEpoch: -1, logStart: -1, maxBytes: more.maxBytes ?? 1_000_000 },
        ],
      },
    ],
    forgotten: [],
    rack: '',
  })
for (const version of [4, 5, 6, 7, 8, 9, 10, 11, 12]) fetch(`the last batches, version ${version}`, 'log', 20, { version })
fetch('from the middle of a batch', 'log', 1)
fetch('less than one batch', 'log', 0, { maxBytes: 10 })
fetch('at the end', 'log', 22)
fetch('beyond the end', 'log', 23)
fetch('before the start', 'log', -1)
fetch('an empty partition', 'log', 0, { partition: 1 })
fetch('an unknown topic', 'unknown', 0)
fetch('an unknown partition', 'log', 0, { partition: 9 })
fetch('with a leader epoch from the future', 'log', 0, { leaderEpoch: 5 })

const offsets = (sentence: string, name: string, timestamp: number, more: { partition?: number; version?: number } = {}) =>
  add(sentence, 'ListOffsets', more.version ?? 7, {
    replica: -1,
    isolation: 0,
    topics: [{ name, partitions: [{ partition: more.partition ?? 0, leaderEpoch: -1, timestamp }] }],
  })
for (const version of [1, 2, 3, 4, 5, 6, 7]) {
  offsets(`the end, version ${version}`, 'log', -1, { version })
  offsets(`the offset of a time, version ${version}`, 'log', TIME + 500, { version })
}
offsets('the start', 'log', -2)
offsets('a time that none has', 'log', TIME + 1_000_000)
offsets('the newest record', 'log', -3)
offsets('the newest record of an empty partition', 'log', -3, { partition: 1 })
offsets('the end of an unknown topic', 'unknown', -1)
offsets('the end of an unknown partition', 'log', -1, { partition: 9 })

const cut = (sentence: string, name: string, offset: number, version = 2) =>
  add(sentence, 'DeleteRecords', version, { topics: [{ name, partitions: [{ partition: 0, offset }] }], timeout: 5000 })
produce('records to be cut', 'cut', batch(['a', 'b', 'c']))
for (const version of [0, 1, 2]) cut(`records deleted, version ${version}`, 'cut', version, version)
cut('records deleted beyond the end', 'cut', 10)
cut('records of an unknown topic', 'unknown', 0)
fetch('what was deleted', 'cut', 0)
fetch('what was not', 'cut', 2)
cut('everything deleted', 'cut', -1)
offsets('the start after that', 'cut', -2)

for (const version of [2, 3, 4]) {
  add(`the end of a leader epoch, version ${version}`, 'OffsetForLeaderEpoch', version, {
    replica: -1,
    topics: [
      { name: 'log', partitions: [{ partition: 0, current: -1, epoch: 0 }] },
      { name: 'unknown', partitions: [{ partition: 0, current: -1, epoch: 0 }] },
    ],
  })
}

// Groups
for (const version of [0, 1, 2, 3]) add(`the coordinator of a group, version ${version}`, 'FindCoordinator', version, { key: 'group', type: 0 })
add('the coordinator of two groups', 'FindCoordinator', 4, { type: 0, keys: ['group', 'other'] })

const commit = (sentence: string, group: string, more: { generation?: number; member?: string; topic?: string; metadata?: string; version?: number } = {}) =>
  add(sentence, 'OffsetCommit', more.version ?? 8, {
    group,
    generation: more.generation ?? -1,
    member: more.member ?? '',
    instance: null,
    retention: -1,
    topics: [{ name: more.topic ?? 'log', partitions: [{ partition: 0, offset: 5, leaderEpoch: -1, metadata: more.metadata ?? 'note' }] }],
  })
for (const version of [2, 3, 4, 5, 6, 7, 8]) commit(`a tool's commit, version ${version}`, 'tool', { version })
commit('a commit into an unknown topic', 'tool', { topic: 'unknown' })
commit('a commit with too long a note', 'tool', { metadata: 'n'.repeat(5000) })
commit('a commit of an unknown member', 'tool', { generation: 1, member: 'nobody' })
commit('a commit of a member of an unknown group', 'no-group', { generation: 1, member: 'nobody' })
const asked = [{ name: 'log', partitions: [0, 1] }]
for (const version of [1, 2, 3, 5, 6, 7]) {
  add(`committed offsets, version ${version}`, 'OffsetFetch', version, { group: 'tool', topics: asked, stable: false })
}
add('committed offsets, version 8', 'OffsetFetch', 8, {
  groups: [
    { group: 'tool', topics: asked },
    { group: 'no-group', topics: asked },
  ],
  stable: false,
})
add('all committed offsets', 'OffsetFetch', 7, { group: 'tool', topics: null, stable: false })

const join = (sentence: string, group: string, more: { session?: number; member?: string; type?: string; protocols?: string[]; version?: number } = {}) =>
  add(sentence, 'JoinGroup', more.version ?? 9, {
    group,
    session: more.session ?? 10_000,
    rebalance: 10_000,
    member: more.member ?? '',
    instance: null,
    type: more.type ?? 'consumer',
    protocols: (more.protocols ?? ['range']).map((name) => ({ name, metadata: Buffer.from('m') })),
    reason: null,
  })
for (const version of [4, 5, 6, 7, 8, 9]) join(`a join without member id, version ${version}`, 'joined', { version })
join('a join of a member nobody knows', 'joined', { member: 'nobody' })
join('a join of no group', '')
join('a join with too short a session', 'joined', { session: 10 })
join('a join without protocols', 'joined', { protocols: [], version: 3 })
join('a join that needs no member id', 'direct', { version: 3 })
for (const version of [0, 1, 3, 4]) {
  add(`a heartbeat of nobody, version ${version}`, 'Heartbeat', version, { group: 'tool', generation: 1, member: 'nobody', instance: null })
}
add('a heartbeat in no group', 'Heartbeat', 4, { group: '', generation: 1, member: 'nobody', instance: null })
for (const version of [0, 1, 3, 4, 5]) {
  add(`a sync of nobody, version ${version}`, 'SyncGroup', version, {
    group: 'tool',
    generation: 1,
    member: 'nobody',
    instance: null,
    type: null,
    protocol: null,
    assignments: [],
  })
}
for (const version of [0, 2, 3, 4, 5]) {
  add(`a leave of nobody, version ${version}`, 'LeaveGroup', version, {
    group: 'tool',
    member: 'nobody',
    members: [{ member: 'nobody', instance: null, reason: null }],
  })
}
for (const version of [0, 1, 3, 4, 5])
  add(`an empty and an unknown group, version ${version}`, 'DescribeGroups', version, { groups: ['tool', 'no-group'], ops: false })
add('empty groups', 'ListGroups', 4, { states: ['Empty'] })
for (const version of [0, 1, 2]) add(`a group deleted that is not there, version ${version}`, 'DeleteGroups', version, { groups: ['no-group'] })
add('groups deleted: one with members, one without, no name', 'DeleteGroups', 2, { groups: ['direct', 'tool', ''] })

// The life of the only member of a group; a join of version 3 gets its member id at once.
for (const [round, version] of [
  [1, 3],
  [2, 5],
] as const) {
  const group = `life-${round}`
  const generation = 1
  if (version === 3) {
    join(`life ${round}: a join`, group, { version })
  } else {
    join(`life ${round}: a join that is told its member id`, group, { version })
    add(`life ${round}: the join with it`, 'JoinGroup', 9, (member) => ({
      group,
      session: 10_000,
      rebalance: 10_000,
      member,
      instance: null,
      type: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from('m') }],
      reason: null,
    }))
  }
  const named = (member: string) => ({ group, generation, member, instance: null })
  const commitOf = (offset: number) => [{ name: 'log', partitions: [{ partition: 0, offset, leaderEpoch: 0, metadata: null }] }]
  const leaving = (member: string) => ({ group, member, members: [{ member, instance: null, reason: null }] })
  add(`life ${round}: a heartbeat before the sync`, 'Heartbeat', 4, named)
  add(`life ${round}: the group before the sync`, 'DescribeGroups', 5, { groups: [group], ops: false })
  add(`life ${round}: a commit before the sync`, 'OffsetCommit', 8, (member) => ({ ...named(member), topics: commitOf(1) }))
  add(`life ${round}: a sync with another protocol`, 'SyncGroup', 5, (member) => ({ ...named(member), type: 'consumer', protocol: 'sticky', assignments: [] }))
  add(`life ${round}: the sync`, 'SyncGroup', version, (member) => ({
    ...named(member),
    type: 'consumer',
    protocol: 'range',
    assignments: [{ member, assignment: Buffer.from('all of it') }],
  }))
  add(`life ${round}: the sync again`, 'SyncGroup', 4, (member) => ({ ...named(member), assignments: [] }))
  add(`life ${round}: a heartbeat`, 'Heartbeat', 3, named)
  add(`life ${round}: a heartbeat of another generation`, 'Heartbeat', 4, (member) => ({ ...named(member), generation: 7 }))
  add(`life ${round}: a commit`, 'OffsetCommit', 8, (member) => ({ ...named(member), topics: commitOf(2) }))
  add(`life ${round}: a commit of another generation`, 'OffsetCommit', 7, (member) => ({ ...named(member), generation: 0, topics: commitOf(3) }))
  commit(`life ${round}: a tool's commit meanwhile`, group)
  add(`life ${round}: what is committed`, 'OffsetFetch', 8, { groups: [{ group, topics: [{ name: 'log', partitions: [0] }] }], stable: false })
  add(`life ${round}: the group`, 'DescribeGroups', 5, { groups: [group], ops: false })
  add(`life ${round}: deleting the group`, 'DeleteGroups', 2, { groups: [group] })
  add(`life ${round}: the leave`, 'LeaveGroup', version, leaving)
  add(`life ${round}: the leave again`, 'LeaveGroup', version, leaving)
  add(`life ${round}: the empty group`, 'DescribeGroups', 5, { groups: [group], ops: false })
  add(`life ${round}: deleting the empty group`, 'DeleteGroups', 2, { groups: [group] })
}

for (const version of [0, 1, 2, 3, 4])
  add(`a producer id, version ${version}`, 'InitProducerId', version, { transactionalId: null, timeout: 1000, producer: -1, epoch: -1 })
for (const version of [0, 1]) add(`the cluster, version ${version}`, 'DescribeCluster', version, { ops: false, endpoints: 1 })

// And away
for (const version of [1, 3, 4, 5])
  add(`topics deleted, version ${version}`, 'DeleteTopics', version, { names: [`made-${version + 2}`, 'unknown'], timeout: 5000 })
add('topics deleted by name and by unknown id', 'DeleteTopics', 6, {
  topics: [
    { name: 'made-2', topicId: NO_ID },
    { name: null, topicId: 'MkU3OEVBNTcwNTJENDM2Qg' },
  ],
  timeout: 5000,
})

export const conversation: readonly Step[] = steps
