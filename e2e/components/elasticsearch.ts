/** Elasticsearch out of its server library, since no registry has the distribution: no security, no licence, no scripts. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed, tool, write } from './cache.ts'
import { type Jdk, jdk, mavenJars } from './java.ts'
import { answers, freePorts, type Running, scratch, start } from './process.ts'

const VERSION = '9.5.3'
/** That of the class files of the server. */
const JAVA = 21

const source = (name: string) => fileURLToPath(new URL(`elasticsearch/${name}`, import.meta.url))

export interface RealElasticsearch {
  readonly url: string
  readonly process: Running
  stop(): Promise<void>
}

export async function installElasticsearch(): Promise<{ java: Jdk; directory: string }> {
  const java = await jdk(JAVA)
  const directory = await installed(`elasticsearch-${VERSION}`, async (making) => {
    await mavenJars(making, [`org.elasticsearch:elasticsearch:${VERSION}`, `org.elasticsearch.plugin:transport-netty4:${VERSION}`])
    const [lib, netty, root] = [join(making, 'lib'), join(making, 'home/modules/transport-netty4'), join(making, 'home/plugins/rest-root')]
    // The transport is a module with a class loader of its own.
    await mkdir(netty, { recursive: true })
    for (const jar of await readdir(lib)) {
      if (/^(netty|transport-netty4)-/.test(jar)) await rename(join(lib, jar), join(netty, jar))
    }
    // Without the name of a Java module, which is not found when the server runs from the class path.
    await write(
      join(netty, 'plugin-descriptor.properties'),
      descriptor({ name: 'transport-netty4', classname: 'org.elasticsearch.transport.netty4.Netty4Plugin', modulename: '' }),
    )
    const classes = join(making, 'classes')
    const compile = (into: string, file: string) => tool(java.javac, ['--release', String(JAVA), '-nowarn', '-d', into, '-cp', join(lib, '*'), source(file)])
    await compile(join(making, 'main'), 'Main.java')
    await compile(classes, 'RootPlugin.java')
    for (const needed of [root, join(making, 'home/config')]) await mkdir(needed, { recursive: true })
    await tool(java.jar, ['--create', '--file', join(root, 'rest-root.jar'), '-C', classes, '.'])
    await rm(classes, { recursive: true })
    await write(join(root, 'plugin-descriptor.properties'), descriptor({ name: 'rest-root', classname: 'e2e.RootPlugin' }))
  })
  return { java, directory }
}

const descriptor = (properties: Record<string, string>): string =>
  Object.entries({ ...properties, description: properties.name, version: VERSION, 'java.version': String(JAVA), 'elasticsearch.version': VERSION })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

export async function startElasticsearch(): Promise<RealElasticsearch> {
  const options = ['--add-modules', 'jdk.incubator.vector', '--enable-native-access=ALL-UNNAMED', '-Des.nativelib.path=/nonexistent']
  return startNode({ ...(await installElasticsearch()), name: 'elasticsearch', main: 'Main', options })
}

/** One version of the server, installed: what differs between them when it is started. */
interface Node {
  /** Of its log and its data. */
  readonly name: string
  readonly java: Jdk
  /** Holds lib, main and home. */
  readonly directory: string
  /** Class that starts it. */
  readonly main: string
  /** Of Java. */
  readonly options?: readonly string[]
}

/** Empty at first; its data are gone when it is stopped. */
export async function startNode(node: Node): Promise<RealElasticsearch> {
  const [port, transportPort] = await freePorts(2)
  const url = `http://127.0.0.1:${port}`
  const data = await scratch(node.name)
  const settings = {
    'cluster.name': 'e2e',
    'node.name': 'n1',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': transportPort,
    'path.data': join(data.path, 'data'),
    'path.logs': join(data.path, 'logs'),
    // How full the disk of the machine is has no place in a test.
    'cluster.routing.allocation.disk.threshold_enabled': false,
  }
  try {
    const running = await start({
      name: node.name,
      command: node.java.java,
      args: [
        ...['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
        ...(node.options ?? []),
        ...['-cp', `${join(node.directory, 'lib/*')}:${join(node.directory, 'main')}`, node.main, join(node.directory, 'home')],
        ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
      ],
      ready: () => answers(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`),
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
