/** What this project needs of a Kubernetes API server. The one implementation stands in kube-client.ts. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    resourceVersion?: string
    generation?: number
    creationTimestamp?: string
    deletionTimestamp?: string
    finalizers?: string[]
    labels?: Record<string, string>
    annotations?: Record<string, string>
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean }[]
    [key: string]: unknown
  }
  [key: string]: unknown
}

/** A kind of resource by the path it has: group '' is the core API. */
export interface KubeResource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
}

export interface KubeList {
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
  readonly continue?: string
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubeObject }
  /** `code` 410: the resourceVersion is too old, list again. */
  | { readonly type: 'ERROR'; readonly code: number; readonly message: string }

export interface KubeApi {
  /** `namespace` absent: all namespaces. */
  list(
    resource: KubeResource,
    options: { namespace?: string; labelSelector?: string; limit?: number; continue?: string },
    signal?: AbortSignal,
  ): Promise<KubeList>
  /** Ends when the server closes it; throws a Failure when it breaks. */
  watch(
    resource: KubeResource,
    options: {
      namespace?: string
      labelSelector?: string
      resourceVersion: string
      timeoutSeconds: number
      /** The server has accepted it; the first event may be far off. */
      opened?: () => void
    },
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent>
  /** Undefined: not found. */
  get(resource: KubeResource, namespace: string, name: string, signal?: AbortSignal): Promise<KubeObject | undefined>
  create(resource: KubeResource, object: KubeObject, signal?: AbortSignal): Promise<KubeObject>
  /** With the object's resourceVersion: a Failure with status 409 when it has moved on. */
  replace(resource: KubeResource, object: KubeObject, options?: { subresource?: 'status' }, signal?: AbortSignal): Promise<KubeObject>
  patch(
    resource: KubeResource,
    namespace: string,
    name: string,
    patch: {
      readonly type: 'merge' | 'apply'
      readonly body: unknown
      readonly fieldManager?: string
      readonly force?: boolean
      readonly subresource?: 'status'
    },
    signal?: AbortSignal,
  ): Promise<KubeObject>
  /** False: it was not there. */
  delete(resource: KubeResource, namespace: string, name: string, options?: { uid?: string }, signal?: AbortSignal): Promise<boolean>
  /** Versions that the server serves of a group, preferred first; empty when the group is unknown. */
  groupVersions(group: string, signal?: AbortSignal): Promise<readonly string[]>
}
