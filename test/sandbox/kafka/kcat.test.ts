import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createKafkaClient, type KafkaClient, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { type KafkaServer, startKafka } from '../../../src/sandbox/kafka/index.ts'

const missing = spawnSync('kcat', ['-V']).error !== undefined

describe('Kafka stand-in, driven by kcat', () => {
  let server: KafkaServer
  let client: KafkaClient

  before(async function () {
    if (missing) {
      process.stderr.write('kcat is not installed: its tests are skipped\n')
      this.skip()
    }
    server = await startKafka({ clock: systemClock, random: seededRandom(2) })
    client = createKafkaClient({ brokers: [server.url], clientId: 'test' })
    await client.createTopic({ name: 'events', partitions: 2, replicas: 1 })
  })
  after(async () => {
    await client?.close()
    await server?.close()
  })

  function kcat(args: string[], input = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      // At the end of a topic kcat waits once more before it stops, by default half a second.
      const soon = args[0] === '-C' || args[0] === '-G' ? ['-X', 'fetch.wait.max.ms=20'] : []
      const child = execFile('kcat', ['-b', server.url, ...soon, ...args], { timeout: 15_000 }, (error, stdout, stderr) =>
        error ? reject(new Error(`kcat ${args.join(' ')}: ${stderr}`)) : resolve(stdout),
      )
      child.stdin?.end(input)
    })
  }

  it('-L lists brokers and topics', async () => {
    const listed = JSON.parse(await kcat(['-L', '-J']))
    assert.deepEqual(listed.topics, [
      { topic: 'events', partitions: [0, 1].map((partition) => ({ partition, leader: 1, replicas: [{ id: 1 }], isrs: [{ id: 1 }] })) },
    ])
    assert.equal(listed.controllerid, 1)
  })

  it('-L of an unknown topic shows the error and creates nothing', async () => {
    assert.match(await kcat(['-L', '-t', 'unknown']), /Unknown topic or partition/)
    assert.deepEqual(await client.listTopics(), ['events'])
  })

  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    it(`-P and -C with ${codec}`, async () => {
      await client.createTopic({ name: `by-${codec}`, partitions: 1, replicas: 1 })
      const lines = Array.from({ length: 50 }, (_, i) => `k${i}:value ${i} value ${i}`)
      await kcat(['-P', '-t', `by-${codec}`, '-K:', '-z', codec, '-H', 'from=kcat', '-X', 'enable.idempotence=true'], lines.join('\n'))
      const read = await kcat(['-C', '-t', `by-${codec}`, '-o', 'beginning', '-e', '-q', '-f', '%k:%s|%h\n'])
      assert.deepEqual(
        read.trim().split('\n'),
        lines.map((line) => `${line}|from=kcat`),
      )
    })
  }

  it('-C from an offset, and from the end', async () => {
    await kcat(['-P', '-t', 'events', '-p', '0'], 'a\nb\nc\n')
    assert.equal(await kcat(['-C', '-t', 'events', '-p', '0', '-o', '1', '-e', '-q', '-f', '%o %s\n']), '1 b\n2 c\n')
    assert.equal(await kcat(['-C', '-t', 'events', '-p', '0', '-o', '-1', '-e', '-q']), 'c\n')
  })

  it('-C beyond the end is out of range', async () => {
    await assert.rejects(kcat(['-C', '-t', 'events', '-p', '0', '-o', '1000', '-e', '-X', 'auto.offset.reset=error']), /Offset out of range/)
  })

  it('-Q asks for offsets by time', async () => {
    await client.produce('events', [
      { partition: 1, timestamp: 1_000, key: null, value: Buffer.from('old') },
      { partition: 1, timestamp: 5_000, key: null, value: Buffer.from('new') },
    ])
    assert.equal(await kcat(['-Q', '-t', 'events:1:2000']), 'events [1] offset 1\n')
    assert.equal(await kcat(['-Q', '-t', 'events:1:-1']), 'events [1] offset 2\n')
    assert.equal(await kcat(['-Q', '-t', 'events:1:-2']), 'events [1] offset 0\n')
  })

  it('-G reads as a group and goes on where it stopped', async () => {
    const group = ['-G', 'kcat-group', '-e', '-q', '-X', 'auto.offset.reset=earliest', '-f', '%s\n', 'by-none']
    assert.equal((await kcat(group)).trim().split('\n').length, 50)
    await kcat(['-P', '-t', 'by-none'], 'one more')
    assert.equal(await kcat(group), 'one more\n')
  })
})
