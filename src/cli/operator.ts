/** The operator with the real clock, the real network and the targets of each platform. */
import { type LeaderElection, type Operator, startOperator } from '../controller/index.ts'
import { createKafkaClient, type KafkaClient, type KubeApi, type Logger, systemClock, systemRandom } from '../ports/index.ts'
import { createTargets } from '../targets/index.ts'

export interface RunOptions {
  readonly kube: KubeApi
  readonly log: Logger
  readonly http: { readonly port: number; readonly host?: string }
  readonly namespaces?: readonly string[]
  readonly leaderElection?: LeaderElection
}

/** `stop` also closes the connections to Kafka, of which each platform has its own. */
export async function runOperator(options: RunOptions): Promise<Operator> {
  const { kube, log } = options
  const clients: KafkaClient[] = []
  const operator = await startOperator({
    kube,
    log,
    clock: systemClock,
    random: systemRandom,
    http: options.http,
    ...(options.namespaces === undefined ? {} : { namespaces: options.namespaces }),
    ...(options.leaderElection === undefined ? {} : { leaderElection: options.leaderElection }),
    connectTargets(platform, secrets, { kube, fence }) {
      const kafka = createKafkaClient({ brokers: platform.spec.kafka.bootstrapServers.split(','), clientId: 'clickstream-operator', clock: systemClock, log })
      clients.push(kafka)
      return createTargets(platform, secrets, { clock: systemClock, kafka, kube, mayWrite: () => fence.check() })
    },
  })
  return {
    ...operator,
    async stop() {
      await operator.stop()
      for (const client of clients) await client.close()
    },
  }
}
