/** Kafka Connect, one distributed worker, with the two plugins of e2e/plugins. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed, tool, write } from './cache.ts'
import { installKafka, type KafkaInstallation, LOG4J } from './kafka.ts'
import { answers, freePorts, type Running, scratch, start } from './process.ts'

const SOURCES = fileURLToPath(new URL('../plugins', import.meta.url))
/** Named in the jars as Java's service loader wants it, so that the worker need not look through every class. */
const PLUGINS = {
  datagen: ['org.apache.kafka.connect.source.SourceConnector', 'io.confluent.kafka.connect.datagen.DatagenConnector'],
  'elasticsearch-sink': ['org.apache.kafka.connect.sink.SinkConnector', 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'],
} as const

export interface RealConnect {
  readonly url: string
  readonly process: Running
  stop(): Promise<void>
}

/** A plugin path; another one whenever a source changes. */
export async function installPlugins({ java, lib }: KafkaInstallation): Promise<string> {
  const files = (await readdir(SOURCES, { recursive: true })).filter((file) => file.endsWith('.java')).sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(await readFile(join(SOURCES, file)))
  return installed(`connect-plugins-${hash.digest('hex').slice(0, 12)}`, async (making) => {
    for (const [name, [service, connector]] of Object.entries(PLUGINS)) {
      const classes = join(making, name, 'classes')
      await write(join(classes, 'META-INF/services', service), `${connector}\n`)
      const own = files.filter((file) => file.startsWith(`${name}/`)).map((file) => join(SOURCES, file))
      await tool(java.javac, ['--release', '17', '-nowarn', '-d', classes, '-cp', join(lib, '*'), ...own])
      await mkdir(join(making, 'plugins', name), { recursive: true })
      await tool(java.jar, ['--create', '--file', join(making, 'plugins', name, `${name}.jar`), '-C', classes, '.'])
    }
  })
}

export interface ConnectStart {
  /** Plugin paths in place of that with our two. */
  readonly plugins?: readonly string[]
  /** Default: HTTP without a login. */
  readonly secure?: SecureRest
}

export interface SecureRest {
  /** Lines for the worker's properties. */
  readonly properties: readonly string[]
  /** Words for java, and jars beside Kafka's. */
  readonly java: readonly string[]
  readonly jars: string
  /** `url`: of the worker. */
  ready(url: string): Promise<boolean>
}

/** `kafka`: `HOST:PORT`. The worker makes its three topics there itself, named `connect-...`. */
export async function startConnect(kafka: string, options: ConnectStart = {}): Promise<RealConnect> {
  const installation = await installKafka()
  const plugins = options.plugins ?? [join(await installPlugins(installation), 'plugins')]
  const [port] = await freePorts(1)
  const { secure } = options
  const url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`
  const data = await scratch('connect')
  const properties = join(data.path, 'connect.properties')
  const topics = ['config', 'offset', 'status'].map((kind) => `${kind}.storage.topic=connect-${kind}\n${kind}.storage.replication.factor=1\n`)
  await write(join(data.path, 'log4j2.properties'), LOG4J)
  await write(
    properties,
    `bootstrap.servers=${kafka}
group.id=connect-e2e
listeners=${url}
${topics.join('')}offset.storage.partitions=1
status.storage.partitions=1
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
value.converter.schemas.enable=false
plugin.path=${plugins.join(',')}
plugin.discovery=${options.plugins ? 'hybrid_warn' : 'service_load'}
offset.flush.interval.ms=5000
scheduled.rebalance.max.delay.ms=0
${(secure?.properties ?? []).map((line) => `${line}\n`).join('')}`,
  )
  try {
    const running = await start({
      name: 'connect',
      command: installation.java.java,
      args: [
        ...['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '--add-opens', 'java.base/java.lang=ALL-UNNAMED'],
        ...[`-Dlog4j2.configurationFile=${join(data.path, 'log4j2.properties')}`, '-cp', `${installation.lib}/*${secure ? `:${secure.jars}` : ''}`],
        ...(secure?.java ?? []),
        ...['org.apache.kafka.connect.cli.ConnectDistributed', properties],
      ],
      ready: () => (secure ? secure.ready(url) : answers(`${url}/health`)),
    })
    return {
      url,
      process: running,
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
