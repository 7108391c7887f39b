/** Every connector of a worker's cluster with config and state, in one call. */
import type { HttpClient } from '../../ports/index.ts'
import * as answers from './answers.ts'

export async function listConnectors(http: HttpClient, signal?: AbortSignal): Promise<answers.ConnectorList> {
  const answer = await http.request({
    method: 'GET',
    path: ['connectors'],
    query: { expand: ['info', 'status'] },
    answer: answers.connectors,
    ...(signal ? { signal } : {}),
  })
  return answer.body
}
