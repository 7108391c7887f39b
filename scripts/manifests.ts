/** Writes manifests/operator.yaml, which is the chart as plain YAML for who has no helm. With --check it writes nothing and fails when the file is stale. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { helmPath } from '../e2e/components/helm.ts'
import { renderChart } from './render-chart.ts'

export const OPERATOR_MANIFEST = path.resolve(import.meta.dirname, '../manifests/operator.yaml')
/** As manifests/platform needs it: the operator beside the pipelines, Strimzi's objects in a namespace of their own. */
const NAMESPACE = 'clickstream'
const VALUES = { strimziNamespaces: ['kafka'] }
/** What only helm reads. */
const OF_HELM = ['helm.sh/chart', 'helm.sh/resource-policy', 'app.kubernetes.io/managed-by']

const object = z.looseObject({
  metadata: z.looseObject({
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
})

export async function operatorManifest(): Promise<string> {
  const rendered = await renderChart({ helm: await helmPath(), release: 'clickstream-operator', namespace: NAMESPACE, values: VALUES })
  const objects = parseAllDocuments(rendered)
    .map((document) => object.nullable().parse(document.toJS()))
    .filter((one) => one !== null)
  for (const { metadata } of objects) {
    for (const key of OF_HELM) {
      delete metadata.labels?.[key]
      delete metadata.annotations?.[key]
    }
    if (metadata.annotations && Object.keys(metadata.annotations).length === 0) delete metadata.annotations
  }
  const texts = objects.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false }))
  return `# Made by \`npm run manifests\` from helm/clickstream-operator; do not edit.\n${texts.join('---\n')}`
}

if (import.meta.main) {
  const text = await operatorManifest()
  if (!process.argv.includes('--check')) await writeFile(OPERATOR_MANIFEST, text)
  else if ((await readFile(OPERATOR_MANIFEST, 'utf8').catch(() => undefined)) !== text) {
    console.error('manifests/operator.yaml is stale: run npm run manifests')
    process.exitCode = 1
  }
}
