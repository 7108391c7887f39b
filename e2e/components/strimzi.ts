/** The definitions of Strimzi itself, written by its own generator; its operators are in no registry. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { KubeObject } from '../../src/ports/index.ts'
import { installed, tool } from './cache.ts'
import { jdk, mavenJars } from './java.ts'

const VERSION = '1.2.0'
/** That of the class files of its API. */
const JAVA = 21

/** Kind -> the class that the generator reads. */
const CLASSES = {
  KafkaTopic: 'topic.KafkaTopic',
  KafkaConnector: 'connector.KafkaConnector',
  KafkaConnect: 'connect.KafkaConnect',
  KafkaUser: 'user.KafkaUser',
  Kafka: 'kafka.Kafka',
  KafkaNodePool: 'nodepool.KafkaNodePool',
} as const
export type StrimziKind = keyof typeof CLASSES
const STRIMZI_KINDS = Object.keys(CLASSES) as StrimziKind[]

/** CustomResourceDefinitions, in the order of `kinds`. */
export async function strimziCrds(kinds: readonly StrimziKind[] = STRIMZI_KINDS): Promise<KubeObject[]> {
  const directory = await installed(`strimzi-crds-${VERSION}`, async (making) => {
    const java = await jdk(JAVA)
    await mavenJars(making, [`io.strimzi:api:${VERSION}`, `io.strimzi:crd-generator:${VERSION}`])
    await mkdir(join(making, 'crds'))
    const files = Object.entries(CLASSES).map(([kind, name]) => `io.strimzi.api.kafka.model.${name}=${join(making, 'crds', `${kind}.yaml`)}`)
    await tool(java.java, ['-cp', join(making, 'lib/*'), 'io.strimzi.crdgenerator.CrdGenerator', '--yaml', '--label', 'app:strimzi', ...files])
  })
  return Promise.all(kinds.map(async (kind) => parse(await readFile(join(directory, 'crds', `${kind}.yaml`), 'utf8')) as KubeObject))
}
