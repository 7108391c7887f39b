export { createElasticsearchClient, type ElasticsearchClientOptions, openElasticsearch } from './client.ts'
export { type ElasticsearchPort, type SearchRequest, type ServerVersion, segment } from './port.ts'
export { createElasticsearchTarget, type ElasticsearchOptions } from './target.ts'
