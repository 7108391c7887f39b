import assert from 'node:assert/strict'
import { widget, widgetCrd } from '../../../e2e/contract/kubernetes/widget-crd.ts'
import { seededRandom, systemClock } from '../../../src/ports/index.ts'
import { type KubernetesServer, startKubernetes } from '../../../src/sandbox/kubernetes/index.ts'
import { Kubectl, kubectlPath } from './kubectl.ts'

describe('kubernetes driven by kubectl', function () {
  this.timeout(30_000)
  let server: KubernetesServer
  let kubectl: Kubectl

  before(async function () {
    if (!kubectlPath) return this.skip() // no kubectl on this machine
    server = await startKubernetes({ clock: systemClock, random: seededRandom(1), crds: [widgetCrd] })
    kubectl = new Kubectl(server.kubeconfig())
  })

  after(async () => {
    kubectl?.close()
    await server?.close()
  })

  const manifest = (name: string, spec?: Record<string, unknown>) => ({ input: JSON.stringify(widget(name, spec)) })
  const ready = (status: string) =>
    JSON.stringify({ status: { observedGeneration: 1, conditions: [{ type: 'Ready', status, reason: 'Done', message: 'all well' }] } })

  it('applies, shows columns while watching, waits, describes, edits and deletes', async () => {
    assert.match(await kubectl.ok(['apply', '-f', '-'], manifest('a')), /widget.example.dev\/a created/)
    assert.match(await kubectl.ok(['apply', '-f', '-'], manifest('a')), /widget.example.dev\/a unchanged/)
    const watch = kubectl.start(['get', 'wd', '-w'])
    await watch.until(2)
    assert.match(watch.lines[0]!, /^NAME\s+SIZE\s+READY\s+AGE$/)
    const waiting = kubectl.ok(['wait', '--for=condition=Ready', 'widget/a', '--timeout=20s'])
    await kubectl.ok(['patch', 'widget', 'a', '--subresource=status', '--type=merge', '-p', ready('True')])
    assert.match(await waiting, /condition met/)
    await watch.until(3)
    assert.match(watch.lines[2]!, /^a\s+small\s+True\s+\d+s$/)
    watch.stop()

    const described = await kubectl.ok(['describe', 'widget', 'a'])
    assert.match(described, /Observed Generation:\s+1/)
    assert.match(await kubectl.ok(['edit', 'widget', 'a'], { env: { EDITOR: 'sed -i s/replicas:.*/replicas:\\ 3/' } }), /edited/)
    assert.equal(await kubectl.ok(['get', 'widget', 'a', '-o', 'jsonpath={.spec.replicas} {.metadata.generation}']), '3 2')
    assert.match(await kubectl.ok(['delete', 'widget', 'a']), /deleted/)
    assert.match((await kubectl.run(['get', 'widget', 'a'])).stderr, /Error from server \(NotFound\): widgets.example.dev "a" not found/)
  })

  it('tells what is wrong with an object, field by field', async () => {
    const { code, stderr } = await kubectl.run(['apply', '-f', '-'], manifest('bad', { size: 'huge', title: 'much too long title', replicas: 'three' }))
    assert.equal(code, 1)
    assert.match(stderr, /spec.size: Unsupported value: "huge": supported values: "small", "large"/)
    assert.match(stderr, /spec.title: Too long: may not be more than 10 bytes/)
    assert.match(stderr, /spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"/)
    const unknown = await kubectl.run(['apply', '-f', '-'], manifest('bad', { size: 'small', colour: 'red' }))
    assert.match(unknown.stderr, /unknown field "spec.colour"/)
  })

  it('lists resources, explains fields and knows the server', async () => {
    assert.match(await kubectl.ok(['api-resources', '--categories=toys']), /widgets\s+wd\s+example.dev\/v1\s+true\s+Widget/)
    const explained = await kubectl.ok(['explain', 'widget.spec.parts'])
    assert.match(explained, /KIND:\s+Widget/)
    assert.match(explained, /count\s+<integer>/)
  })

  it('applies on the server, with owners of fields', async () => {
    await kubectl.ok(['apply', '--server-side', '-f', '-'], manifest('ssa', { size: 'small', replicas: 2 }))
    const clash = await kubectl.run(['apply', '--server-side', '--field-manager=other', '-f', '-'], manifest('ssa', { size: 'small', replicas: 4 }))
    assert.match(clash.stderr, /Apply failed with 1 conflict: conflict with "kubectl": .spec.replicas/)
    await kubectl.ok(['apply', '--server-side', '--field-manager=other', '--force-conflicts', '-f', '-'], manifest('ssa', { size: 'small', replicas: 4 }))
    assert.equal(await kubectl.ok(['get', 'widget', 'ssa', '-o', 'jsonpath={.spec.replicas}']), '4')
    assert.match(await kubectl.ok(['apply', '--dry-run=server', '-f', '-'], manifest('dry')), /created \(server dry run\)/)
    assert.equal((await kubectl.run(['get', 'widget', 'dry'])).code, 1)
  })
})
