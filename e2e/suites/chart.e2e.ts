/**
 * The chart by helm itself: lint, the rendered files that are kept, what its values refuse, and each rendered object before a real
 * API server. With CLICKSTREAM_E2E_RECORD=1 it writes the rendered files anew.
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { CHART, renderChart } from '../../scripts/render-chart.ts'
import type { KubeObject } from '../../src/ports/index.ts'
import { goldenFile, goldenText, NAMESPACE, RELEASE, readValues, SETS } from '../../test/helm/golden.ts'
import { Unavailable } from '../components/cache.ts'
import { helmPath } from '../components/helm.ts'
import { type RealKubernetes, startKubernetes } from '../components/kubernetes.ts'
import { scratch } from '../components/process.ts'
import { REAL } from '../given.ts'
import { client, kubectlPath } from '../tools.ts'

/** Kinds whose definitions no package brings. */
const OF_OTHERS = new Set(['ServiceMonitor', 'PrometheusRule'])

const REFUSED: readonly { readonly what: string; readonly values: object; readonly says: RegExp }[] = [
  { what: 'a text for a number', values: { replicas: 'two' }, says: /'\/replicas': got string, want integer/ },
  { what: 'a value that does not exist', values: { replica: 2 }, says: /additional properties 'replica' not allowed/ },
  {
    what: 'one that does not exist further down',
    values: { metrics: { serviceMonitor: { enable: true } } },
    says: /'\/metrics\/serviceMonitor'.*'enable' not allowed/,
  },
  { what: 'a digest that is none', values: { image: { digest: 'sha256:abc' } }, says: /'\/image\/digest': 'sha256:abc' does not match pattern/ },
  { what: 'a tag with its digest', values: { image: { tag: 'v1@sha256:abc' } }, says: /'\/image\/tag': .*does not match pattern/ },
  { what: 'a namespace that cannot be', values: { watchNamespaces: ['Shop'] }, says: /'\/watchNamespaces\/0': 'Shop' does not match pattern/ },
  { what: 'one namespace twice', values: { watchNamespaces: ['a', 'a'] }, says: /'\/watchNamespaces': items at 0 and 1 are equal/ },
  { what: 'a level of the log that does not exist', values: { logLevel: 'loud' }, says: /'\/logLevel': value must be one of 'trace'/ },
  { what: 'a token that lives too short', values: { serviceAccount: { tokenExpirationSeconds: 10 } }, says: /minimum: got 10, want 600/ },
  { what: 'a port that is none', values: { port: 0 }, says: /'\/port': minimum: got 0, want 1/ },
  {
    what: 'two operators without a leader',
    values: { replicas: 2, leaderElection: { enabled: false } },
    says: /replicas: more than one needs leaderElection.enabled/,
  },
  {
    what: 'listed namespaces and all of them',
    values: { watchNamespaces: ['shop'], rbac: { clusterWide: true } },
    says: /watchNamespaces and rbac.clusterWide exclude each other/,
  },
  { what: 'a ServiceAccount of nobody', values: { serviceAccount: { create: false } }, says: /serviceAccount.name: name the ServiceAccount that is there/ },
  {
    what: 'a monitor of a Service that is not made',
    values: { metrics: { service: { enabled: false }, serviceMonitor: { enabled: true } } },
    says: /metrics.serviceMonitor.enabled needs metrics.service.enabled/,
  },
]

describe('the chart', () => {
  let helm: string
  const render = (values: object) => renderChart({ helm, release: RELEASE, namespace: NAMESPACE, values })

  before(async function () {
    try {
      helm = await helmPath()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      console.log(`      skipped: ${error.message}`)
      this.skip()
    }
  })

  it('passes helm lint --strict', async () => {
    const ran = await client(helm, ['lint', '--strict', CHART])
    assert.equal(ran.code, 0, ran.stdout + ran.stderr)
  })

  for (const set of SETS) {
    it(`renders the values ${set} as they are kept`, async () => {
      const text = goldenText(set, await render(readValues(set)))
      if (process.env.CLICKSTREAM_E2E_RECORD) await writeFile(goldenFile(set), text)
      assert.equal(await readFile(goldenFile(set), 'utf8'), text)
    })
  }

  it('renders the definitions of crds/, kept on removal unless told otherwise', async () => {
    for (const [values, policy] of [
      [{}, 'keep'],
      [{ crds: { keep: false } }, undefined],
    ] as const) {
      const crds = objectsOf(await render(values)).filter(({ kind }) => kind === 'CustomResourceDefinition')
      assert.equal(crds.length, 2)
      for (const { metadata, ...rest } of crds) {
        const { metadata: own, ...wanted } = parse(await readFile(`${CHART}/../../crds/${metadata.name.split('.')[0]}.yaml`, 'utf8')) as KubeObject
        assert.equal(metadata.name, own.name)
        assert.equal(metadata.annotations?.['helm.sh/resource-policy'], policy)
        assert.deepEqual(rest, wanted)
      }
    }
    assert.deepEqual(
      objectsOf(await render({ crds: { install: false } })).filter(({ kind }) => kind === 'CustomResourceDefinition'),
      [],
    )
  })

  for (const { what, values, says } of REFUSED) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(render(values), says)
    })
  }

  describe('before a real API server', () => {
    let kubernetes: RealKubernetes
    let kubectl: string

    before(async function () {
      if (!REAL.includes('kubernetes')) {
        console.log('      skipped: it needs a real kubernetes')
        return this.skip()
      }
      try {
        kubernetes = await startKubernetes()
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error
        console.log(`      skipped: ${error.message}`)
        return this.skip()
      }
      kubectl = await kubectlPath()
      for (const name of [NAMESPACE, 'shop', 'web', 'kafka', 'platforms']) await asAdmin('create', 'namespace', name)
      // What a namespace of operators should ask for; a pod that is less restricted is told of in a warning.
      await asAdmin('label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/warn=restricted', 'pod-security.kubernetes.io/enforce=restricted')
    })
    after(() => kubernetes?.stop())

    /** The warnings; everything is accepted. */
    async function dryRun(objects: readonly KubeObject[]): Promise<string> {
      const data = await scratch('chart')
      try {
        const manifest = `${data.path}/objects.yaml`
        await writeFile(manifest, objects.map((object) => stringify(object)).join('---\n'))
        const ran = await asAdmin('apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', manifest)
        assert.equal(ran.stdout.trim().split('\n').length, objects.length)
        return ran.stderr
      } finally {
        await data.remove()
      }
    }

    const asAdmin = async (...args: string[]) => {
      const ran = await client(kubectl, ['--kubeconfig', kubernetes.kubeconfig, ...args])
      assert.equal(ran.code, 0, `kubectl ${args.join(' ')}: ${ran.stderr}`)
      return ran
    }

    it('would be told of a pod that is less than restricted', async () => {
      const [deployment] = objectsOf(await render({ podSecurityContext: { runAsNonRoot: false } })).filter(({ kind }) => kind === 'Deployment')
      assert.match(await dryRun([deployment!]), /would violate PodSecurity "restricted:latest": .*runAsNonRoot != true/)
    })

    for (const set of SETS) {
      it(`has every object of the values ${set} accepted, by strict validation and without a warning`, async () => {
        const objects = objectsOf(await render(readValues(set))).filter(({ kind }) => !OF_OTHERS.has(kind))
        assert.equal(await dryRun(objects), '')
      })
    }
  })
})

function objectsOf(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject)
    .filter((object) => object !== null)
}
