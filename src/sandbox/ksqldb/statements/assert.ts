/** ASSERT TOPIC and ASSERT SCHEMA: wait until something is so, or say 417. */
import { durationMs, type Statement } from '../../../sql/index.ts'
import { genericError } from '../rest/errors.ts'
import type { Entity, Parsed, World } from './world.ts'

const DEFAULT_TIMEOUT_MS = 1_000
const LOOK_EVERY_MS = 200

export async function assertTopic(parsed: Parsed, statement: Extract<Statement, { kind: 'AssertTopic' }>, world: World): Promise<Entity> {
  const entity = { '@type': 'assert_topic', statementText: parsed.text, topicName: statement.topic, exists: statement.exists, warnings: [] }
  // Only for real: waiting twice would double the time-out.
  if (world.sandbox) return entity
  const until = world.server.now() + (statement.timeout === undefined ? DEFAULT_TIMEOUT_MS : durationMs(statement.timeout))
  for (;;) {
    const complaint = await topicComplaint(statement, world)
    if (complaint === undefined) return entity
    if (world.server.now() >= until) throw genericError(41700, complaint)
    await world.server.sleep(Math.min(LOOK_EVERY_MS, Math.max(1, until - world.server.now())))
  }
}

async function topicComplaint(statement: Extract<Statement, { kind: 'AssertTopic' }>, world: World): Promise<string | undefined> {
  const [topic] = await world.kafka.describeTopics([statement.topic])
  if (!statement.exists) return topic === undefined ? undefined : `Topic ${statement.topic} exists`
  if (topic === undefined) return `Topic ${statement.topic} does not exist`
  const actual: Readonly<Record<string, number>> = { PARTITIONS: topic.partitions.length, REPLICAS: topic.partitions[0]?.replicas.length ?? 0 }
  for (const property of statement.properties) {
    const got = actual[property.key]
    if (got === undefined) return `Cannot assert unknown topic property: ${property.key.toLowerCase()}`
    if (Number(property.value) !== got) {
      return `Mismatched configuration for topic ${statement.topic}: For config ${property.key.toLowerCase()}, expected ${String(property.value)} got ${got}`
    }
  }
  return undefined
}

export function assertSchema(): never {
  throw genericError(41700, 'Cannot check schema existence: KSQL is not configured to use a schema registry. To enable it, please set ksql.schema.registry.url')
}
