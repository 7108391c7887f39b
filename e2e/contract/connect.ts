/** The contract of a Kafka Connect worker, with the generator and the sink of the clickstream. */
import { createKafkaClient, createLogger, seededRandom, systemClock } from '../../src/ports/index.ts'
import { startConnect as startStandIn } from '../../src/sandbox/connect/index.ts'
import { startElasticsearch } from '../../src/sandbox/elasticsearch/index.ts'
import { startKafka as startKafkaStandIn } from '../../src/sandbox/kafka/index.ts'
import { startConnect } from '../components/connect.ts'
import { startKafka } from '../components/kafka.ts'
import { differences, differing } from './connect/differences.ts'
import { life } from './connect/life.ts'
import { loggers, offsets, plugins } from './connect/plugins.ts'
import { generating, records, sinking } from './connect/records.ts'
import { refusals } from './connect/refusals.ts'
import type { Worker } from './connect/worker.ts'
import type { Contract, Side, Started } from './contract.ts'

export const connect: Contract<Worker> = {
  name: 'connect',
  title: 'Kafka Connect worker',
  real: 'Apache Kafka Connect 4.3.1',
  cases: [...refusals, ...life, ...plugins, ...offsets, ...loggers, ...records, ...sinking, ...generating, ...differing],
  differences,
  start,
}

/** On either side the sinks write to the stand-in for Elasticsearch: it is not what this contract is about. */
async function start(side: Side): Promise<Started<Worker>> {
  const [clock, random, log] = [systemClock, seededRandom(1), createLogger({ name: 'contract', level: 'silent' })]
  const closing: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const search = await startElasticsearch({ clock, random })
    closing.push(search.close)
    let address: string
    if (side === 'real') {
      const broker = await startKafka()
      closing.push(broker.stop)
      address = broker.address
    } else {
      const broker = await startKafkaStandIn({ clock, random })
      closing.push(broker.close)
      address = broker.url
    }
    const kafka = createKafkaClient({ brokers: [address], clientId: 'contract' })
    closing.push(() => kafka.close())
    await kafka.createTopic({ name: 'contract-lines', partitions: 1, replicas: 1 })
    let url: string
    if (side === 'real') {
      const worker = await startConnect(address)
      closing.push(worker.stop)
      url = worker.url
    } else {
      const worker = await startStandIn({ kafka, clock, random, log })
      closing.push(worker.close)
      url = worker.url
    }
    return { server: { url, kafka, elasticsearch: search.url }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
