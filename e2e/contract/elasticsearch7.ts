/** The contract of Elasticsearch 7.17, which has what the library of a 9 lacks: reindex, and writes by query. */
import { startElasticsearch7 } from '../components/elasticsearch7.ts'
import type { Contract } from './contract.ts'
import { standIn } from './elasticsearch/start.ts'
import { differences7, differing7, followed } from './elasticsearch/version7.ts'
import type { HttpServer } from './http.ts'

export const elasticsearch7: Contract<HttpServer> = {
  name: 'elasticsearch7',
  title: 'Elasticsearch of version 7.17',
  real: 'Elasticsearch 7.17.29',
  cases: [...followed, ...differing7],
  differences: differences7,
  async start(side) {
    if (side === 'stand-in') return standIn('7.17')
    const { url, stop } = await startElasticsearch7()
    return { server: { url }, stop }
  },
}
