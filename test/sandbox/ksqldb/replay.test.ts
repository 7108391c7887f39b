import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import type { Recorded } from './replay-normal.ts'
import { replay } from './replay-run.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url))
/** 552 requests to a real ksqlDB 7.9.0 and its answers, in the order in which they were made. */
const recordings = JSON.parse(brotliDecompressSync(read('../../data/ksqldb-rest.json.br')).toString()) as { number: string; recorded: Recorded }[]
/** May only shrink. */
const known = JSON.parse(read('./replay-differences.json').toString()) as Record<string, string>

describe('ksqlDB stand-in: recorded requests of a real server', () => {
  it('are answered the same, but for the known differences', async function () {
    this.timeout(300_000)
    const outcomes = await replay(recordings, new Set(Object.keys(known)))
    const differing = outcomes.filter((outcome) => outcome.difference !== undefined && !(outcome.number in known))
    assert.deepEqual(
      differing.map((outcome) => `${outcome.number} ${outcome.name}: ${outcome.difference}`),
      [],
    )
    const mended = outcomes.filter((outcome) => outcome.difference === undefined && outcome.number in known)
    assert.deepEqual(
      mended.map((outcome) => outcome.number),
      [],
      'these are equal now: take them off the list of differences',
    )
  })
})
