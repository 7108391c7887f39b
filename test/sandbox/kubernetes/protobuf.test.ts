import assert from 'node:assert/strict'
import { decodeProtobuf } from '../../../src/sandbox/kubernetes/protobuf/decode.ts'

/** Bodies that kubectl 1.37.1 sent. */
const RECORDED: readonly (readonly [string, string, unknown])[] = [
  [
    'create namespace',
    'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhsKEwoDY2FwEgAaACIAKgAyADgAQgASABoCCgAaACIA',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'cap' } },
  ],
  [
    'create configmap',
    'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEjUKEQoBYxIAGgAiACoAMgA4AEIAEgYKAWESATESCQoFZW1wdHkSABoNCgRibG9iEgViaW7/ABoAIgA=',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1', empty: '' }, binaryData: { blob: 'Ymlu/wA=' } },
  ],
  [
    'create secret',
    'azhzAAoMCgJ2MRIGU2VjcmV0Ei4KEQoBcxIAGgAiACoAMgA4AEIAEgoKBHVzZXISAm1lGg1leGFtcGxlLmRldi90GgAiAA==',
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { user: 'bWU=' }, type: 'example.dev/t' },
  ],
  [
    'create serviceaccount',
    'azhzAAoUCgJ2MRIOU2VydmljZUFjY291bnQSEwoRCgF4EgAaACIAKgAyADgAQgAaACIA',
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x' } },
  ],
  [
    'auth can-i',
    'azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSSQoQCgASABoAIgAqADIAOABCABIrCikKA2NhcBIGY3JlYXRlGgAiACoRd2QudjEuZXhhbXBsZS5kZXYyADoBYRoICAASABoAIAAaACIA',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: 'cap', verb: 'create', resource: 'wd.v1.example.dev', name: 'a' } },
    },
  ],
]

describe('kubernetes protobuf bodies', () => {
  for (const [name, bytes, expected] of RECORDED) {
    it(`reads what kubectl sends for ${name}`, () => assert.deepEqual(decodeProtobuf(Buffer.from(bytes, 'base64')), expected))
  }

  it('refuses what is no protobuf, what ends too early and what it does not know', () => {
    const refused = (bytes: Buffer) => assert.throws(() => decodeProtobuf(bytes), { name: 'ApiError' })
    refused(Buffer.from('{}'))
    refused(Buffer.from(RECORDED[1]![1], 'base64').subarray(0, 40))
    refused(Buffer.concat([Buffer.from('k8s\0'), Buffer.from([10, 9, 10, 2, 118, 49, 18, 3, 80, 111, 100])]))
  })
})
