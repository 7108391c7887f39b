/** What a handler answers: a status code and a value to encode, in the shape the client asked for. */
import type { KubeObject } from '../../ports/index.ts'
import type { Accepted } from './accept.ts'
import type { Page } from './collections.ts'
import { apiVersionOf, type ResourceType } from './resources.ts'
import { storedForm, viewOf } from './stored-view.ts'
import { type IncludeObject, partialMetadata, toTable } from './table.ts'

export interface Answer {
  readonly code: number
  readonly body: unknown
}

export interface Presentation {
  readonly accepted: Accepted
  readonly include: IncludeObject
  readonly nowMs: number
}

/** One object as the client wants to see it. */
export function present(resource: ResourceType, object: KubeObject, how: Presentation): unknown {
  switch (how.accepted.shape) {
    case 'Table':
      return toTable([{ stored: storedForm(resource, object), shown: object }], resource.columns, {
        ...how,
        metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
        headers: true,
      })
    case 'PartialObjectMetadata':
      return partialMetadata(object)
    default:
      return object
  }
}

export function presentList(resource: ResourceType, page: Page, how: Presentation): unknown {
  const metadata = {
    resourceVersion: page.resourceVersion,
    // The lists of custom resources are untyped and keep the empty string.
    ...(page.continue || (resource.custom && how.accepted.shape === 'Object') ? { continue: page.continue ?? '' } : {}),
    ...(page.remainingItemCount !== undefined ? { remainingItemCount: page.remainingItemCount } : {}),
  }
  const views = page.items.map((stored) => viewOf(resource, stored))
  switch (how.accepted.shape) {
    case 'Table':
      return toTable(
        page.items.map((stored, i) => ({ stored, shown: views[i]! })),
        resource.columns,
        { ...how, metadata, headers: true },
      )
    case 'PartialObjectMetadata':
      return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: views.map(partialMetadata) }
    default:
      return { kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata, items: resource.custom ? views : views.map(withoutType) }
  }
}

/** Typed lists do not repeat the type in each item. */
function withoutType(object: KubeObject): unknown {
  const { apiVersion: _, kind: __, ...rest } = object
  return rest
}

/** Shows watched objects; a table names its columns only once. */
export function watchPresenter(resource: ResourceType, how: Omit<Presentation, 'nowMs'>, now: () => number): (stored: KubeObject) => unknown {
  let headers = true
  return (stored) => {
    const view = viewOf(resource, stored)
    if (how.accepted.shape === 'Object') return view
    if (how.accepted.shape === 'PartialObjectMetadata') return partialMetadata(view)
    const metadata = { resourceVersion: stored.metadata.resourceVersion ?? '' }
    const shown = toTable([{ stored, shown: view }], resource.columns, { ...how, nowMs: now(), metadata, headers })
    headers = false
    return shown
  }
}

/** A bookmark in the shape of the watch: nothing but type and metadata. */
export function presentBookmark(resource: ResourceType, metadata: unknown, how: Omit<Presentation, 'nowMs'>): unknown {
  switch (how.accepted.shape) {
    case 'Table': {
      const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
      const { resourceVersion } = metadata as { resourceVersion: string }
      return {
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { resourceVersion },
        columnDefinitions: [],
        rows: [{ cells: resource.columns.map(() => ''), object }],
      }
    }
    case 'PartialObjectMetadata':
      return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
    default:
      return { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata }
  }
}
