/** What service accounts asked a real API server for, out of its audit log. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type AskedFor, withCreation } from '../permissions/asked.ts'

/** One line for each request of a service account; a watch is told when it begins. */
export const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - { level: Metadata, userGroups: ["system:serviceaccounts"] }
  - { level: None }
`

const eventSchema = z.looseObject({
  stageTimestamp: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: z.looseObject({ username: z.string() }),
  objectRef: z
    .looseObject({ apiGroup: z.string().default(''), resource: z.string(), subresource: z.string().optional(), namespace: z.string().optional() })
    .optional(),
  responseStatus: z.looseObject({ code: z.number() }).optional(),
})

/** Of one service account, from `since` (epoch milliseconds) on. Refused requests count too: they were asked for. */
export async function auditedRequests(file: string, user: string, since = 0): Promise<AskedFor[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.flatMap((line): AskedFor[] => {
    const event = eventSchema.parse(JSON.parse(line))
    if (event.user.username !== user || Date.parse(event.stageTimestamp) < since) return []
    const { objectRef: ref } = event
    if (ref === undefined) return [{ verb: event.verb, path: event.requestURI.split('?')[0]!, namespace: '' }]
    const resource = ref.subresource === undefined ? ref.resource : `${ref.resource}/${ref.subresource}`
    return withCreation({ verb: event.verb, group: ref.apiGroup, resource, namespace: ref.namespace ?? '' }, event.responseStatus?.code)
  })
}
