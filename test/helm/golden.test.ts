/** The rendered charts that are kept: fresh, and as safe as docs/operations.md says. */
import assert from 'node:assert/strict'
import { nameOf, type Permission, readPermissions, readReasons, type Scope, unexplained } from '../../scripts/permissions.ts'
import type { KubeObject } from '../../src/ports/index.ts'
import { isFresh, NAMESPACE, readGolden, SETS, type ValueSet } from './golden.ts'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const rulesOf = (object: KubeObject) => (object.rules ?? []) as readonly Rule[]
const ofKind = (set: ValueSet, ...kinds: string[]) => readGolden(set).filter(({ kind }) => kinds.includes(kind))
const text = (rule: Rule) => rule.resources.map((resource) => `${nameOf({ group: rule.apiGroups[0]!, resource })}: ${[...rule.verbs].sort().join()}`)

const recorded = readPermissions()
/** What a Role or ClusterRole with these scopes must hold, no more and no less. */
const wanted = (...scopes: Scope[]) =>
  recorded.filter(({ scope }) => scopes.includes(scope)).map((one: Permission) => `${nameOf(one)}: ${[...one.verbs].sort().join()}`)

describe('the permissions', () => {
  it('have a reason each, and no reason is without its permission', () => {
    assert.deepEqual(unexplained(recorded, readReasons()), [])
  })

  /** Role -> scopes, of each set. */
  const ROLES: Readonly<Record<ValueSet, Readonly<Record<string, readonly Scope[]>>>> = {
    default: {
      'clickstream-system/clicks-clickstream-operator': ['pipelines', 'secrets', 'strimzi'],
      'clickstream-system/clicks-clickstream-operator-leader-election': ['election'],
    },
    ha: {
      'kafka/clicks-clickstream-operator': ['strimzi'],
      'shop/clicks-clickstream-operator': ['pipelines', 'secrets', 'strimzi'],
      'web/clicks-clickstream-operator': ['pipelines', 'secrets', 'strimzi'],
      'clickstream-system/clicks-clickstream-operator-leader-election': ['election'],
    },
    'cluster-wide': {
      'undefined/clickstream-system-clicks-clickstream-operator': ['pipelines', 'strimzi'],
      'platforms/clicks-clickstream-operator': ['secrets'],
      'clickstream-system/clicks-clickstream-operator-leader-election': ['election'],
    },
    'locked-down': {},
    monitoring: {
      'clickstream-system/clicks-clickstream-operator': ['pipelines', 'secrets', 'strimzi'],
      'clickstream-system/clicks-clickstream-operator-leader-election': ['election'],
    },
  }
  for (const set of SETS) {
    it(`are those that were recorded, in the values ${set}`, () => {
      const roles = ofKind(set, 'Role', 'ClusterRole').filter(({ metadata }) => !/-(view|edit|admin)$/.test(metadata.name))
      const found = Object.fromEntries(roles.map((role) => [`${role.metadata.namespace}/${role.metadata.name}`, rulesOf(role).flatMap(text).sort()]))
      assert.deepEqual(found, Object.fromEntries(Object.entries(ROLES[set]).map(([name, scopes]) => [name, wanted(...scopes).sort()])))
    })

    it(`are bound to the operator alone, in the values ${set}`, () => {
      const bindings = ofKind(set, 'RoleBinding', 'ClusterRoleBinding')
      const bound = bindings.map(({ metadata, roleRef, subjects }) => {
        assert.deepEqual(subjects, [{ kind: 'ServiceAccount', name: 'clicks-clickstream-operator', namespace: NAMESPACE }])
        return `${metadata.namespace}/${(roleRef as { name: string }).name}`
      })
      assert.deepEqual(bound.sort(), Object.keys(ROLES[set]).sort())
    })
  }
})

for (const set of SETS) {
  describe(`the chart with the values ${set}`, () => {
    it('is kept as it renders now', () => {
      assert.ok(isFresh(set), 'the chart or these values have changed: run CLICKSTREAM_E2E_RECORD=1 npm run e2e -- --suite chart')
    })

    it('asks for no wildcard, and reads no Secret of the whole cluster', () => {
      for (const object of ofKind(set, 'Role', 'ClusterRole')) {
        for (const rule of rulesOf(object)) {
          assert.ok(![...rule.apiGroups, ...rule.resources, ...rule.verbs].includes('*'), object.metadata.name)
          if (object.kind === 'ClusterRole') assert.ok(!rule.resources.includes('secrets'), object.metadata.name)
        }
      }
    })

    it('names a namespace in every object that has one, and marks each as its own', () => {
      for (const { kind, metadata } of readGolden(set)) {
        assert.equal(metadata.namespace === undefined, kind.startsWith('Cluster'), `${kind} ${metadata.name}`)
        assert.equal(metadata.labels?.['app.kubernetes.io/instance'], 'clicks', `${kind} ${metadata.name}`)
      }
    })

    it('runs a pod that is restricted, with a token of its own that expires', () => {
      const [deployment] = ofKind(set, 'Deployment')
      const { template, selector } = deployment!.spec as {
        template: { metadata: { labels: Record<string, string> }; spec: Record<string, unknown> }
        selector: { matchLabels: Record<string, string> }
      }
      for (const [label, value] of Object.entries(selector.matchLabels)) assert.equal(template.metadata.labels[label], value)
      const pod = template.spec as {
        automountServiceAccountToken: boolean
        securityContext: Record<string, unknown>
        containers: { image: string; args: string[]; securityContext: object; volumeMounts: { mountPath: string; readOnly?: boolean }[] }[]
        volumes: { name: string; projected?: { sources: Record<string, { path?: string; expirationSeconds?: number }>[] } }[]
      }
      assert.equal(pod.automountServiceAccountToken, false)
      assert.equal(pod.securityContext.runAsNonRoot, true)
      assert.deepEqual(pod.securityContext.seccompProfile, { type: 'RuntimeDefault' })
      const [container] = pod.containers
      assert.deepEqual(container!.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
      for (const { mountPath, readOnly } of container!.volumeMounts) assert.equal(readOnly, true, mountPath)
      const token = pod.volumes.flatMap(({ projected }) => projected?.sources ?? []).find(({ serviceAccountToken }) => serviceAccountToken)!
      assert.equal(token.serviceAccountToken!.path, 'token')
      assert.equal(token.serviceAccountToken!.expirationSeconds, set === 'locked-down' ? 600 : 3600)
    })
  })
}

describe('the arguments of the operator', () => {
  const argsOf = (set: ValueSet) => {
    const { template } = ofKind(set, 'Deployment')[0]!.spec as { template: { spec: { containers: { args: string[]; image: string }[] } } }
    return template.spec.containers[0]!
  }
  it('name the namespaces that are watched, or none', () => {
    const watched = (set: ValueSet) => argsOf(set).args.filter((arg) => arg.startsWith('--watch-namespace='))
    assert.deepEqual(watched('default'), [`--watch-namespace=${NAMESPACE}`])
    assert.deepEqual(watched('ha'), ['--watch-namespace=shop', '--watch-namespace=web'])
    assert.deepEqual(watched('cluster-wide'), [])
  })

  it('elect a leader', () => {
    for (const set of SETS) assert.ok(argsOf(set).args.includes('--leader-elect=true'))
  })

  it('take the digest of the image where one is given, and else its tag', () => {
    assert.match(argsOf('locked-down').image, /clickstream-operator@sha256:[0-9a-f]{64}$/)
    assert.match(argsOf('default').image, /^clickstream-operator:\d+\.\d+\.\d+$/)
  })
})
