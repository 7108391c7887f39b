/** A real API server in place of the stand-in: its definitions are applied like anyone's, and take a moment to be served. */
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Clock, KubeApi, KubeObject, KubeResource } from '../ports/index.ts'

const CRDS: KubeResource = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition' }
const SERVED_WITHIN_MS = 30_000

const established = z.object({ status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }) })

/** Applies each of `own`, and of `others` those that are not there: their owner may have installed better ones. Waits until all are served. */
export async function applyCrds(kube: KubeApi, own: readonly KubeObject[], others: readonly KubeObject[], clock: Clock): Promise<void> {
  const missing: KubeObject[] = []
  for (const crd of others) if ((await kube.get(CRDS, '', crd.metadata.name)) === undefined) missing.push(crd)
  for (const body of [...own, ...missing])
    await kube.patch(CRDS, '', body.metadata.name, { type: 'apply', body, fieldManager: 'clickstream-sandbox', force: true })
  const deadline = clock.now() + SERVED_WITHIN_MS
  for (const { metadata } of [...own, ...others]) {
    for (;;) {
      const found = established.safeParse(await kube.get(CRDS, '', metadata.name))
      if (found.success && found.data.status.conditions.some(({ type, status }) => type === 'Established' && status === 'True')) break
      if (clock.now() > deadline) throw new Error(`The definition ${metadata.name} was applied, and is not served after ${SERVED_WITHIN_MS / 1000} s.`)
      await clock.sleep(200)
    }
  }
}

const kubeconfigFile = z.object({
  'current-context': z.string(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string() }) })),
  clusters: z.array(z.object({ name: z.string(), cluster: z.object({ server: z.string() }) })),
})

/** URL of the server that the current context of a kubeconfig names. */
export async function addressOf(kubeconfig: string): Promise<string> {
  const { 'current-context': current, contexts, clusters } = kubeconfigFile.parse(parse(await readFile(kubeconfig, 'utf8')))
  const cluster = contexts.find(({ name }) => name === current)?.context.cluster
  const server = clusters.find(({ name }) => name === cluster)?.cluster.server
  if (server === undefined) throw new Error(`${kubeconfig}: the current context names no cluster.`)
  return server
}
