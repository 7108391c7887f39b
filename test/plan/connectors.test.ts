import assert from 'node:assert/strict'
import { graphOf } from './given.ts'

describe('a source', () => {
  for (const key of ['kafka.topic', 'topic', 'topics'])
    it(`that names its topic by ${key} waits for it`, () => {
      const graph = graphOf(
        `{topics: [{name: clicks}, {name: other}], sources: [{name: s, connector: {class: com.example.AnySource, config: {${key}: clicks}}}]}`,
        {
          facts: { plugins: [{ class: 'com.example.AnySource', type: 'source' }] },
        },
      )
      assert.deepEqual(graph.nodes.find(({ id }) => id === 'Connector/s')?.dependsOn, ['KafkaTopic/clicks'])
    })
})
