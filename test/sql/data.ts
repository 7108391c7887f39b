/** Recorded answers and statements that the tests of this folder read. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const folder = new URL('../data/sql/', import.meta.url)

export function readText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

export function readGolden<T>(name: string): T {
  return JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString('utf8')) as T
}
