/** Hashes and the names made of them. Stable for ever: what was applied once keeps its name. */
import { createHash } from 'node:crypto'
import type { Json, Owner } from './resources.ts'

/** Equal for values that differ only in the order of their keys. */
export function canonicalJson(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const entries = Object.keys(value).sort()
  return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`
}

/** The first `digits` hex digits of the SHA-256 of a text. */
export const hexHash = (text: string, digits: number): string => createHash('sha256').update(text).digest('hex').slice(0, digits)

export const hashOf = (value: Json): string => hexHash(canonicalJson(value), 16)

/**
 * Stands in the uid of what Grafana holds, where no name fits. 80 bits: whoever may name pipelines could find one whose hash
 * is that of a victim, if it were short.
 */
export const ownerHash = (owner: Owner): string => hexHash(`${owner.namespace}/${owner.pipeline}`, 20)

export const UID_PREFIX = 'cpl-'

/** Of a data source or dashboard: at most 40 characters, the same for ever. */
export const grafanaUid = (owner: Owner, kind: string, name: string): string => `cpl-${ownerHash(owner)}-${hexHash(`${kind}/${name}`, 15)}`

/** The owner's hash in a uid of ours. */
export const ownerHashIn = (uid: string): string | undefined => /^cpl-([0-9a-f]{20})-[0-9a-f]{15}$/.exec(uid)?.[1]

/** A KafkaTopic's name: what of the topic's name Kubernetes allows, and enough of a hash to tell apart what it does not. */
export function topicObjectName(topicName: string): string {
  const slug = topicName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 200)
  return `${slug === '' ? 'topic' : slug.replace(/-+$/, '')}-${hexHash(topicName, 8)}`
}

const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/**
 * A KafkaConnector's name, which is also what Kafka Connect calls the connector: the declared one where Kubernetes allows it,
 * else what it allows of that, and enough of a hash to tell apart what it does not.
 */
export function connectorObjectName(name: string): string {
  if (name.length <= 253 && OBJECT_NAME.test(name)) return name
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .split('.')
    .map((part) => part.replaceAll(/^-+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('.')
    .slice(0, 200)
    .replace(/[-.]+$/, '')
  return `${slug === '' ? 'connector' : slug}-${hexHash(name, 8)}`
}
