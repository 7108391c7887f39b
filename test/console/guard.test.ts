/** Whom the console answers, and what it does not read although it could. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { startConsole } from '../../src/console/index.ts'
import { MemoryKube } from '../controller/memory-kube.ts'
import { pipelineObject, platformObject } from '../controller/scene.ts'

describe('The console', () => {
  let server: Awaited<ReturnType<typeof startConsole>>

  before(async () => {
    const kube = new MemoryKube()
    await kube.create(PLATFORM, platformObject('default', 'shop', { limits: { topicPrefixPerNamespace: true } }))
    await kube.create(PIPELINE, pipelineObject())
    server = await startConsole({ kube, namespace: 'shop', pipeline: 'events' })
  })
  after(async () => await server.close())

  const ask = (path: string, host: string) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      request(`${server.url}${path}`, { headers: { host } }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
      })
        .on('error', reject)
        .end()
    })
  const here = () => new URL(server.url).host

  it('answers nobody who has come by another name: a page elsewhere could have made it lead here', async () => {
    assert.equal((await ask('/', here())).status, 200)
    for (const host of ['evil.example', `evil.example:${new URL(server.url).port}`, '127.0.0.1.evil.example', 'localhost.evil.example']) {
      assert.equal((await ask('/', host)).status, 403, host)
      assert.equal((await ask('/api/pipeline', host)).status, 403, host)
    }
  })

  it('samples no topic that the pipeline may not read', async () => {
    for (const topic of ['victim.clicks', 'connect-configs', "x' FROM BEGINNING; DROP STREAM X; --"]) {
      const { status, body } = await ask(`/api/topics/${encodeURIComponent(topic)}/sample`, here())
      assert.equal(status, 403)
      assert.match((JSON.parse(body) as { error: string }).error, /internal topic|does not begin with shop\./)
    }
  })
})
