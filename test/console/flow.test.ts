import assert from 'node:assert/strict'
import { parsePipeline, parsePlatform } from '../../src/api/index.ts'
import { fileOfPackage, readManifest } from '../../src/cli/manifest.ts'
import { flowAsMermaid, flowAsText, flowOf } from '../../src/console/index.ts'
import { compilePipeline } from '../../src/plan/index.ts'

async function flowOfExample(file: string) {
  const [object] = await readManifest(fileOfPackage(`examples/${file}`))
  const [platform] = await readManifest(fileOfPackage('examples/platform.yaml'))
  const parsed = parsePipeline({ ...object, metadata: { ...object!.metadata, namespace: 'default' } })
  const where = parsePlatform({ ...platform, metadata: { ...platform!.metadata, namespace: 'default' } })
  assert.ok(parsed.ok && where.ok)
  return flowOf(compilePipeline({ pipeline: parsed.value, platform: where.value, configMaps: new Map(), facts: { now: 0 } }))
}

describe('the flow of a pipeline', () => {
  it('is a tree from generator to panel', async () => {
    assert.equal(
      flowAsText(await flowOfExample('01-events-per-minute.yaml')),
      `source datagen-clickstream
└─ topic clickstream
   └─ statement CLICKSTREAM
      └─ statement EVENTS_PER_MIN
         └─ topic EVENTS_PER_MIN
            └─ sink default.events.EVENTS_PER_MIN
               └─ index events_per_min
                  └─ panel Events per minute`,
    )
  })

  it('joins two ways, and is drawn whole as mermaid', async () => {
    const flow = await flowOfExample('clickstream/pipeline.yaml')
    const into = (id: string) => flow.edges.filter(({ to }) => to === id).map(({ from }) => from)
    assert.deepEqual(into('statement/USER_CLICKSTREAM').sort(), ['statement/CLICKSTREAM', 'statement/WEB_USERS'])
    assert.deepEqual(into('panel/Hits and visitors'), ['index/events_per_min'])
    const lines = flowAsMermaid(flow).split('\n')
    assert.equal(lines.length, 1 + flow.nodes.length + flow.edges.length)
    assert.ok(flow.edges.every(({ from, to }) => flow.nodes.some(({ id }) => id === from) && flow.nodes.some(({ id }) => id === to)))
  })
})
