/** The contract of Elasticsearch 9: recorded requests, made up ones, and what it does over several requests. */
import { startElasticsearch } from '../components/elasticsearch.ts'
import type { Contract } from './contract.ts'
import { callOfRequest } from './elasticsearch/call.ts'
import { differences, differing } from './elasticsearch/differences.ts'
import { naming } from './elasticsearch/naming.ts'
import { randomRequests } from './elasticsearch/random-requests.ts'
import { recordedCases, recording, sameAnswer } from './elasticsearch/recorded.ts'
import { requests } from './elasticsearch/requests.ts'
import { speaking } from './elasticsearch/speaking.ts'
import { standIn } from './elasticsearch/start.ts'
import { visibility } from './elasticsearch/visibility.ts'
import { writing } from './elasticsearch/writing.ts'
import type { HttpServer } from './http.ts'

export const elasticsearch: Contract<HttpServer> = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  real: 'Elasticsearch 9.5.3',
  // The recorded ones first: they tell of a server that was empty.
  cases: [
    ...recordedCases('recorded', requests, recording('9.5'), sameAnswer),
    ...recordedCases('made up', randomRequests(), recording('9.5-random'), sameAnswer),
    ...visibility,
    ...writing,
    ...naming,
    ...speaking,
    ...differing,
  ],
  differences,
  callOf: callOfRequest,
  async start(side) {
    if (side === 'stand-in') return standIn('9.x')
    const { url, stop } = await startElasticsearch()
    return { server: { url }, stop }
  },
}
