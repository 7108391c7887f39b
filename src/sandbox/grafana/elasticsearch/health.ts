/** What the button "Save & test" of a data source does. */
import { z } from 'zod'
import { Failure } from '../../../ports/index.ts'
import type { DataSource } from '../state.ts'
import { connect, indexOf, reasonOf, timeFieldOf } from './connection.ts'

const health = z.looseObject({ status: z.string() })
const fieldCaps = z.looseObject({ indices: z.array(z.string()).optional(), fields: z.record(z.string(), z.record(z.string(), z.unknown())) })

export interface HealthResult {
  readonly ok: boolean
  readonly message: string
}

/** Asks the cluster for its health, then the index for its time field. An index that is not there yet is a warning only. */
export async function checkHealth(source: DataSource): Promise<HealthResult> {
  if (source.type !== 'elasticsearch') return { ok: false, message: 'Plugin unavailable' }
  const http = connect(source)
  try {
    const { status, body } = await http.request({
      method: 'GET',
      path: ['_cluster', 'health'],
      query: { wait_for_status: 'yellow', timeout: '10s' },
      accept: [408],
      answer: health,
    })
    if (status === 408 || body.status === 'red') return { ok: false, message: 'Health check failed: Elasticsearch data source is not healthy' }
    return { ok: true, message: await warned(source, http) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ok: false, message: `Health check failed: ${reasonOf(error.body) ?? error.message}` }
  }
}

async function warned(source: DataSource, http: ReturnType<typeof connect>): Promise<string> {
  const fine = 'Elasticsearch data source is healthy.'
  const [index, timeField] = [indexOf(source), timeFieldOf(source)]
  const path = index === '' ? ['_field_caps'] : [index, '_field_caps']
  const { status, body } = await http.request({
    method: 'GET',
    path,
    query: { fields: timeField },
    accept: [404],
    answer: z.union([fieldCaps, z.looseObject({ error: z.unknown() })]),
  })
  if (status === 404 || !('fields' in body)) return `${fine} Warning: Could not validate index: ${reasonOf(body) ?? `no such index [${index}]`}`
  const types = Object.keys((body as z.output<typeof fieldCaps>).fields[timeField] ?? {})
  if (types.length === 0) return `${fine} Warning: Could not find time field '${timeField}' in index`
  if (!types.includes('date') && !types.includes('date_nanos')) return `${fine} Warning: Time field '${timeField}' is not of type date or date_nanos`
  return fine
}
