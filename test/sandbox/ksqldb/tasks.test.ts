/** What a query tells of its tasks: parts, partitions, offsets; and what servers tell each other of them. */
import assert from 'node:assert/strict'
import { systemClock } from '../../../src/ports/index.ts'
import { type Bench, startBench } from './setup.ts'

const STREAM = `CREATE STREAM CLICKS (ID VARCHAR KEY, PAGE VARCHAR) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=2);`
const EARLIEST = { 'auto.offset.reset': 'earliest' }

interface Position {
  readonly topicPartitionEntity: { readonly topic: string; readonly partition: number }
  readonly endOffset: number
  readonly committedOffset: number
}

async function tasksOf(bench: Bench, id: string): Promise<{ taskId: string; topicOffsets: Position[] }[]> {
  return (await bench.ksql(`EXPLAIN ${id};`)).body[0].queryDescription.tasksMetadata
}

const positions = (tasks: Awaited<ReturnType<typeof tasksOf>>, topic: string) =>
  tasks.flatMap(({ topicOffsets }) => topicOffsets).filter(({ topicPartitionEntity }) => topicPartitionEntity.topic.endsWith(topic))

/** Everything that was counted so far. */
const records = (of: readonly Position[]) => of.reduce((sum, { endOffset }) => sum + endOffset + 1, 0)
const settled = (of: readonly Position[]) => of.every(({ endOffset, committedOffset }) => endOffset < 0 || committedOffset === endOffset + 1)

describe('ksqlDB stand-in: tasks', () => {
  let bench: Bench
  afterEach(() => bench.close())

  const insert = (id: string, page: string | null) =>
    bench.ksql(`INSERT INTO CLICKS (ID, PAGE) VALUES ('${id}', ${page === null ? 'CAST(NULL AS VARCHAR)' : `'${page}'`});`)

  async function pages(): Promise<void> {
    assert.equal((await bench.ksql(STREAM)).status, 200)
    const made = await bench.ksql('CREATE TABLE PAGES AS SELECT PAGE, COUNT(*) AS N FROM CLICKS GROUP BY PAGE;', EARLIEST)
    assert.equal(made.status, 200, made.text)
  }

  const queryId = async () => (await bench.ksql('LIST QUERIES;')).body[0].queries[0].id as string

  it('a group by another column: two parts, of which the second reads what was given a new key', async () => {
    bench = await startBench()
    await pages()
    for (const [id, page] of [
      ['a', '/x'],
      ['b', '/y'],
      ['c', '/x'],
      ['d', '/z'],
    ] as const)
      await insert(id, page)
    const id = await queryId()
    const tasks = await bench.until(async () => {
      const found = await tasksOf(bench, id)
      const all = found.flatMap(({ topicOffsets }) => topicOffsets)
      return records(positions(found, '-repartition')) === 4 && settled(all) ? found : undefined
    })
    assert.deepEqual(tasks.map(({ taskId }) => taskId).sort(), ['0_0', '0_1', '1_0', '1_1'])
    assert.equal(records(positions(tasks, 'clicks')), 4)
    assert.ok(positions(tasks, '-repartition').every(({ topicPartitionEntity }) => topicPartitionEntity.topic.includes(`query_${id}-Aggregate-GroupBy-`)))
    const described = (await bench.ksql('DESCRIBE PAGES EXTENDED;')).body[0].sourceDescription
    const topics = described.queryOffsetSummaries[0].topicSummaries.map((one: { kafkaTopic: string }) => one.kafkaTopic)
    assert.deepEqual(topics.sort(), [`_confluent-ksql-default_query_${id}-Aggregate-GroupBy-repartition`, 'clicks'])
  })

  it('a record that is in no group is not given a new key', async () => {
    bench = await startBench()
    await pages()
    await insert('a', null)
    await insert('b', '/y')
    const id = await queryId()
    const tasks = await bench.until(async () => {
      const found = await tasksOf(bench, id)
      return records(positions(found, 'clicks')) === 2 && settled(positions(found, 'clicks')) ? found : undefined
    })
    assert.equal(records(positions(tasks, '-repartition')), 1)
  })

  it('after a restart it goes on counting from where it was', async () => {
    bench = await startBench()
    await pages()
    for (const page of ['/x', '/y', '/z']) await insert(page, page)
    const id = await queryId()
    await bench.until(
      async () => (settled(positions(await tasksOf(bench, id), '')) && records(positions(await tasksOf(bench, id), '-repartition')) === 3) || undefined,
    )
    await bench.restart()
    await insert('d', '/x')
    await bench.until(async () => {
      const found = await tasksOf(bench, id)
      return (records(positions(found, '-repartition')) === 4 && settled(positions(found, ''))) || undefined
    })
  })

  it('a server that takes over from its former self has no tasks, and no rows, until the brokers have given that up', async () => {
    const handoverMs = 45_001
    const waiting: (() => void)[] = []
    const after = (ms: number, fn: () => void) => {
      if (ms !== handoverMs) return systemClock.after(ms, fn)
      waiting.push(fn)
      return () => {}
    }
    bench = await startBench({ handoverMs, clock: { ...systemClock, after } })
    await pages()
    await insert('a', '/x')
    const id = await queryId()
    const pull = () => bench.queryStream("SELECT N FROM PAGES WHERE PAGE = '/x';")
    await bench.until(async () => ((await pull()).text.includes('[1]') ? true : undefined))
    await bench.restart()
    assert.deepEqual(await tasksOf(bench, id), [])
    const refused = await pull()
    assert.equal(refused.status, 400)
    assert.match(refused.body.message, /not available yet/)
    for (const given of waiting) given()
    await bench.until(async () => ((await pull()).text.includes('[1]') ? true : undefined))
    assert.notDeepEqual(await tasksOf(bench, id), [])
  })

  it('heartbeats and lag reports are off unless they are turned on', async () => {
    bench = await startBench()
    assert.equal((await bench.get('/clusterStatus')).status, 404)
    assert.equal((await bench.post('/heartbeat', { hostInfo: 'localhost:1', timestamp: 1 })).status, 404)
  })

  it('the status of the cluster names stores, partitions and offsets of each query with state', async () => {
    const properties = { 'ksql.heartbeat.enable': 'true', 'ksql.lag.reporting.enable': 'true', 'ksql.streams.commit.interval.ms': '50' }
    bench = await startBench({ properties })
    await pages()
    await insert('a', '/x')
    const id = await queryId()
    const store = `${id}#Aggregate-Aggregate-Materialize`
    const status = await bench.until(async () => {
      const [only] = Object.values((await bench.get('/clusterStatus')).body.clusterStatus) as {
        hostAlive: boolean
        activeStandbyPerQuery: Record<string, { activePartitions: unknown[] }>
        hostStoreLags: { stateStoreLags: Record<string, { size: number; lagByPartition: Record<string, { endOffsetPosition: number; offsetLag: number }> }> }
      }[]
      return only?.hostStoreLags.stateStoreLags[store] === undefined ? undefined : only
    })
    assert.equal(status.hostAlive, true)
    assert.equal(status.activeStandbyPerQuery[id]?.activePartitions.length, 4)
    const lags = Object.values(status.hostStoreLags.stateStoreLags[store]?.lagByPartition ?? {})
    assert.equal(
      lags.reduce((sum, { endOffsetPosition }) => sum + endOffsetPosition, 0),
      1,
    )
    assert.ok(lags.every(({ offsetLag }) => offsetLag === 0))
  })
})
