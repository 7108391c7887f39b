/** The ksqlDB target against answers that a real server gave, and against the ways in which one does not answer. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type KafkaClient, VirtualClock } from '../../src/ports/index.ts'
import { createKsqldbTarget, type Target } from '../../src/targets/index.ts'
import { action, entry, never, node, owner } from './given.ts'

const table = (running = true) =>
  node('Statement', 'CNT', {
    objectType: 'TABLE',
    objectName: 'CNT',
    sql: 'CREATE TABLE CNT AS SELECT K, COUNT(*) AS N FROM S1 GROUP BY K;',
    properties: { 'auto.offset.reset': 'earliest' },
    running,
  })

const done = (commandId: string, queryId: string | null, sequence: number, status = 'SUCCESS') => [
  { '@type': 'currentStatus', statementText: '', commandId, commandStatus: { status, message: '', queryId }, commandSequenceNumber: sequence, warnings: [] },
]
const busy = {
  '@type': 'statement_error',
  error_code: 50000,
  message: "Could not write the statement '...' into the command topic: Timeout while waiting for command topic consumer to process command topic",
  entities: [],
}

const query = (id: string, further: object = {}) => ({
  queryString: '',
  sinks: ['CNT'],
  sinkKafkaTopics: ['CNT'],
  id,
  statusCount: { RUNNING: 1 },
  queryType: 'PERSISTENT',
  state: 'RUNNING',
  ...further,
})
const described = (id: string, further: object = {}) => ({
  id,
  statementText: 'CREATE TABLE CNT AS SELECT K, COUNT(*) N FROM S1 GROUP BY K;',
  sources: ['S1'],
  sinks: ['CNT'],
  overriddenProperties: { 'ksql.streams.auto.offset.reset': 'earliest' },
  queryErrors: [],
  tasksMetadata: [],
  consumerGroupId: `_confluent-ksql-default_query_${id}`,
  state: 'RUNNING',
  queryType: 'PERSISTENT',
  ...further,
})
const listing = (queries: object[], descriptions: object[]) => [
  { '@type': 'source_descriptions', sourceDescriptions: [] },
  {
    '@type': 'source_descriptions',
    sourceDescriptions: [
      { name: 'CNT', type: 'TABLE', topic: 'CNT', statement: 'CREATE TABLE CNT AS SELECT K, COUNT(*) N FROM S1 GROUP BY K;', writeQueries: queries },
    ],
  },
  { '@type': 'queries', queries },
  { '@type': 'query_descriptions', queryDescriptions: descriptions },
  { '@type': 'type_list', types: {} },
]

describe('The ksqlDB target', () => {
  let server: Server
  let target: Target
  let clock: VirtualClock
  let asked: { path: string; ksql?: string; sequence?: number; properties?: object }[]
  /** One answer per request, the last one again and again. */
  let answers: [number, unknown][]

  beforeEach(async () => {
    asked = []
    clock = new VirtualClock(1_800_000_000_000)
    server = createServer((request: IncomingMessage, response: ServerResponse) => {
      let text = ''
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      request.on('end', () => {
        const { ksql, commandSequenceNumber, streamsProperties } = (text === '' ? {} : JSON.parse(text)) as {
          ksql?: string
          commandSequenceNumber?: number
          streamsProperties?: object
        }
        asked.push({
          path: request.url ?? '',
          ...(ksql === undefined ? {} : { ksql, properties: streamsProperties ?? {} }),
          ...(commandSequenceNumber === undefined ? {} : { sequence: commandSequenceNumber }),
        })
        const [status, answer] = answers.length > 1 ? answers.shift()! : answers[0]!
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    target = createKsqldbTarget({ url: `http://127.0.0.1:${port}`, clock, kafka: {} as KafkaClient })
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  /** Lets the target's waits pass while it works. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    let over = false
    const finished = work.finally(() => {
      over = true
    })
    finished.catch(() => {})
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(250)
    }
    return await finished
  }

  it('creates with the properties and waits for the command to be carried out', async () => {
    answers = [
      [200, done('table/`CNT`/create', null, 8, 'EXECUTING')],
      [200, { status: 'EXECUTING', message: '', queryId: null }],
      [200, { status: 'SUCCESS', message: '', queryId: 'CTAS_CNT_7' }],
    ]
    assert.deepEqual(await inTime(target.apply(action(table()), owner, never)), { pending: false, backendId: 'CTAS_CNT_7' })
    assert.deepEqual(
      asked.map(({ path }) => path),
      ['/ksql', '/status/table/%60CNT%60/create', '/status/table/%60CNT%60/create'],
    )
    assert.deepEqual(asked[0]!.properties, { 'auto.offset.reset': 'earliest' })
  })

  it('sends each statement with the sequence number of the one before', async () => {
    answers = [[200, done('table/`CNT`/create', 'CTAS_CNT_7', 8)]]
    await inTime(target.apply(action(table()), owner, never))
    await inTime(target.apply(action(table()), owner, never))
    assert.deepEqual(
      asked.map(({ sequence }) => sequence),
      [undefined, 8],
    )
  })

  it('sends a statement again while the command runner is busy', async () => {
    answers = [
      [500, busy],
      [500, busy],
      [200, done('table/`CNT`/create', 'CTAS_CNT_7', 8)],
    ]
    assert.equal((await inTime(target.apply(action(table()), owner, never))).backendId, 'CTAS_CNT_7')
    assert.equal(asked.length, 3)
  })

  it('gives up after a while, and comes back later', async () => {
    answers = [[500, busy]]
    await assert.rejects(inTime(target.apply(action(table()), owner, never)), { class: 'Retry', reason: 'BackendError' })
  })

  it('stalls on what the server refuses, be it 400 or 500', async () => {
    const refusal = {
      '@type': 'statement_error',
      error_code: 40001,
      message: "Cannot add table 'CNT': A table with the same name already exists",
      statementText: '',
      entities: [],
    }
    answers = [[400, refusal]]
    await assert.rejects(inTime(target.apply(action(table()), owner, never)), { class: 'Stall', reason: 'StatementRefused', message: /already exists/ })
    answers = [[500, { ...refusal, error_code: 50000, message: 'Failed to guarantee existence of topic t9' }]]
    await assert.rejects(inTime(target.apply(action(table()), owner, never)), { class: 'Stall', reason: 'StatementRefused' })
  })

  it('stalls when the command fails after it was taken', async () => {
    answers = [
      [200, done('table/`CNT`/create', null, 8, 'QUEUED')],
      [200, { status: 'ERROR', message: 'the query could not be started', queryId: null }],
    ]
    await assert.rejects(inTime(target.apply(action(table()), owner, never)), { class: 'Stall', message: /could not be started/ })
  })

  it('forgets a sequence number that a server made anew will never reach', async () => {
    answers = [[200, done('table/`CNT`/create', 'CTAS_CNT_7', 800)]]
    await inTime(target.apply(action(table()), owner, never))
    answers = [[503, { '@type': 'generic_error', error_code: 50301, message: 'Timed out while waiting for a previous command to execute.' }]]
    await assert.rejects(inTime(target.apply(action(table()), owner, never)), { class: 'Retry' })
    answers = [[200, done('table/`CNT`/create', 'CTAS_CNT_7', 2)]]
    await inTime(target.apply(action(table()), owner, never))
    assert.deepEqual(
      asked.map(({ sequence }) => sequence),
      [undefined, 800, undefined],
    )
  })

  it('pauses a query that must not run yet', async () => {
    answers = [[200, done('table/`CNT`/create', 'CTAS_CNT_7', 8)]]
    await inTime(target.apply(action(table(false)), owner, never))
    assert.equal(asked[1]!.ksql, 'PAUSE CTAS_CNT_7;')
  })

  it('observes everything in one call', async () => {
    answers = [[200, listing([query('CTAS_CNT_7')], [described('CTAS_CNT_7')])]]
    const [seen] = await target.observe(never)
    assert.equal(asked.length, 1)
    assert.deepEqual([seen!.id, seen!.backendId, seen!.health], ['Statement/CNT', 'CTAS_CNT_7', 'Ready'])
    assert.deepEqual(seen!.spec, {
      objectType: 'TABLE',
      objectName: 'CNT',
      sql: 'CREATE TABLE CNT AS SELECT K, COUNT(*) N FROM S1 GROUP BY K;',
      properties: { 'auto.offset.reset': 'earliest' },
      running: true,
    })
  })

  const offsets = (endOffset: number, committedOffset: number) => [
    { taskId: '0_0', topicOffsets: [{ topicPartitionEntity: { topic: 's1', partition: 0 }, endOffset, committedOffset }] },
  ]
  const failure = (errorMessage: string, ago: number) => [{ timestamp: 1_800_000_000_000 - ago, errorMessage, type: 'USER' }]
  const crash = 'org.apache.kafka.streams.errors.StreamsException: Exception caught in process. taskId=0_0, topic=s1, partition=0, offset=1\n\tat x'
  const health: [string, object, object, string, string | undefined][] = [
    ['runs', {}, {}, 'Ready', undefined],
    ['is paused', { statusCount: { PAUSED: 1 } }, {}, 'Ready', undefined],
    ['crashes again and again while its state says RUNNING', {}, { queryErrors: failure(crash, 1000), tasksMetadata: offsets(9, 1) }, 'Failed', 'QueryFailing'],
    ['has failed long ago', {}, { queryErrors: failure(crash, 3_600_000), tasksMetadata: offsets(9, 1) }, 'Ready', undefined],
    ['has failed once, and should have failed again by now', {}, { queryErrors: failure(crash, 61_000), tasksMetadata: offsets(9, 1) }, 'Ready', undefined],
    ['has failed once, and may fail again any moment', {}, { queryErrors: failure(crash, 40_000), tasksMetadata: offsets(9, 1) }, 'Failed', 'QueryFailing'],
    ['has failed and caught up', {}, { queryErrors: failure(crash, 1000), tasksMetadata: offsets(9, 10) }, 'Ready', undefined],
    [
      'has lost its source topic',
      {},
      {
        queryErrors: failure('org.apache.kafka.streams.errors.MissingSourceTopicException: One or more source topics were missing', 1000),
        tasksMetadata: offsets(-1, -1),
      },
      'Failed',
      'SourceTopicMissing',
    ],
  ]
  for (const [sentence, running, description, expected, reason] of health) {
    it(`says of a query that ${sentence}: ${reason ?? expected}`, async () => {
      answers = [[200, listing([query('CTAS_CNT_7', running)], [described('CTAS_CNT_7', description)])]]
      const [seen] = await target.observe(never)
      assert.deepEqual([seen!.health, seen!.reason], [expected, reason])
      if (reason === 'QueryFailing') assert.match(seen!.message ?? '', /offset=1/)
    })
  }

  it('says of a table whose query is gone: NotRunning', async () => {
    answers = [[200, listing([], [])]]
    const [seen] = await target.observe(never)
    assert.deepEqual([seen!.health, seen!.reason, seen!.backendId], ['Failed', 'NotRunning', undefined])
  })

  it('terminates, then drops, and never deletes a topic', async () => {
    answers = [
      [200, listing([query('CTAS_CNT_7')], [described('CTAS_CNT_7')])],
      [200, done('terminate/CTAS_CNT_7/execute', null, 10)],
      [200, done('table/CNT/drop', null, 12)],
    ]
    await inTime(target.remove(entry(table()), owner, never))
    assert.deepEqual(
      asked.slice(1).map(({ ksql }) => ksql),
      ['TERMINATE CTAS_CNT_7;', 'DROP TABLE IF EXISTS CNT;'],
    )
  })

  it('terminates nothing of a table that somebody still reads', async () => {
    answers = [[200, listing([query('CTAS_CNT_7')], [described('CTAS_CNT_7'), described('CSAS_X_9', { sources: ['CNT'], sinks: ['X'] })])]]
    await assert.rejects(inTime(target.remove(entry(table()), owner, never)), { class: 'Wait', message: /CSAS_X_9/ })
    assert.equal(asked.length, 1)
  })

  it('says what garbage is', async () => {
    answers = [[200, [{ '@type': 'streams' }]]]
    await assert.rejects(target.observe(never), { class: 'Retry', reason: 'UnexpectedAnswer' })
  })
})
