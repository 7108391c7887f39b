import assert from 'node:assert/strict'
import { type ClientHttp2Session, connect } from 'node:http2'
import { type Bench, startBench } from './setup.ts'

const EARLIEST = { 'auto.offset.reset': 'earliest' }
const withoutIds = (text: string) => text.replace(/"(?:transient_\w+_|query_)\d+"/g, '"ID"')

describe('ksqlDB stand-in: forms of queries', () => {
  let bench: Bench
  before(async () => {
    bench = await startBench()
    await bench.ksql(`
      CREATE STREAM S (K INT KEY, B BIGINT, D DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
      INSERT INTO S (ROWTIME, K, B, D) VALUES (1700000000000, 1, 9007199254740993, 1.0);
      INSERT INTO S (ROWTIME, K, B, D) VALUES (1700000001000, 1, 2, 1E10);`)
  })
  after(() => bench.close())

  const DELIMITED = '{"queryId":"ID","columnNames":["K","B","D"],"columnTypes":["INTEGER","BIGINT","DOUBLE"]}\n[1,9007199254740993,1.0]\n[1,2,1.0E10]\n'
  const PUSH = 'SELECT * FROM S EMIT CHANGES LIMIT 2;'

  it('answers delimited rows by default, with all 64 bits', async () => {
    const answer = await bench.queryStream(PUSH, EARLIEST)
    assert.deepEqual([answer.type, withoutIds(answer.text)], ['application/vnd.ksqlapi.delimited.v1', DELIMITED])
  })

  it('answers one JSON array to a client that wants JSON', async () => {
    const answer = await bench.queryStream(PUSH, EARLIEST, 'application/json')
    assert.equal(withoutIds(answer.text), `[${DELIMITED.trimEnd().replaceAll('\n', ',')}]`)
  })

  it('answers the old form through /query, with the reason of its end', async () => {
    const answer = await bench.post('/query', { ksql: PUSH, streamsProperties: EARLIEST })
    assert.equal(
      withoutIds(answer.text),
      '[{"header":{"queryId":"ID","schema":"`K` INTEGER, `B` BIGINT, `D` DOUBLE"}},\n{"row":{"columns":[1,9007199254740993,1.0]}},\n{"row":{"columns":[1,2,1.0E10]}},\n{"finalMessage":"Limit Reached"}]',
    )
  })

  it('shows a push query while it is open, ends it on demand and logs it', async () => {
    const response = await fetch(`${bench.server.url}/query-stream`, { method: 'POST', body: JSON.stringify({ sql: 'SELECT * FROM S EMIT CHANGES;' }) })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const header = JSON.parse((await reader?.read())?.value ?? '') as { queryId: string }
    const queries = (await bench.ksql('LIST QUERIES;')).body[0].queries
    assert.deepEqual(
      queries.map((query: { id: string; queryType: string }) => [query.id, query.queryType]),
      [[header.queryId, 'PUSH']],
    )
    assert.equal((await bench.post('/close-query', { queryId: header.queryId })).status, 200)
    assert.equal((await reader?.read())?.done, true)
    assert.deepEqual((await bench.ksql('LIST QUERIES;')).body[0].queries, [])
  })

  it('ends a push query whose client goes away', async () => {
    const abort = new AbortController()
    const response = await fetch(`${bench.server.url}/query`, {
      method: 'POST',
      signal: abort.signal,
      body: JSON.stringify({ ksql: 'SELECT * FROM S EMIT CHANGES;' }),
    })
    await response.body?.getReader().read()
    const seen = bench.server.requests.total
    abort.abort()
    await bench.until(async () => ((await bench.ksql('LIST QUERIES;')).body[0].queries.length === 0 ? true : undefined))
    assert.ok(bench.server.requests.since(0).some((request) => request.path === '/query' && !request.mutating) && bench.server.requests.total > seen)
  })

  it('prints a topic with the formats it guesses', async () => {
    const answer = await bench.post('/query', { ksql: 'PRINT s FROM BEGINNING LIMIT 2;' })
    assert.equal(
      answer.text,
      'Key format: KAFKA_INT or KAFKA_STRING\nValue format: JSON or KAFKA_STRING\n' +
        'rowtime: 2023/11/14 22:13:20.000 Z, key: 1, value: {"B":9007199254740993,"D":1.0}, partition: 0\n' +
        'rowtime: 2023/11/14 22:13:21.000 Z, key: 1, value: {"B":2,"D":1.0E10}, partition: 0\n',
    )
  })

  describe('over HTTP/2', () => {
    let session: ClientHttp2Session
    before(() => {
      session = connect(bench.server.url)
    })
    after(() => session.close())

    const send = (path: string, lines: string) =>
      new Promise<string>((resolve, reject) => {
        const stream = session.request({ ':method': 'POST', ':path': path })
        let text = ''
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        stream.on('end', () => resolve(text))
        stream.on('error', reject)
        stream.end(lines)
      })

    it('answers queries as over HTTP/1.1', async () => {
      const text = await send('/query-stream', JSON.stringify({ sql: 'SELECT * FROM S;' }))
      assert.equal(withoutIds(text), DELIMITED)
    })

    it('takes inserts line by line and acknowledges each', async () => {
      await bench.ksql("CREATE STREAM T (K INT KEY, B BIGINT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);")
      const text = await send('/inserts-stream', '{"target":"t"}\n{"K":3,"B":9007199254740993}\n{"k":4}\n')
      assert.equal(text, '{"seq":0,"status":"ok"}\n{"seq":1,"status":"ok"}\n')
      const rows = await bench.queryStream('SELECT * FROM T;')
      assert.deepEqual(rows.text.split('\n').slice(1, -1), ['[3,9007199254740993]', '[4,null]'])
    })
  })
})
