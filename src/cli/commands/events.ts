/** `clickstream events`: what the operator told of a pipeline, oldest first. */
import { z } from 'zod'
import { PIPELINE } from '../../api/index.ts'
import { type ConnectionOptions, openKube, readPipeline } from '../../console/index.ts'
import { age, formatTable, print, printJson } from '../output.ts'

const EVENTS = { group: '', version: 'v1', plural: 'events', kind: 'Event' } as const
const event = z.looseObject({
  involvedObject: z.looseObject({ kind: z.string().optional(), name: z.string().optional() }),
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  count: z.number().default(1),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
})

export async function events(name: string | undefined, options: ConnectionOptions & { json?: boolean }, now: number): Promise<number> {
  const kube = openKube(options)
  const namespace = options.namespace ?? 'default'
  const pipeline = await readPipeline(kube, namespace, name)
  const { items } = await kube.list(EVENTS, { namespace })
  const own = items
    .map((item) => event.parse(item))
    .filter(({ involvedObject }) => involvedObject.kind === PIPELINE.kind && involvedObject.name === pipeline.metadata.name)
    .map((one) => ({ at: Date.parse(one.lastTimestamp ?? one.eventTime ?? ''), type: one.type, reason: one.reason, count: one.count, message: one.message }))
    .sort((a, b) => a.at - b.at)
  if (options.json) printJson(own.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })))
  else
    print(
      formatTable(
        ['AGE', 'TYPE', 'REASON', 'COUNT', 'MESSAGE'],
        own.map((one) => [age(one.at, now), one.type, one.reason, String(one.count), one.message]),
      ),
    )
  return 0
}
