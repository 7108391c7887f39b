/**
 * What is in manifests/ and the examples, held against the definitions of a real API server, of Strimzi and of ours, by a dry run on
 * the server that refuses unknown fields. Nothing of it runs: there are no nodes.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { OPERATOR_MANIFEST, operatorManifest } from '../../scripts/manifests.ts'
import { generateCrds } from '../../src/api/index.ts'
import { fileOfPackage } from '../../src/cli/manifest.ts'
import { createKubeApi, type KubeApi, type KubeObject } from '../../src/ports/index.ts'
import { startKubernetes } from '../components/kubernetes.ts'
import { strimziCrds } from '../components/strimzi.ts'
import { then } from '../given.ts'
import { client, kubectlPath } from '../tools.ts'

const CRDS = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition' } as const
const NAMESPACES = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' } as const

const crdStatus = z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) })
const isEstablished = ({ status }: KubeObject) =>
  crdStatus.safeParse(status).data?.conditions.some((condition) => condition.type === 'Established' && condition.status === 'True') ?? false

describe('the manifests', function () {
  this.timeout(300_000)
  let server: Awaited<ReturnType<typeof startKubernetes>>
  let kube: KubeApi
  let kubectl: (...args: string[]) => ReturnType<typeof client>

  before(async () => {
    server = await startKubernetes()
    kube = createKubeApi({ kubeconfig: server.kubeconfig, userAgent: 'e2e' })
    for (const crd of [...(await strimziCrds()), ...(generateCrds() as unknown as KubeObject[])]) await kube.create(CRDS, crd)
    await then(
      'every definition is served',
      async () => (await kube.list(CRDS, {})).items,
      (crds) => crds.every(isEstablished),
    )
    const binary = await kubectlPath()
    kubectl = (...args) => client(binary, ['--kubeconfig', server.kubeconfig, ...args])
  })
  after(() => server?.stop())

  const dryRun = (...args: string[]) => kubectl('apply', '--server-side', '--dry-run=server', '--validate=strict', ...args)

  it('are those of kustomization.yaml, all of them', async () => {
    const files = (await readdir(fileOfPackage('manifests/platform'))).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    const { stdout } = await kubectl('kustomize', fileOfPackage('manifests/platform'))
    const built = parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject)
    assert.equal(new Set(built.map(({ kind }) => kind)).size >= 10, true)
    for (const file of files) {
      const { stdout: objects, code } = await kubectl(
        'create',
        '--dry-run=client',
        '--validate=false',
        '-o',
        'name',
        '-f',
        fileOfPackage(join('manifests/platform', file)),
      )
      assert.equal(code, 0, file)
      assert.ok(objects.trim() !== '', `${file} holds no object`)
    }
  })

  it('make a platform that the server accepts, field by field', async () => {
    const { code, stderr } = await kubectl('apply', '--server-side', '-f', fileOfPackage('manifests/platform/namespaces.yaml'))
    assert.equal(code, 0, stderr)
    const run = await dryRun('-k', fileOfPackage('manifests/platform'))
    assert.equal(run.code, 0, run.stderr)
    assert.match(run.stdout, /clickstreamplatform.clickstream.dev\/default serverside-applied \(server dry run\)/)
    assert.match(run.stdout, /kafkaconnect.kafka.strimzi.io\/connect serverside-applied \(server dry run\)/)
  })

  it('install the operator as the chart does, and the server accepts it', async () => {
    assert.equal(await readFile(OPERATOR_MANIFEST, 'utf8'), await operatorManifest(), 'manifests/operator.yaml is stale: run npm run manifests')
    const run = await dryRun('-f', OPERATOR_MANIFEST)
    assert.equal(run.code, 0, run.stderr)
    assert.match(run.stdout, /deployment.apps\/clickstream-operator serverside-applied/)
  })

  it('check it on kind as the server accepts it', async () => {
    const run = await dryRun('-f', fileOfPackage('e2e/kind/check.yaml'))
    assert.equal(run.code, 0, run.stderr)
  })

  it('would be refused with a field that nobody knows, or with a pod that may become root', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'clickstream-manifests-'))
    try {
      const text = await readFile(fileOfPackage('manifests/platform/kafka.yaml'), 'utf8')
      await writeFile(join(directory, 'kafka.yaml'), text.replace('entityOperator:', 'entityOperatr:'))
      const run = await dryRun('-f', join(directory, 'kafka.yaml'))
      assert.equal(run.code, 1)
      assert.match(run.stderr, /entityOperatr/)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'root', namespace: 'clickstream' }, spec: { containers: [{ name: 'a', image: 'a' }] } }
    await assert.rejects(kube.create({ group: '', version: 'v1', plural: 'pods', kind: 'Pod' }, pod), /violates PodSecurity "restricted/)
  })

  it('and so are the examples', async () => {
    const examples = fileOfPackage('examples')
    const files = (await readdir(examples)).filter((file) => file.endsWith('.yaml'))
    assert.ok(files.length >= 8)
    // Some name namespaces of their own, which their reader has.
    const texts = await Promise.all(files.map((file) => readFile(join(examples, file), 'utf8')))
    const named = texts.flatMap((text) => parseAllDocuments(text).map((document) => (document.toJS() as KubeObject | null)?.metadata?.namespace))
    for (const namespace of new Set(named.filter((one) => one !== undefined && one !== 'default'))) {
      await kube.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace as string } })
    }
    for (const file of files) {
      const run = await dryRun('-f', join(examples, file))
      assert.equal(run.code, 0, `${file}: ${run.stderr}`)
    }
    for (const directory of ['clickstream/pipeline.yaml', 'clickstream-sql']) {
      const path = join(examples, directory)
      const run = await dryRun(directory.endsWith('.yaml') ? '-f' : '-k', path)
      assert.equal(run.code, 0, `${directory}: ${run.stderr}`)
    }
  })
})
