/** Stock kcat (librdkafka) against the broker of the sandbox. */
import assert from 'node:assert/strict'
import type { Demo } from '../../src/cli/demo/run.ts'
import { EXAMPLE, givenDemo, thenReady, whenApplied } from '../given.ts'
import { client, kcatPath } from '../tools.ts'

describe('kcat', () => {
  let demo: Demo
  let binary: string

  before(async function () {
    const found = await kcatPath()
    if (found === undefined) {
      console.log('kcat is neither here nor in the packages of this machine')
      this.skip()
    }
    binary = found
    demo = await givenDemo('kcat')
    await thenReady(demo, await whenApplied(demo, EXAMPLE))
  })
  after(() => demo?.close())

  it('lists the topics', async () => {
    const { stdout, code } = await client(binary, ['-b', demo.sandbox.servers.kafka.url, '-L'])
    assert.equal(code, 0)
    assert.match(stdout, /topic "clickstream" with 1 partitions/)
    assert.match(stdout, /topic "EVENTS_PER_MIN" with 1 partitions/)
  })

  it('consumes clicks', async () => {
    const { stdout, code } = await client(binary, ['-b', demo.sandbox.servers.kafka.url, '-C', '-t', 'clickstream', '-o', 'beginning', '-c', '5', '-e', '-q'])
    assert.equal(code, 0)
    const clicks = stdout.trim().split('\n')
    assert.equal(clicks.length, 5)
    for (const click of clicks) assert.equal(typeof (JSON.parse(click) as { userid: unknown }).userid, 'number')
  })

  it('consumes in a group', async () => {
    const { stdout, code } = await client(binary, [
      '-b',
      demo.sandbox.servers.kafka.url,
      '-G',
      'kcat-group',
      '-c',
      '3',
      '-q',
      '-X',
      'auto.offset.reset=earliest',
      'clickstream',
    ])
    assert.equal(code, 0)
    assert.equal(stdout.trim().split('\n').length, 3)
  })
})
