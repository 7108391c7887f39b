/** What the API server has not permitted, read from its own words: they are the only place where it says so. */
import type { Failure } from './failure.ts'

export interface KubePermission {
  readonly verb: string
  /** With its subresource: `clickstreampipelines/status`. */
  readonly resource: string
  /** Empty: the core API. */
  readonly apiGroup: string
  /** Absent: in the whole cluster. */
  readonly namespace?: string
  /** Who would need it. */
  readonly user: string
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authorization/: the text is that of the authorizer's refusal. */
const REFUSAL = /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)" (?:in the namespace "([^"]+)"|at the cluster scope)/

export function permissionIn(text: string): KubePermission | undefined {
  const found = REFUSAL.exec(text)
  if (found === null) return undefined
  const [, user, verb, resource, apiGroup, namespace] = found as unknown as [string, string, string, string, string, string | undefined]
  return { verb, resource, apiGroup, user, ...(namespace === undefined ? {} : { namespace }) }
}

/** Undefined: it failed for another reason, or was forbidden by something else than missing permissions: a quota, a webhook. */
export function missingPermission(failure: Failure): KubePermission | undefined {
  if (failure.status !== 403 || typeof failure.body !== 'object' || failure.body === null || !('message' in failure.body)) return undefined
  return typeof failure.body.message === 'string' ? permissionIn(failure.body.message) : undefined
}

/** For a status, a log line, or whoever has to write the Role. */
export function permissionText({ verb, resource, apiGroup, namespace, user }: KubePermission): string {
  const place = namespace === undefined ? 'in the whole cluster' : `namespace ${namespace}`
  return `verb ${verb}, resource ${resource}, apiGroup ${apiGroup === '' ? '"" (core)' : apiGroup}, ${place}; grant it to ${user}`
}
