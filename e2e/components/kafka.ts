/** Apache Kafka, one node that is broker and controller. */
import { join } from 'node:path'
import { createKafkaClient, createLogger, systemClock } from '../../src/ports/index.ts'
import { installed, tool, write } from './cache.ts'
import { type Jdk, jdk, mavenJars } from './java.ts'
import { freePorts, type Running, scratch, start } from './process.ts'

export const KAFKA_VERSION = '4.3.1'

export interface RealKafka {
  /** `127.0.0.1:PORT` */
  readonly address: string
  readonly process: Running
  /** Of the further listeners, by name. */
  readonly addresses: ReadonlyMap<string, string>
  /** Runs one of Kafka's own commands, by the name of its class, against the listener in the clear. */
  command(main: string, args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** A listener beside the one in the clear. */
export interface Listener {
  /** In upper case. */
  readonly name: string
  readonly protocol: 'SSL' | 'SASL_SSL'
  /** `KEY=VALUE`, without the prefix of the listener. */
  readonly properties: readonly string[]
}

export interface KafkaStart {
  readonly listeners?: readonly Listener[]
  /** Further words for the command that formats the storage: `--add-scram` and its value. */
  readonly format?: readonly string[]
}

export interface KafkaInstallation {
  readonly java: Jdk
  /** Directory of the jars, those of Kafka Connect too. */
  readonly lib: string
}

export async function installKafka(): Promise<KafkaInstallation> {
  const java = await jdk(17)
  const kafka = (name: string) => `org.apache.kafka:${name}:${KAFKA_VERSION}`
  const directory = await installed(`kafka-${KAFKA_VERSION}`, async (making) => {
    await mavenJars(making, [
      ...['kafka_2.13', 'kafka-tools', 'connect-runtime', 'connect-json', 'connect-transforms'].map(kafka),
      `${kafka('connect-test-plugins')}!`,
      // Without it nothing is logged.
      'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
    ])
  })
  return { java, lib: join(directory, 'lib') }
}

export const LOG4J = `status = error
appender.out.type = Console
appender.out.name = OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = OUT
`

/** Empty at first; its data are gone when it is stopped. */
export async function startKafka({ listeners = [], format = [] }: KafkaStart = {}): Promise<RealKafka> {
  const { java, lib } = await installKafka()
  const [port, controllerPort, ...ports] = await freePorts(2 + listeners.length)
  const address = `127.0.0.1:${port}`
  const addresses = new Map(listeners.map(({ name }, at) => [name, `127.0.0.1:${ports[at]}`]))
  const advertised = [['PLAINTEXT', address], ...addresses].map(([name, at]) => `${name}://${at}`).join(',')
  const protocols = ['PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT', ...listeners.map(({ name, protocol }) => `${name}:${protocol}`)].join(',')
  const further = listeners.flatMap(({ name, properties }) => properties.map((line) => `listener.name.${name.toLowerCase()}.${line}\n`))
  const data = await scratch('kafka')
  const properties = join(data.path, 'server.properties')
  await write(join(data.path, 'log4j2.properties'), LOG4J)
  await write(
    properties,
    `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
listeners=${advertised},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=${advertised}
listener.security.protocol.map=${protocols}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(data.path, 'log')}
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
${further.join('')}`,
  )
  const clusterId = Buffer.from('clickstream-e2e!').toString('base64url')
  const common = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${join(data.path, 'log4j2.properties')}`, '-cp', `${lib}/*`]
  try {
    await tool(java.java, ['-Xmx128m', ...common, 'kafka.tools.StorageTool', 'format', '--standalone', '-t', clusterId, '-c', properties, ...format])
    const running = await start({
      name: 'kafka',
      command: java.java,
      args: ['-Xms128m', '-Xmx384m', ...common, 'kafka.Kafka', properties],
      ready: () => listsTopics(address),
    })
    return {
      address,
      addresses,
      process: running,
      command: (main, args) => tool(java.java, ['-Xmx128m', ...common, main, '--bootstrap-server', address, ...args]),
      async stop() {
        await running.stop()
        await data.remove()
      },
    }
  } catch (error) {
    await data.remove()
    throw error
  }
}

async function listsTopics(address: string): Promise<boolean> {
  const client = createKafkaClient({ brokers: [address], clientId: 'e2e', clock: systemClock, log: createLogger({ name: 'e2e', level: 'silent' }) })
  try {
    await client.listTopics()
    return true
  } finally {
    await client.close()
  }
}
