import assert from 'node:assert/strict'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { avroGenerator } from '../../../src/sandbox/connect/datagen/avro-generator.ts'
import { CODES, clicks, users } from '../../../src/sandbox/connect/datagen/clickstream.ts'
import { datagen } from '../../../src/sandbox/connect/datagen/connector.ts'

describe('datagen', () => {
  it('draws clicks with the fields and ranges of the preset', () => {
    const generator = clicks(new VirtualClock(), seededRandom(1))
    const seen = Array.from({ length: 60_000 }, () => generator.next())
    assert.deepEqual(Object.keys(seen[0]!), ['ip', 'userid', 'remote_user', 'time', '_time', 'request', 'status', 'bytes', 'referrer', 'agent'])
    assert.equal(new Set(seen.map((click) => click.ip)).size, 40)
    assert.equal(new Set(seen.map((click) => click.agent)).size, 2)
    assert.deepEqual(new Set(seen.map((click) => Number(click.status))), new Set(CODES.map(([code]) => code)))
    assert.ok(seen.every((click) => Number(click.userid) >= -1 && Number(click.userid) <= 40))
    assert.ok(seen.every((click) => Number(click.bytes) >= 278 && Number(click.bytes) <= 14_096))
    assert.equal(seen[0]!.time, '14/Nov/2023:22:13:20 +0000')
  })

  it('keeps what it drew for a user', () => {
    const generator = users(new VirtualClock(), seededRandom(1))
    const first = Array.from({ length: 40 }, () => generator.next())
    const second = Array.from({ length: 40 }, () => generator.next())
    assert.deepEqual(second, first)
    assert.equal(new Set(first.map((user) => user.username)).size, 18)
  })

  it('ends with an exception after its iterations, as the real one does', () => {
    const clock = new VirtualClock()
    const context = { clock, random: seededRandom(1), connector: 'c', taskId: 0, signal: new AbortController().signal }
    const task = datagen.createSource!({ 'kafka.topic': 't', quickstart: 'clickstream', iterations: '2' }, context, undefined)
    task.next()
    assert.equal(task.next().offset['current.iteration'], 2)
    assert.throws(() => task.next(), /Stopping connector: generated the configured 2 number of messages/)
  })

  it('follows the arg.properties of a custom schema', () => {
    const schema = {
      type: 'record',
      name: 'orders',
      fields: [
        { name: 'id', type: { type: 'int', 'arg.properties': { iteration: { start: 5, step: 2 } } } },
        { name: 'item', type: { type: 'string', 'arg.properties': { regex: 'Item_[1-3]{2}' } } },
        { name: 'price', type: { type: 'double', 'arg.properties': { range: { min: 1, max: 2 } } } },
        { name: 'state', type: { type: 'enum', name: 's', symbols: ['NEW', 'DONE'] } },
      ],
    }
    const generator = avroGenerator(JSON.stringify(schema), 'id', seededRandom(3))
    for (let index = 0; index < 50; index++) {
      const row = generator.next()
      assert.equal(row.id, 5 + 2 * index)
      assert.match(String(row.item), /^Item_[123]{2}$/)
      assert.ok(Number(row.price) >= 1 && Number(row.price) < 2)
      assert.ok(['NEW', 'DONE'].includes(String(row.state)))
    }
    assert.throws(() => avroGenerator(JSON.stringify(schema), 'nope', seededRandom(3)), /Cannot find key field 'nope'/)
  })
})
