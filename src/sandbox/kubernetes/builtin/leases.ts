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
          acquireTime: { ...time, description: 'When the holder got the lock.' },
          holderIdentity: { ...text, description: 'Who holds the lock; empty: nobody.' },
          leaseDurationSeconds: { type: 'integer', format: 'int32', description: 'How long others wait after the last renewal before they take the lock.' },
          leaseTransitions: { type: 'integer', format: 'int32', description: 'How often the lock has changed hands.' },
          preferredHolder: { ...text, description: 'Who should get the lock next.' },
          renewTime: { ...time, description: 'When the holder last said that it still holds the lock.' },
          strategy: { ...text, description: 'How the holder is chosen among several.' },
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
