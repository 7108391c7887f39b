/** The offsets of a connector: read always, changed only while it is stopped. */
import type { FastifyInstance } from 'fastify'
import type { Connector } from './connector.ts'
import { ConnectRestError } from './errors.ts'
import type { SourceOffset } from './plugin.ts'
import { objectBody, type RestContext } from './rest-body.ts'

type Named = { Params: { name: string } }

export function registerOffsetRoutes(app: FastifyInstance, context: RestContext): void {
  const { herder, kafka } = context

  app.get<Named>('/connectors/:name/offsets', async (request) => {
    const connector = herder.get(request.params.name)
    if (connector.plugin.type === 'source') return { offsets: herder.offsetsOf(connector.name) }
    const committed = await kafka.groupOffsets(`connect-${connector.name}`, topicsOf(connector))
    const offsets = [...committed].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, offset]) => ({
        partition: { kafka_topic: topic, kafka_partition: partition },
        offset: { kafka_offset: Number(offset) },
      })),
    )
    return { offsets }
  })

  app.delete<Named>('/connectors/:name/offsets', async (request) => {
    const connector = stopped(herder.get(request.params.name))
    if (connector.plugin.type === 'source') await herder.forgetOffsets(connector.name)
    else await kafka.deleteGroup(`connect-${connector.name}`)
    return { message: 'The offsets for this connector have been reset successfully' }
  })

  app.patch<Named>('/connectors/:name/offsets', async (request) => {
    const found = herder.get(request.params.name)
    const offsets = objectBody(request.body).offsets
    if (!Array.isArray(offsets) || offsets.length === 0)
      throw new ConnectRestError(400, 'Partitions / offsets need to be provided for an alter offsets request')
    const connector = stopped(found)
    if (connector.plugin.type === 'sink') await alterSink(kafka, connector, offsets)
    for (const entry of connector.plugin.type === 'sink' ? [] : offsets) {
      const { partition, offset } = objectBody(entry) as { partition?: SourceOffset; offset?: SourceOffset | null }
      if (partition === undefined || offset === undefined) throw new ConnectRestError(400, 'Each entry needs a partition and an offset')
      await herder.setOffset(connector.name, partition, offset)
    }
    return { message: 'The offsets for this connector have been altered successfully' }
  })
}

async function alterSink(kafka: RestContext['kafka'], connector: Connector, entries: readonly unknown[]): Promise<void> {
  const byTopic = new Map<string, Map<number, bigint>>()
  for (const entry of entries) {
    const { partition, offset } = objectBody(entry) as { partition?: SourceOffset; offset?: SourceOffset | null }
    const [topic, number] = [partition?.kafka_topic, partition?.kafka_partition]
    if (typeof topic !== 'string' || number === undefined) {
      throw new ConnectRestError(400, `The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'`)
    }
    const offsets = byTopic.get(topic) ?? new Map<number, bigint>()
    // Null begins anew.
    byTopic.set(topic, offsets.set(Number(number), BigInt(offset?.kafka_offset ?? 0)))
  }
  for (const [topic, offsets] of byTopic) await kafka.setGroupOffsets(`connect-${connector.name}`, topic, offsets)
}

const topicsOf = (connector: Connector) => (connector.config.topics ?? '').split(',').map((topic) => topic.trim())

function stopped(connector: Connector): Connector {
  if (connector.target === 'STOPPED') return connector
  throw new ConnectRestError(
    400,
    `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${connector.name}/stop' endpoint`,
  )
}
