import assert from 'node:assert/strict'
import { Failure, KafkaFault, type TopicDescription } from '../../src/ports/index.ts'
import type { RawBroker, RawCluster } from '../../src/ports/kafkajs-metadata.ts'
import { committedOffsets } from '../../src/ports/kafkajs-offsets.ts'

const TOPICS: readonly TopicDescription[] = [{ name: 'clicks', partitions: [{ id: 0, leader: 1, replicas: [1], isr: [1] }] }]

/** Brokers that answer when they coordinate the group; a call is the broker's id, a search for the coordinator is `find`. */
function clusterOf(state: { coordinator: number; fault?: Error }) {
  const calls: (number | 'find')[] = []
  const broker = (nodeId: number) =>
    ({
      nodeId,
      async offsetFetch() {
        calls.push(nodeId)
        if (state.fault) throw state.fault
        if (nodeId !== state.coordinator) throw new KafkaFault('NOT_COORDINATOR_FOR_GROUP', 16, 'not the coordinator')
        return { responses: [{ topic: 'clicks', partitions: [{ partition: 0, offset: '7' }] }] }
      },
    }) as unknown as RawBroker
  const cluster = {
    findBroker: async ({ nodeId }: { nodeId: string }) => broker(Number(nodeId)),
    async findGroupCoordinator() {
      calls.push('find')
      return broker(state.coordinator)
    },
  } as unknown as RawCluster
  return { cluster, calls, ask: async () => (await committedOffsets(cluster, 'readers', TOPICS)).get('clicks')?.get(0) }
}

describe('Committed offsets', () => {
  it('look for the coordinator once', async () => {
    const { ask, calls } = clusterOf({ coordinator: 1 })
    assert.deepEqual([await ask(), await ask(), await ask()], [7n, 7n, 7n])
    assert.deepEqual(calls, ['find', 1, 1, 1])
  })

  it('look again when the group has moved to another broker', async () => {
    const state = { coordinator: 1 }
    const { ask, calls } = clusterOf(state)
    await ask()
    state.coordinator = 2
    assert.deepEqual([await ask(), await ask()], [7n, 7n])
    assert.deepEqual(calls, ['find', 1, 1, 'find', 2, 2])
  })

  it('look again after any fault, which is told', async () => {
    const state: { coordinator: number; fault?: Error } = { coordinator: 1 }
    const { ask, calls } = clusterOf(state)
    await ask()
    state.fault = new Failure('Retry', 'Unreachable', 'the broker is gone')
    await assert.rejects(ask, /the broker is gone/)
    delete state.fault
    assert.equal(await ask(), 7n)
    assert.deepEqual(calls, ['find', 1, 1, 'find', 1])
  })

  it('are none without topics, and ask nobody', async () => {
    const { cluster, calls } = clusterOf({ coordinator: 1 })
    assert.equal((await committedOffsets(cluster, 'readers', [])).size, 0)
    assert.deepEqual(calls, [])
  })
})
