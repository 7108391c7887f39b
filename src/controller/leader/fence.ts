/**
 * The right to write, which ends by itself. Whoever was cut off or stood still does not know that another has taken over: so the
 * right is asked for just before every write, and it is a matter of the time since the last renewal, not of a flag.
 */
import type { KubeApi } from '../../ports/index.ts'
import type { Target } from '../../targets/index.ts'

export interface Fence {
  /** Throws a Failure when this process may not write any more. */
  check(): void
}

/** An operator that is the only one. */
export const NO_FENCE: Fence = { check: () => undefined }

export function fencedKube(kube: KubeApi, fence: Fence): KubeApi {
  const guarded = async <T>(write: () => Promise<T>): Promise<T> => {
    fence.check()
    return write()
  }
  return {
    list: (...args) => kube.list(...args),
    watch: (...args) => kube.watch(...args),
    get: (...args) => kube.get(...args),
    groupVersions: (...args) => kube.groupVersions(...args),
    create: (...args) => guarded(() => kube.create(...args)),
    replace: (...args) => guarded(() => kube.replace(...args)),
    patch: (...args) => guarded(() => kube.patch(...args)),
    delete: (...args) => guarded(() => kube.delete(...args)),
  }
}

/** What a target does in several requests is guarded again at each of them, by its transport. */
export function fencedTarget(target: Target, fence: Fence): Target {
  return {
    ...target,
    async apply(action, owner, signal) {
      fence.check()
      return target.apply(action, owner, signal)
    },
    async remove(entry, owner, signal) {
      fence.check()
      return target.remove(entry, owner, signal)
    },
  }
}
