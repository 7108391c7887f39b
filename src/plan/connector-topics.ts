/** Which topics a connector touches, as far as its config says, and whether it may. */
import { listed } from './connector-config.ts'
import { type ConnectorItem, type Draft, refuse } from './draft.ts'
import { placeIn } from './place.ts'
import { namespacePrefix, whyNotRead, whyNotWrite } from './topic-access.ts'

export function checkTopics(draft: Draft, item: ConnectorItem): boolean {
  return (item.direction === 'sink' ? checkInputs(draft, item) : checkOutputs(draft, item)) && checkDeadLetters(draft, item) && checkRoutes(draft, item)
}

function say(draft: Draft, item: ConnectorItem, key: string, message: string, mend: string): false {
  const { path, ...at } = placeIn(item.place, key)
  refuse(draft, 'LimitExceeded', path, message, mend, at)
  return false
}

function checkInputs(draft: Draft, item: ConnectorItem): boolean {
  const { limits } = draft.platform.spec
  if (limits.topicPrefixPerNamespace && item.config['topics.regex'] !== undefined)
    return say(draft, item, 'topics.regex', `Connector ${item.name} reads topics by a pattern, which may hold for topics of others`, 'Name them in topics.')
  for (const topic of listed(item.config, 'topics')) {
    const why = topic === '' ? undefined : whyNotRead(limits, draft.owner.namespace, topic)
    if (why) return say(draft, item, 'topics', `Topic ${topic}, which connector ${item.name} reads, ${why}`, READ_MEND)
  }
  return true
}

export const READ_MEND = 'Read a topic of your namespace, or ask the owner of the platform to add it to spec.limits.sharedTopics.'

/** `topic`, `topics`, `kafka.topic`, `topic.prefix`, `topic.format` and the like; not `topic.creation.*`. */
const NAMES_TOPIC = /(^|[._])topics?([._](name|prefix|format|pattern))?$/i

function checkOutputs(draft: Draft, item: ConnectorItem): boolean {
  const { limits } = draft.platform.spec
  const keys = Object.keys(item.config).filter((key) => NAMES_TOPIC.test(key) && !/^(transforms|predicates|errors)\./.test(key))
  for (const key of keys) {
    for (const topic of listed(item.config, key)) {
      // That one becomes a KafkaTopic, and is looked at with the other topics.
      const why = key === 'kafka.topic' ? undefined : whyNotWrite(limits, draft.owner.namespace, topic)
      if (why) return say(draft, item, key, `Topic ${topic}, which connector ${item.name} fills, ${why}`, `Let it begin with ${prefixOf(draft)}.`)
    }
  }
  if (!limits.topicPrefixPerNamespace || keys.length > 0) return true
  const message = `Connector ${item.name} has no key that is known to say which topics it fills, and the platform keeps namespaces apart`
  return say(draft, item, 'connector.class', message, 'Use a connector that takes topic or topic.prefix.')
}

const prefixOf = (draft: Draft): string => namespacePrefix(draft.owner.namespace)

function checkDeadLetters(draft: Draft, item: ConnectorItem): boolean {
  const key = 'errors.deadletterqueue.topic.name'
  const topic = item.config[key] ?? ''
  const why = topic === '' ? undefined : whyNotWrite(draft.platform.spec.limits, draft.owner.namespace, topic)
  return (
    why === undefined ||
    say(draft, item, key, `Topic ${topic}, for records that connector ${item.name} cannot take, ${why}`, `Let it begin with ${prefixOf(draft)}.`)
  )
}

/** Of Apache Kafka's transforms those that leave the topic of a record alone. */
const STAYING =
  /^org\.apache\.kafka\.connect\.transforms\.(Cast|DropHeaders|ExtractField|Filter|Flatten|HeaderFrom|HoistField|InsertField|InsertHeader|MaskField|ReplaceField|SetSchemaMetadata|TimestampConverter|ValueToKey)(\$(Key|Value))?$/

/** `type`: the class of a transform. */
export const leavesTopic = (type: string): boolean => STAYING.test(type)

/**
 * A transform may give records another topic: for a source the one that is written, for most sinks the index or table. The
 * two routers of Apache Kafka are understood; what another class does is not known, so the platform must allow it by name.
 */
function checkRoutes(draft: Draft, item: ConnectorItem): boolean {
  const { limits } = draft.platform.spec
  const feeds = [...draft.feeds.values()].some(({ connector }) => connector === item.name)
  const apart = item.direction === 'source' ? limits.topicPrefixPerNamespace : limits.indexPrefixPerNamespace && feeds
  if (!apart) return true
  for (const alias of listed(item.config, 'transforms')) {
    const key = `transforms.${alias}.type`
    const type = item.config[key] ?? ''
    if (alias === '' || leavesTopic(type) || limits.allowedConnectorClasses?.includes(type)) continue
    const target = ROUTERS[type]
    const named = target === undefined ? undefined : `transforms.${alias}.${target}`
    if (named !== undefined && (item.config[named] ?? '').startsWith(prefixOf(draft))) continue
    const what = named === undefined ? `Transform ${alias} of connector ${item.name}, a ${type},` : `${named} of connector ${item.name}`
    return say(draft, item, named ?? key, `${what} may lead records to the topics or indices of others`, `Let what it makes begin with ${prefixOf(draft)}.`)
  }
  return true
}

const ROUTERS: Readonly<Record<string, string>> = {
  'org.apache.kafka.connect.transforms.RegexRouter': 'replacement',
  'org.apache.kafka.connect.transforms.TimestampRouter': 'topic.format',
}
