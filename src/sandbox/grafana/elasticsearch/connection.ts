/** How a data source reaches its Elasticsearch. */
import { createHttpClient, type HttpClient } from '../../../ports/index.ts'
import { asList, isObject, text } from '../json.ts'
import type { DataSource } from '../state.ts'

export function connect(source: DataSource): HttpClient {
  const ca = source.jsonData.tlsAuthWithCACert === true ? source.secureJsonData.tlsCACert : undefined
  return createHttpClient({
    baseUrl: source.url,
    service: 'Elasticsearch',
    timeoutMs: 30_000,
    headers: { 'user-agent': 'Grafana/13' },
    ...(source.basicAuth ? { auth: { username: source.basicAuthUser, password: source.secureJsonData.basicAuthPassword ?? '' } } : {}),
    ...(ca === undefined ? {} : { connection: async () => ({ ca }) }),
  })
}

export const timeFieldOf = (source: DataSource): string => text(source.jsonData.timeField, '@timestamp')

/** Until version 10.1 the index stood in `database`. */
export const indexOf = (source: DataSource): string => text(source.jsonData.index) || source.database

/** The reason in an Elasticsearch error, wherever it stands; undefined when there is none. */
export function reasonOf(body: unknown): string | undefined {
  if (!isObject(body)) return undefined
  const { error } = body
  if (typeof error === 'string') return error
  if (!isObject(error)) return undefined
  const [root] = asList(error.root_cause)
  const deepest = isObject(root) ? text(root.reason) : ''
  return deepest || text(error.reason) || text(error.type) || undefined
}
