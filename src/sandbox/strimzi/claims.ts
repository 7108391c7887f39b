/** Which KafkaTopic objects name which topic: only one of them may have it. */
import { isReady, type KafkaTopic, topicNameOf } from './kafka-topic.ts'
import { TopicError } from './outcome.ts'

interface Claim {
  readonly namespace: string
  readonly name: string
  readonly createdAt: number
}

export class Claims {
  /** Topic -> objects, in the order they were seen. */
  readonly #byTopic = new Map<string, Claim[]>()

  remember(topic: KafkaTopic): void {
    const claims = this.#byTopic.get(topicNameOf(topic)) ?? []
    if (!claims.some((claim) => isClaimOf(claim, topic))) {
      claims.push({ namespace: topic.metadata.namespace, name: topic.metadata.name, createdAt: Date.parse(topic.metadata.creationTimestamp) })
    }
    this.#byTopic.set(topicNameOf(topic), claims)
  }

  forget(topic: KafkaTopic): void {
    const left = (this.#byTopic.get(topicNameOf(topic)) ?? []).filter((claim) => !isClaimOf(claim, topic))
    if (left.length > 0) this.#byTopic.set(topicNameOf(topic), left)
    else this.#byTopic.delete(topicNameOf(topic))
  }

  /** Forgets what is not among `topics`: objects whose end nobody told us of. */
  retain(topics: readonly KafkaTopic[]): void {
    for (const [name, claims] of this.#byTopic) {
      const left = claims.filter((claim) => topics.some((topic) => isClaimOf(claim, topic)))
      if (left.length > 0) this.#byTopic.set(name, left)
      else this.#byTopic.delete(name)
    }
  }

  /**
   * The oldest object has the topic. Creation times have whole seconds, so of two of the same second only one that is
   * Ready already keeps it. Throws a ResourceConflict for the others.
   */
  assertOwner(topic: KafkaTopic): void {
    const [oldest, next] = (this.#byTopic.get(topicNameOf(topic)) ?? []).toSorted((a, b) => a.createdAt - b.createdAt)
    if (!oldest || !next) return
    if (isClaimOf(oldest, topic) && (oldest.createdAt !== next.createdAt || isReady(topic))) return
    throw new TopicError('ResourceConflict', `Managed by Ref{namespace='${oldest.namespace}', name='${oldest.name}'}`)
  }
}

const isClaimOf = (claim: Claim, { metadata }: KafkaTopic) => claim.namespace === metadata.namespace && claim.name === metadata.name
