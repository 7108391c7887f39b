/** The operator with the real clock, the real network and the targets of each platform. */
import { type LeaderElection, type Operator, startOperator } from '../controller/index.ts'
import { type KafkaClient, type KubeApi, type Logger, systemClock, systemRandom } from '../ports/index.ts'
import { createTargets, openKafka } from '../targets/index.ts'

export interface RunOptions {
  readonly kube: KubeApi
  readonly log: Logger
  readonly http: { readonly port: number; readonly host?: string }
  readonly namespaces?: readonly string[]
  readonly leaderElection?: LeaderElection
}

export function runOperator({ kube, log, http, namespaces, leaderElection }: RunOptions): Promise<Operator> {
  return startOperator({
    kube,
    log,
    clock: systemClock,
    random: systemRandom,
    http,
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(leaderElection === undefined ? {} : { leaderElection }),
    connectTargets(platform, references, { kube, fence }) {
      const kafka = openKafka(platform, references, { clientId: 'clickstream-operator', clock: systemClock, log })
      const guarded: KafkaClient = {
        ...kafka,
        // The one write that a target makes in Kafka itself; topics are Strimzi's.
        async deleteGroup(group) {
          fence.check()
          await kafka.deleteGroup(group)
        },
      }
      const ports = { clock: systemClock, kafka: guarded, kube, mayWrite: () => fence.check() }
      const [first, ...others] = createTargets(platform, references, ports)
      // Each platform has a client of its own, which goes with its targets.
      const close = async () => {
        await first?.close?.()
        await kafka.close()
      }
      return first ? [{ ...first, close }, ...others] : []
    },
  })
}
