/** `clickstream connectors`: what runs in Kafka Connect. */
import { type ConnectionOptions, openBackends, openKube, readPipeline, readPlatform } from '../../console/index.ts'
import { formatTable, print, printJson } from '../output.ts'

export async function connectors(options: ConnectionOptions & { json?: boolean; pipeline?: string }): Promise<number> {
  const kube = openKube(options)
  const pipeline = await readPipeline(kube, options.namespace ?? 'default', options.pipeline)
  const backends = await openBackends(kube, await readPlatform(kube, pipeline))
  try {
    const rows = (await backends.connectors()).map(({ name, type, state, tasks, topics, config, error }) => ({
      name,
      type,
      state,
      tasks: tasks.map((task) => task.state),
      topics: topics.join(','),
      class: config['connector.class']?.split('.').at(-1) ?? '',
      error: error ?? '',
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
