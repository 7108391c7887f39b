/** Elasticsearch 7.17 out of its server library, with the modules that are served for it: reindex, which a 9 out of packages lacks. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed, tool } from './cache.ts'
import type { RealElasticsearch } from './elasticsearch.ts'
import { type Jdk, jdk, mavenJars } from './java.ts'
import { answers, freePorts, scratch, start } from './process.ts'

const VERSION = '7.17.29'
const JAVA = 17
const MODULES = ['transport-netty4', 'reindex', 'mapper-extras', 'aggs-matrix-stats', 'lang-mustache']

export async function installElasticsearch7(): Promise<{ java: Jdk; directory: string }> {
  const java = await jdk(JAVA)
  const directory = await installed(`elasticsearch-${VERSION}`, async (making) => {
    await mavenJars(making, [`org.elasticsearch:elasticsearch:${VERSION}`, ...MODULES.map((name) => `org.elasticsearch.plugin:${name}-client:${VERSION}`)])
    const main = fileURLToPath(new URL('elasticsearch7/Main7.java', import.meta.url))
    await tool(java.javac, ['--release', String(JAVA), '-nowarn', '-d', join(making, 'main'), '-cp', join(making, 'lib/*'), main])
    await mkdir(join(making, 'home/config'), { recursive: true })
  })
  return { java, directory }
}

/** Empty at first; its data are gone when it is stopped. */
export async function startElasticsearch7(): Promise<RealElasticsearch> {
  const { java, directory } = await installElasticsearch7()
  const [port, transportPort] = await freePorts(2)
  const url = `http://127.0.0.1:${port}`
  const data = await scratch('elasticsearch7')
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
      name: 'elasticsearch7',
      command: java.java,
      args: [
        ...['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
        ...['-cp', `${join(directory, 'lib/*')}:${join(directory, 'main')}`, 'Main7', join(directory, 'home')],
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
