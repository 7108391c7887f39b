/** values.yaml and its schema say the same, and every value is explained. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { CHART } from '../../scripts/render-chart.ts'

interface Schema {
  readonly type?: string
  readonly $ref?: string
  readonly additionalProperties?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
}

const source = readFileSync(join(CHART, 'values.yaml'), 'utf8')
const lines = source.split('\n')
const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema
/** `global` is helm's own. */
const WITHOUT_VALUE = new Set(['global'])

const keyOf = (pair: Pair) => String(isScalar(pair.key) ? pair.key.value : pair.key)

/** Paths of values that a user sets one by one: the schema closes the maps above them. */
function* closed(map: YAMLMap, node: Schema, at: string): Generator<{ at: string; value: YAMLMap; node: Schema }> {
  yield { at, value: map, node }
  for (const pair of map.items) {
    const child = node.properties?.[keyOf(pair)]
    if (isMap(pair.value) && child?.properties) yield* closed(pair.value, child, `${at}/${keyOf(pair)}`)
  }
}

const root = parseDocument(source).contents as YAMLMap

describe('values.yaml', () => {
  for (const { at, value, node } of closed(root, schema, '')) {
    it(`has exactly the values that the schema knows: ${at || '/'}`, () => {
      assert.equal(node.additionalProperties, false)
      const known = Object.keys(node.properties ?? {}).filter((key) => !WITHOUT_VALUE.has(key))
      assert.deepEqual(value.items.map(keyOf).sort(), known.sort())
    })
  }

  it('explains every value, above it or above its group', () => {
    const silent: string[] = []
    for (const { at, value } of closed(root, schema, '')) {
      for (const pair of value.items) {
        if (isMap(pair.value) && schemaHas(`${at}/${keyOf(pair)}`)) continue
        const start = (pair.key as unknown as { range: [number, number, number] }).range[0]
        const line = source.slice(0, start).split('\n').length - 1
        // Values that stand together share the words above the first of them.
        let above = line - 1
        while (above >= 0 && lines[above]!.trim() !== '' && !lines[above]!.trim().startsWith('#') && !lines[above]!.trimEnd().endsWith(':')) above--
        if (!lines[above]?.trim().startsWith('#')) silent.push(`${at}/${keyOf(pair)}`)
      }
    }
    assert.deepEqual(silent, [])
  })
})

/** Whether the schema describes what is inside, so that the inside is looked at instead. */
function schemaHas(path: string): boolean {
  let node: Schema | undefined = schema
  for (const part of path.split('/').slice(1)) node = node?.properties?.[part]
  return node?.properties !== undefined
}
