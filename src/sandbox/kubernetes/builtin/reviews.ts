/** Questions about the caller, which are answered and not stored. */
import { nameColumn } from '../columns.ts'
import { invalidValue } from '../field-error.ts'
import { isObject } from '../json.ts'
import { builtin, mapOf } from './type.ts'

export const accessReviews = builtin({
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  namespaced: false,
  verbs: ['create'],
  schema: {
    type: 'object',
    description: 'Whether the caller may do something. Here everyone may do everything.',
    properties: {
      spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
  columns: [nameColumn],
  check(object) {
    const spec = mapOf(object, 'spec')
    const asked = ['resourceAttributes', 'nonResourceAttributes'].filter((name) => isObject(spec[name]))
    return asked.length === 1 ? [] : [invalidValue('spec', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')]
  },
  answer: (object) => ({ ...object, status: { allowed: true } }),
})

export const selfReviews = builtin({
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  namespaced: false,
  verbs: ['create'],
  schema: {
    type: 'object',
    description: 'Who the caller is. Here nobody is asked, so everybody is the same.',
    properties: { status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  },
  columns: [nameColumn],
  answer: (object) => ({ ...object, status: { userInfo: { username: 'sandbox', groups: ['system:masters', 'system:authenticated'] } } }),
})
