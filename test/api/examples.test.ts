import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { parsePipeline, parsePlatform, SPEC_CHARACTERS_MAX } from '../../src/api/index.ts'

const folder = path.resolve(import.meta.dirname, '../../examples')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml') && !file.endsWith('.patch.yaml'))

describe('examples', () => {
  for (const file of files) {
    it(`${file} holds valid objects`, () => {
      for (const document of parseAllDocuments(readFileSync(path.join(folder, file), 'utf8'))) {
        assert.deepEqual(document.errors, [])
        const object = document.toJS() as { kind: string; spec?: unknown }
        if (!object.kind.startsWith('Clickstream')) continue
        const parsed = object.kind === 'ClickstreamPlatform' ? parsePlatform(object) : parsePipeline(object)
        assert.deepEqual(parsed.ok ? [] : parsed.errors, [])
        assert.ok(JSON.stringify(object.spec).length < SPEC_CHARACTERS_MAX)
      }
    })
  }
})
