/** Connector plugins that others wrote and registries have. Kafka's own test connectors come with the worker. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { installed } from './cache.ts'
import { mavenJars } from './java.ts'
import { KAFKA_VERSION } from './kafka.ts'

const CAMEL_CONNECTOR = '0.11.0'
/** The Camel that this connector is built with. */
const CAMEL = '3.11.1'
/** What the worker brings itself: another copy of these keeps the plugin from loading its converters. */
const WORKERS_OWN = /^(connect-api|connect-json|kafka-clients|slf4j-api|log4j-api|apicurio)/

/** Plugin path with Kafka's connectors for files, and Camel's with its Elasticsearch component (for an Elasticsearch 7). */
export async function installThirdParty(): Promise<string> {
  const directory = await installed(`connect-third-party-${KAFKA_VERSION}-${CAMEL_CONNECTOR}`, async (making) => {
    const plugins = join(making, 'plugins')
    await mkdir(plugins)
    await plugin(join(making, 'file'), join(plugins, 'file'), [`org.apache.kafka:connect-file:${KAFKA_VERSION}!`])
    await plugin(join(making, 'camel'), join(plugins, 'camel'), [
      `org.apache.camel.kafkaconnector:camel-kafka-connector:${CAMEL_CONNECTOR}`,
      `org.apache.camel:camel-elasticsearch-rest:${CAMEL}`,
    ])
  })
  return join(directory, 'plugins')
}

async function plugin(building: string, target: string, artifacts: readonly string[]): Promise<void> {
  await mavenJars(building, artifacts)
  const jars = join(building, 'lib')
  for (const jar of await readdir(jars)) if (WORKERS_OWN.test(jar)) await rm(join(jars, jar))
  await rename(jars, target)
  await rm(building, { recursive: true })
}
