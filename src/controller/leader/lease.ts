/**
 * A Lease as leader election writes it, readable by every client that follows client-go's rules.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
 */
import { z } from 'zod'
import { Failure, type KubeObject, type KubeResource } from '../../ports/index.ts'

export const LEASES: KubeResource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease' }

export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string
  /** How long others wait after the last change that they saw. */
  readonly durationMs: number
  /** As written by the holder; times of other clocks are shown, never compared. */
  readonly acquireTime: string
  readonly renewTime: string
  readonly transitions: number
}

const specSchema = z.looseObject({
  holderIdentity: z.string().nullish(),
  leaseDurationSeconds: z.number().nullish(),
  acquireTime: z.string().nullish(),
  renewTime: z.string().nullish(),
  leaseTransitions: z.number().nullish(),
})

export function recordOf(lease: KubeObject): LeaseRecord {
  const parsed = specSchema.safeParse(lease.spec ?? {})
  if (!parsed.success)
    throw new Failure('Retry', 'UnexpectedAnswer', `Lease ${lease.metadata.name} is in an unexpected form: ${parsed.error.issues[0]?.message}`)
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = parsed.data
  return {
    holder: holderIdentity ?? '',
    durationMs: (leaseDurationSeconds ?? 0) * 1000,
    acquireTime: acquireTime ?? '',
    renewTime: renewTime ?? '',
    transitions: leaseTransitions ?? 0,
  }
}

export function leaseOf(namespace: string, name: string, record: LeaseRecord, before?: KubeObject): KubeObject {
  const spec = {
    holderIdentity: record.holder,
    leaseDurationSeconds: Math.max(1, Math.round(record.durationMs / 1000)),
    acquireTime: record.acquireTime,
    renewTime: record.renewTime,
    leaseTransitions: record.transitions,
  }
  if (before === undefined) return { apiVersion: 'coordination.k8s.io/v1', kind: LEASES.kind, metadata: { name, namespace }, spec }
  return { ...before, spec: { ...(before.spec as object | undefined), ...spec } }
}

/** The API server takes times of a Lease with six digits after the second, no more and no fewer. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')
