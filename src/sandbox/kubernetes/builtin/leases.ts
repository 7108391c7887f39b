/** Leases: who holds a lock, and until when. */
import { ageColumn, column, nameColumn } from '../columns.ts'
import { invalidValue } from '../field-error.ts'
import { builtin, mapOf, text, time } from './type.ts'

export const leases = builtin({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  blank: { spec: {} },
  unconditional: false,
  schema: {
    type: 'object',
    description: 'Who holds a lock, and until when.',
    properties: {
      spec: {
        type: 'object',
        properties: {
          acquireTime: time,
          holderIdentity: text,
          leaseDurationSeconds: { type: 'integer', format: 'int32' },
          leaseTransitions: { type: 'integer', format: 'int32' },
          preferredHolder: text,
          renewTime: time,
          strategy: text,
        },
      },
    },
  },
  columns: [nameColumn, column('Holder', (object) => String(mapOf(object, 'spec').holderIdentity ?? '')), ageColumn],
  check(object) {
    const { leaseDurationSeconds: duration, leaseTransitions: transitions } = mapOf(object, 'spec')
    return [
      ...(typeof duration === 'number' && duration <= 0 ? [invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0')] : []),
      ...(typeof transitions === 'number' && transitions < 0 ? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')] : []),
    ]
  },
})
