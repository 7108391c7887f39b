/** Kubernetes events: each told once; the same again within an hour only counts up. */
import { OPERATOR, type Reason } from '../api/index.ts'
import { type Clock, type KubeApi, type KubeObject, type KubeResource, type Logger, missingPermission, toFailure } from '../ports/index.ts'

const EVENTS: KubeResource = { group: '', version: 'v1', plural: 'events', kind: 'Event' }
const REMEMBER_MS = 60 * 60_000
const MESSAGE_MAX = 1000

export interface EventWriterOptions {
  readonly kube: KubeApi
  readonly clock: Clock
  readonly log: Logger
}

export class EventWriter {
  readonly #options: EventWriterOptions
  readonly #told = new Map<string, { name: string; at: number; count: number }>()
  #serial = 0

  constructor(options: EventWriterOptions) {
    this.#options = options
  }

  /** Never throws: an event that cannot be written must not hold up the work that it tells of. */
  async tell(object: KubeObject, type: 'Normal' | 'Warning', reason: Reason, message: string, signal: AbortSignal): Promise<void> {
    const { kube, clock, log } = this.#options
    const now = clock.now()
    this.#forgetOld(now)
    const text = message.slice(0, MESSAGE_MAX)
    const key = [object.metadata.uid, type, reason, text].join('\n')
    const before = this.#told.get(key)
    const namespace = object.metadata.namespace ?? 'default'
    const time = new Date(now).toISOString()
    try {
      if (before !== undefined) {
        before.count++
        before.at = now
        const body = { count: before.count, lastTimestamp: time }
        await kube.patch(EVENTS, namespace, before.name, { type: 'merge', body }, signal)
        return
      }
      const name = `${object.metadata.name.slice(0, 200)}.${now.toString(16)}${(this.#serial++).toString(16).padStart(4, '0')}`
      this.#told.set(key, { name, at: now, count: 1 })
      await kube.create(EVENTS, eventObject(object, { name, namespace, type, reason, text, time }), signal)
    } catch (error) {
      this.#told.delete(key)
      const failure = toFailure(error)
      log[missingPermission(failure) ? 'debug' : 'warn']({ reason, err: failure.message }, 'an event could not be written')
    }
  }

  #forgetOld(now: number): void {
    for (const [key, { at }] of this.#told) if (now - at > REMEMBER_MS) this.#told.delete(key)
  }
}

interface EventFacts {
  readonly name: string
  readonly namespace: string
  readonly type: string
  readonly reason: Reason
  readonly text: string
  readonly time: string
}

function eventObject(object: KubeObject, event: EventFacts): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: event.name, namespace: event.namespace },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      namespace: event.namespace,
      uid: object.metadata.uid,
      resourceVersion: object.metadata.resourceVersion,
    },
    type: event.type,
    reason: event.reason,
    message: event.text,
    firstTimestamp: event.time,
    lastTimestamp: event.time,
    count: 1,
    source: { component: OPERATOR },
    reportingComponent: OPERATOR,
    reportingInstance: OPERATOR,
  }
}
