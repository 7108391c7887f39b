/** The contract of the Kafka broker. `KAFKA=HOST:PORT` in the environment names a real, empty one that runs already. */
import { seededRandom, systemClock } from '../../src/ports/index.ts'
import { startKafka as startStandIn } from '../../src/sandbox/kafka/index.ts'
import { startKafka as startReal } from '../components/kafka.ts'
import type { Contract } from './contract.ts'
import { apis } from './kafka/apis.ts'
import { behaviour } from './kafka/behaviour.ts'
import { Broker } from './kafka/client.ts'
import { differences } from './kafka/differences.ts'
import { recorded } from './kafka/recorded.ts'

export const kafka: Contract<Broker> = {
  name: 'kafka',
  title: 'Kafka broker',
  real: 'Apache Kafka 4.3.1',
  cases: [...recorded, ...apis, ...behaviour],
  differences,
  async start(side) {
    const { address, stop } = side === 'real' ? await real() : await standIn()
    const server = Broker.at(address)
    await server.warmUp()
    return {
      server,
      async stop() {
        server.close()
        await stop()
      },
    }
  },
}

async function standIn(): Promise<{ address: string; stop(): Promise<void> }> {
  const { url, close } = await startStandIn({ clock: systemClock, random: seededRandom(1) })
  return { address: url, stop: close }
}

async function real(): Promise<{ address: string; stop(): Promise<void> }> {
  const running = process.env.KAFKA
  return running === undefined ? startReal() : { address: running, stop: async () => undefined }
}
