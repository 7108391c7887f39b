/** The KafkaTopic definition of Strimzi itself, written by its own generator; its operators are in no registry. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { KubeObject } from '../../src/ports/index.ts'
import { installed, tool } from './cache.ts'
import { jdk, mavenJars } from './java.ts'

const VERSION = '1.2.0'
/** That of the class files of its API. */
const JAVA = 21

export async function strimziTopicCrd(): Promise<KubeObject> {
  const directory = await installed(`strimzi-${VERSION}`, async (making) => {
    const java = await jdk(JAVA)
    await mavenJars(making, [`io.strimzi:api:${VERSION}`, `io.strimzi:crd-generator:${VERSION}`])
    await mkdir(join(making, 'crds'))
    const topic = `io.strimzi.api.kafka.model.topic.KafkaTopic=${join(making, 'crds/kafkatopic.yaml')}`
    await tool(java.java, ['-cp', join(making, 'lib/*'), 'io.strimzi.crdgenerator.CrdGenerator', '--yaml', '--label', 'app:strimzi', topic])
  })
  return parse(await readFile(join(directory, 'crds/kafkatopic.yaml'), 'utf8')) as KubeObject
}
