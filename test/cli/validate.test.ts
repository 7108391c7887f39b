import assert from 'node:assert/strict'
import { validateObjects } from '../../src/cli/commands/validate.ts'
import { fileOfPackage, readManifest } from '../../src/cli/manifest.ts'
import { formatFinding } from '../../src/plan/index.ts'

const EXAMPLE = fileOfPackage('examples/01-events-per-minute.yaml')

async function changed(change: (spec: Record<string, unknown>) => void) {
  const objects = structuredClone(await readManifest(EXAMPLE))
  change(objects[0]!.spec as Record<string, unknown>)
  const [result] = validateObjects(objects, 0)
  return result!.findings.map(formatFinding)
}

describe('clickstream validate', () => {
  it('finds nothing wrong with an example and counts what it would make', async () => {
    const [result] = validateObjects(await readManifest(EXAMPLE), 0)
    assert.deepEqual(result!.findings, [])
    assert.equal(result!.objects, 9)
  })

  it('reads a directory as its kustomization says', async () => {
    const objects = await readManifest(fileOfPackage('examples/clickstream-sql'))
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ['ConfigMap', 'ClickstreamPipeline'],
    )
    assert.deepEqual(validateObjects(objects, 0)[0]!.findings, [])
  })

  it('names the field that is wrong', async () => {
    const [text] = await changed((spec) => {
      spec.state = 'Sleeping'
    })
    assert.match(text!, /^error InvalidSpec spec\.state: /)
  })

  it('names line and column of wrong SQL', async () => {
    const [text] = await changed((spec) => {
      spec.statements = [{ name: 'clickstream', sql: 'CREATE STREAM S (A INT)\nWITH (KAFKA_TOPIC = );' }]
    })
    assert.match(text!, /^error SqlSyntax spec\.statements\[0\]\.sql:2:21: /)
  })
})
