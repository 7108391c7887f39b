import assert from 'node:assert/strict'
import { KafkaFault } from '../../../src/ports/index.ts'
import { startBench } from './setup.ts'

describe('A query on a broker that has just started', () => {
  it('begins once the coordinator of its group has loaded, and misses nothing', async () => {
    let refused = 0
    const bench = await startBench({
      faulty: (kafka) => ({
        ...kafka,
        async groupOffsets(group, topics) {
          if (refused++ < 2) throw new KafkaFault('COORDINATOR_LOAD_IN_PROGRESS', 14, 'The coordinator is loading')
          return kafka.groupOffsets(group, topics)
        },
      }),
    })
    try {
      await bench.kafka.createTopic({ name: 'clicks', partitions: 1, replicas: 1 })
      await bench.kafka.produce('clicks', [{ key: null, value: Buffer.from('{"A":1}') }])
      await bench.ksql("CREATE STREAM CLICKS (A INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');")
      const made = await bench.ksql('CREATE STREAM COPIES AS SELECT A FROM CLICKS;', { 'auto.offset.reset': 'earliest' })
      assert.equal(made.status, 200, made.text)
      const end = await bench.until(async () => {
        const [partition] = (await bench.kafka.topicOffsets(['COPIES'])).get('COPIES') ?? []
        return partition && partition.end > 0n ? partition.end : undefined
      })
      assert.equal(end, 1n)
      assert.ok(refused > 2)
    } finally {
      await bench.close()
    }
  })
})
