/** Our definitions against those that Strimzi 1.2.0's own generator writes (Apache-2.0), without their descriptions. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { KubeObject } from '../../../src/ports/index.ts'
import { kafkaConnectCrd, kafkaConnectorCrd } from '../../../src/sandbox/strimzi/index.ts'

type Json = { [key: string]: Json } & Json[]

const file = new URL('../../data/strimzi-1.2-definitions.json.gz', import.meta.url)
const [connector, connect] = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as [Json, Json]

/** Without words, and without what Kubernetes says of every object. */
function plain(value: unknown, inProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key, inner]) => inProperties || key !== 'description' || typeof inner !== 'string')
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner, key === 'properties')]))
}
const ours = (crd: KubeObject) => JSON.parse(JSON.stringify(plain(crd))) as Json
const theirs = (crd: Json) => plain(crd) as Json
const schemaOf = (crd: Json) => crd.spec!.versions![0]!.schema!.openAPIV3Schema!.properties!

describe("The definitions of Strimzi's stand-in", () => {
  it('have the KafkaConnector whole', () => {
    const [a, b] = [ours(kafkaConnectorCrd), theirs(connector)]
    assert.deepEqual(a.spec!.names, b.spec!.names)
    assert.deepEqual(a.spec!.versions![0]!.subresources, b.spec!.versions![0]!.subresources)
    assert.deepEqual(
      a.spec!.versions![0]!.additionalPrinterColumns!.map((column) => [column.name, column.jsonPath, column.type]),
      b.spec!.versions![0]!.additionalPrinterColumns!.map((column) => [column.name, column.jsonPath, column.type]),
    )
    assert.deepEqual(schemaOf(a).spec, schemaOf(b).spec)
    assert.deepEqual(schemaOf(a).status, schemaOf(b).status)
  })

  it('have of the KafkaConnect the status whole, and of its spec nothing that is otherwise', () => {
    const [a, b] = [ours(kafkaConnectCrd), theirs(connect)]
    assert.deepEqual(a.spec!.names, b.spec!.names)
    assert.deepEqual(a.spec!.versions![0]!.subresources, b.spec!.versions![0]!.subresources)
    assert.deepEqual(schemaOf(a).status, schemaOf(b).status)
    assert.deepEqual([...schemaOf(a).spec!.required!].sort(), [...schemaOf(b).spec!.required!].sort())
    for (const [name, schema] of Object.entries(schemaOf(a).spec!.properties!)) assert.deepEqual(schema, schemaOf(b).spec!.properties![name], name)
  })
})
