/** Lists and watches objects of one kind in a namespace, and lists them anew from time to time. */
import type { Clock, KubeApi, KubeObject, KubeResource, Logger } from '../../ports/index.ts'

export interface ObjectWatch {
  readonly resource: KubeResource
  readonly kube: KubeApi
  readonly namespace: string
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  readonly relistMs: number
  onListed(objects: readonly KubeObject[]): void
  onChanged(object: KubeObject): void
  onDeleted(object: KubeObject): void
}

const PAGE = 500
const RETRY_MS = 1_000
const WATCH_SECONDS = 300

/** Ends when the signal is aborted. */
export async function watchObjects(watch: ObjectWatch): Promise<void> {
  const { clock, log, signal } = watch
  while (!signal.aborted) {
    const until = new AbortController()
    const cancelRelist = clock.after(watch.relistMs, () => until.abort(new Error('time to list again')))
    try {
      await follow(watch, await list(watch), AbortSignal.any([signal, until.signal]))
    } catch (error) {
      if (signal.aborted) return
      if (!until.signal.aborted) {
        log.info({ err: error }, `strimzi: the watch of ${watch.resource.plural} broke`)
        await clock.sleep(RETRY_MS, signal).catch(() => undefined)
      }
    } finally {
      cancelRelist()
    }
  }
}

/** The resourceVersion to watch from. */
async function list(watch: ObjectWatch): Promise<string> {
  const objects: KubeObject[] = []
  let next: string | undefined
  let resourceVersion = ''
  do {
    const page = await watch.kube.list(watch.resource, { namespace: watch.namespace, limit: PAGE, ...(next ? { continue: next } : {}) }, watch.signal)
    objects.push(...page.items)
    resourceVersion = page.resourceVersion
    next = page.continue
  } while (next)
  watch.onListed(objects)
  return resourceVersion
}

/** Returns when a new list is needed. */
async function follow(watch: ObjectWatch, from: string, signal: AbortSignal): Promise<void> {
  let resourceVersion = from
  while (!signal.aborted) {
    const events = watch.kube.watch(watch.resource, { namespace: watch.namespace, resourceVersion, timeoutSeconds: WATCH_SECONDS }, signal)
    for await (const event of events) {
      // Too old, or broken in a way that only a new list mends.
      if (event.type === 'ERROR') return
      resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion
      if (event.type === 'DELETED') watch.onDeleted(event.object)
      else if (event.type !== 'BOOKMARK') watch.onChanged(event.object)
    }
  }
}
