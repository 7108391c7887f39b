import { seededRandom, systemClock } from '../../../src/ports/index.ts'
import { type EsVersion, startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import type { Started } from '../contract.ts'
import type { HttpServer } from '../http.ts'

/** The stand-in, whose shards take a moment to start as real ones do. */
export async function standIn(version: EsVersion): Promise<Started<HttpServer>> {
  const { url, close } = await startElasticsearch({ clock: systemClock, random: seededRandom(1), version, shardStartMs: 10 })
  return { server: { url }, stop: close }
}
