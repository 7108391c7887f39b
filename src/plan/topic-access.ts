/** Which topics a pipeline may read and write on a shared platform, by their names alone. */
import type { ClickstreamPlatform } from '../api/index.ts'

type Limits = ClickstreamPlatform['spec']['limits']

export const namespacePrefix = (namespace: string): string => `${namespace}.`

/**
 * Topics of Kafka, ksqlDB, the schema registry and Kafka Connect itself: the usual names, of which nobody can be asked.
 * Connect's config topic holds the configs of all connectors, with their passwords.
 */
const INTERNAL = [/^__/, /^_confluent/, /^_schemas$/, /(^|[._-])connect([._-].*)?[._-](configs?|offsets?|status(es)?)$/i]

const isInternal = (topic: string): boolean => INTERNAL.some((pattern) => pattern.test(topic))

/** `*` alone is not meant for internal topics. */
const isShared = (limits: Limits, topic: string): boolean =>
  limits.sharedTopics.some((name) => {
    if (name === '*') return !isInternal(topic)
    return name.endsWith('*') ? topic.startsWith(name.slice(0, -1)) : topic === name
  })

/** Undefined: it may. Else why not, to stand behind the name of the topic. */
export function whyNotRead(limits: Limits, namespace: string, topic: string): string | undefined {
  if (isShared(limits, topic)) return undefined
  if (isInternal(topic)) return 'is an internal topic, which the platform does not share'
  if (!limits.topicPrefixPerNamespace || topic.startsWith(namespacePrefix(namespace))) return undefined
  return `does not begin with ${namespacePrefix(namespace)}, and the platform does not share it`
}

/** What is shared is shared for reading. */
export function whyNotWrite(limits: Limits, namespace: string, topic: string): string | undefined {
  if (isInternal(topic)) return 'is an internal topic'
  if (!limits.topicPrefixPerNamespace || topic.startsWith(namespacePrefix(namespace))) return undefined
  return `must begin with ${namespacePrefix(namespace)}: the platform wants it so`
}

export const isTopicName = (name: string): boolean => /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..'
