/**
 * Which permissions the API server has refused. A missing one is told once in the log and stands in a metric for as long as it is
 * missing, whoever it was that needed it; conditions tell of it where a status can be written.
 */
import { Failure, type KubeApi, type KubePermission, type KubeResource, type Logger, missingPermission, permissionText } from '../ports/index.ts'

export interface PermissionsOptions {
  readonly log: Logger
  onChange(permission: KubePermission, missing: boolean): void
}

type Verb = 'list' | 'watch' | 'get' | 'create' | 'update' | 'patch' | 'delete'

export class Permissions {
  readonly #options: PermissionsOptions
  readonly #missing = new Map<string, KubePermission>()

  constructor(options: PermissionsOptions) {
    this.#options = options
  }

  get missing(): readonly KubePermission[] {
    return [...this.#missing.values()]
  }

  /** The same API; what it refuses is noted, and forgotten when it is permitted after all. */
  over(kube: KubeApi): KubeApi {
    const call = async <T>(
      verb: Verb,
      resource: KubeResource,
      namespace: string | undefined,
      subresource: string | undefined,
      run: () => Promise<T>,
    ): Promise<T> => {
      const key = keyOf(verb, resource, namespace, subresource)
      try {
        const answer = await run()
        this.#permitted(key)
        return answer
      } catch (error) {
        this.#failed(key, error)
        throw error
      }
    }
    const failed = (key: string, error: unknown) => this.#failed(key, error)
    const permitted = (key: string) => this.#permitted(key)
    return {
      groupVersions: (...args) => kube.groupVersions(...args),
      list: (resource, options, signal) => call('list', resource, options.namespace, undefined, () => kube.list(resource, options, signal)),
      get: (resource, namespace, name, signal) => call('get', resource, namespace, undefined, () => kube.get(resource, namespace, name, signal)),
      create: (resource, object, signal) => call('create', resource, object.metadata.namespace, undefined, () => kube.create(resource, object, signal)),
      replace: (resource, object, options, signal) =>
        call('update', resource, object.metadata.namespace, options?.subresource, () => kube.replace(resource, object, options, signal)),
      patch: (resource, namespace, name, patch, signal) =>
        call('patch', resource, namespace, patch.subresource, () => kube.patch(resource, namespace, name, patch, signal)),
      delete: (resource, namespace, name, options, signal) =>
        call('delete', resource, namespace, undefined, () => kube.delete(resource, namespace, name, options, signal)),
      async *watch(resource, options, signal) {
        const key = keyOf('watch', resource, options.namespace, undefined)
        const opened = () => {
          permitted(key)
          options.opened?.()
        }
        try {
          yield* kube.watch(resource, { ...options, opened }, signal)
        } catch (error) {
          failed(key, error)
          throw error
        }
      },
    }
  }

  #failed(key: string, error: unknown): void {
    const permission = error instanceof Failure ? missingPermission(error) : undefined
    if (permission === undefined || this.#missing.has(key)) return
    this.#missing.set(key, permission)
    this.#options.log.error(permission, `a permission is missing: ${permissionText(permission)}`)
    this.#options.onChange(permission, true)
  }

  #permitted(key: string): void {
    const permission = this.#missing.get(key)
    if (permission === undefined) return
    this.#missing.delete(key)
    this.#options.log.info(permission, 'a permission that was missing is there now')
    this.#options.onChange(permission, false)
  }
}

const keyOf = (verb: Verb, resource: KubeResource, namespace: string | undefined, subresource: string | undefined): string =>
  [verb, resource.group, resource.plural, subresource ?? '', namespace ?? ''].join(' ')
