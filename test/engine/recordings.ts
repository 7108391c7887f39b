/** Recordings of a real ksqlDB 7.9, compressed in test/data. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export function recordedText(name: string): string {
  return gunzipSync(readFileSync(new URL(`../data/${name}.gz`, import.meta.url))).toString('utf8')
}
