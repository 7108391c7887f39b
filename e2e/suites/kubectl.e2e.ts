/** Stock kubectl against the API server of the sandbox, with the operator at work. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { Demo } from '../../src/cli/demo/run.ts'
import { EXAMPLE, givenDemo, then } from '../given.ts'
import { client, kubectlPath, type Ran } from '../tools.ts'

describe('kubectl', () => {
  let demo: Demo
  let binary: string
  const kubectl = (...args: string[]): Promise<Ran> => client(binary, args, { env: { KUBECONFIG: demo.sandbox.kubeconfig } })
  const ok = async (...args: string[]) => {
    const ran = await kubectl(...args)
    assert.equal(ran.code, 0, `kubectl ${args.join(' ')}: ${ran.stderr}${ran.stdout}`)
    return ran.stdout
  }

  before(async () => {
    binary = await kubectlPath()
    demo = await givenDemo('kubectl')
  })
  after(() => demo?.close())

  it('applies a pipeline', async () => {
    assert.match(await ok('apply', '-f', EXAMPLE), /clickstreampipeline.clickstream.dev\/events created/)
  })

  it('watches it with its columns until it is ready', async () => {
    const watch = spawn(binary, ['get', 'cpl', '-w'], { env: { ...process.env, KUBECONFIG: demo.sandbox.kubeconfig } })
    let seen = ''
    watch.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString('utf8')
    })
    try {
      await then(
        'a line of the watch says True',
        async () => seen,
        (text) => /events\s+True/.test(text),
      )
      assert.match(seen.split('\n')[0]!, /^NAME\s+READY\s+FLOWING\s+OBJECTS\s+STATUS\s+.*AGE/)
    } finally {
      watch.kill()
    }
  })

  it('waits for a condition', async () => {
    assert.match(await ok('wait', '--for=condition=Ready', 'cpl/events', '--timeout=120s'), /condition met/)
  })

  it('applies the same again without a change', async () => {
    // kubectl says "configured" here: its patch names every list whose items have defaults. What counts is what it changes.
    const before = await ok('get', 'cpl', 'events', '-o', 'jsonpath={.metadata.generation} {.spec}')
    await ok('apply', '-f', EXAMPLE)
    assert.equal(await ok('get', 'cpl', 'events', '-o', 'jsonpath={.metadata.generation} {.spec}'), before)
  })

  it('describes it, with its events', async () => {
    const text = await ok('describe', 'cpl', 'events')
    assert.match(text, /Type:\s+Ready/)
    assert.match(text, /Events:\n\s+Type\s+Reason/)
  })

  it('gets the topics that the pipeline made', async () => {
    const text = await ok('get', 'kafkatopics', '-o', 'jsonpath={.items[*].spec.topicName}')
    assert.deepEqual(text.split(' ').sort(), ['EVENTS_PER_MIN', 'clickstream'])
  })

  it('refuses a field that does not exist, and a value out of bounds', async () => {
    const unknown = await kubectl('patch', 'cpl', 'events', '--type=merge', '-p', '{"spec":{"topcs":[]}}')
    assert.match(`${unknown.stderr}${unknown.stdout}`, /unknown field "spec.topcs"/)
    const bad = await kubectl('patch', 'cpl', 'events', '--type=merge', '-p', '{"spec":{"state":"Sleeping"}}')
    assert.equal(bad.code, 1)
    assert.match(bad.stderr, /spec.state: Unsupported value: "Sleeping": supported values: "Running", "Paused"/)
  })

  it('deletes it and waits until it is gone', async () => {
    assert.match(await ok('delete', 'cpl', 'events', '--timeout=120s'), /"events" deleted/)
    const gone = await kubectl('get', 'cpl', 'events')
    assert.match(gone.stderr, /NotFound/)
  })
})
