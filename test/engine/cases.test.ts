/**
 * ksqlDB's own validation cases, where a checkout of them stands beside the project (`CASES` or ../shared/ksql-cases): one folder
 * each with statements.sql, input.json, and output.json or error.json.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { compareOutputs, parseCaseFile, runCase } from '../../src/engine/index.ts'
import { SqlError } from '../../src/sql/index.ts'

/** They call functions that exist only in the test module of that project. */
const FOREIGN_FUNCTIONS = /\b(GENERIC_VAR_ARG|MULTI_ARG|OBJ_COL_ARG|TEST_UDF|MID_VAR_ARG)\b/i

const places = [
  process.env.CASES,
  new URL('../../../shared/ksql-cases', import.meta.url).pathname,
  new URL('../../../../shared/ksql-cases', import.meta.url).pathname,
]
const root = places.find((place) => place !== undefined && existsSync(place))

describe('validation cases', () => {
  if (root === undefined) {
    it('are not here: skipped', function () {
      this.skip()
    })
    return
  }
  for (const name of readdirSync(root)) {
    const folder = `${root}/${name}`
    if (!statSync(folder).isDirectory()) continue
    const read = (file: string): string => readFileSync(`${folder}/${file}`, 'utf8')
    it(name, function () {
      const files = { statements: read('statements.sql'), input: read('input.json') }
      if (existsSync(`${folder}/error.json`)) {
        assert.throws(() => runCase(files), SqlError)
        return
      }
      if (FOREIGN_FUNCTIONS.test(files.statements)) this.skip()
      assert.deepEqual(compareOutputs(parseCaseFile(read('output.json'), 'outputs'), runCase(files).outputs), [])
    })
  }
})
