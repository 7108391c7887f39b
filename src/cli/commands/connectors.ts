/** `clickstream connectors`: what runs in Kafka Connect. */
import { z } from 'zod'
import { type ConnectionOptions, openBackends, openKube, readPipeline, readPlatform } from '../../console/index.ts'
import { formatTable, print, printJson } from '../output.ts'

const answer = z.record(
  z.string(),
  z.object({
    info: z.looseObject({ type: z.string(), config: z.record(z.string(), z.string()) }).optional(),
    status: z
      .looseObject({
        connector: z.looseObject({ state: z.string() }),
        tasks: z.array(z.looseObject({ id: z.number(), state: z.string(), trace: z.string().optional() })),
      })
      .optional(),
  }),
)

export async function connectors(options: ConnectionOptions & { json?: boolean; pipeline?: string }): Promise<number> {
  const kube = openKube(options)
  const pipeline = await readPipeline(kube, options.namespace ?? 'default', options.pipeline)
  const backends = await openBackends(kube, await readPlatform(kube, pipeline))
  try {
    const { body } = await backends.connect.request({ method: 'GET', path: ['connectors'], query: { expand: ['info', 'status'] }, answer })
    const rows = Object.entries(body).map(([name, { info, status }]) => ({
      name,
      type: info?.type ?? '',
      state: status?.connector.state ?? 'UNASSIGNED',
      tasks: (status?.tasks ?? []).map((task) => task.state),
      topics: info?.config.topics ?? info?.config['kafka.topic'] ?? '',
      class: info?.config['connector.class']?.split('.').at(-1) ?? '',
      error: status?.tasks.find((task) => task.trace)?.trace?.split('\n')[0] ?? '',
    }))
    if (options.json) printJson(rows)
    else
      print(
        formatTable(
          ['CONNECTOR', 'TYPE', 'STATE', 'TASKS', 'TOPICS', 'CLASS', 'ERROR'],
          rows.map((row) => [row.name, row.type, row.state, row.tasks.join(' ') || 'none', row.topics, row.class, row.error]),
        ),
      )
    return rows.some((row) => row.state === 'FAILED' || row.tasks.includes('FAILED')) ? 1 : 0
  } finally {
    await backends.close()
  }
}
