/** Elasticsearch 7.17 out of its server library, with the modules that are served for it: reindex, which a 9 out of packages lacks. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed, tool } from './cache.ts'
import { type RealElasticsearch, startNode } from './elasticsearch.ts'
import { type Jdk, jdk, mavenJars } from './java.ts'

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

export async function startElasticsearch7(): Promise<RealElasticsearch> {
  return startNode({ ...(await installElasticsearch7()), name: 'elasticsearch7', main: 'Main7' })
}
