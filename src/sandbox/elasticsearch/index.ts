/** Elasticsearch's REST API over node:sqlite. */
export { type ElasticsearchOptions, startElasticsearch } from './server.ts'
export type { EsVersion } from './versions.ts'
