/** The operator's own identity on a real API server: the ServiceAccount and the rules of the chart, and nothing beside them. */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { renderChart } from '../../scripts/render-chart.ts'
import type { KubeObject } from '../../src/ports/index.ts'
import { kubectlPath } from '../tools.ts'
import { tool, write } from './cache.ts'
import { helmPath } from './helm.ts'

export const OPERATOR_NAMESPACE = 'clickstream-system'
const RELEASE = 'clickstream-operator'
const IDENTITY = new Set(['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'])

/**
 * Path of a kubeconfig of the operator, which may read Secrets of `secretNamespaces`. The demo watches all namespaces, so the
 * rules are those of rbac.clusterWide.
 */
export async function installIdentity(adminKubeconfig: string, secretNamespaces: readonly string[]): Promise<string> {
  const kubectl = await kubectlPath()
  const asAdmin = (...args: string[]) => tool(kubectl, ['--kubeconfig', adminKubeconfig, ...args])
  const values = { rbac: { clusterWide: true }, secretNamespaces, crds: { install: false } }
  const text = await renderChart({ helm: await helmPath(), release: RELEASE, namespace: OPERATOR_NAMESPACE, values })
  const identity = parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject)
    .filter((object) => IDENTITY.has(object?.kind))
  const namespaces = [...new Set([OPERATOR_NAMESPACE, ...secretNamespaces])].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  const manifest = join(dirname(adminKubeconfig), 'operator-identity.yaml')
  await write(manifest, [...namespaces, ...identity].map((object) => stringify(object)).join('---\n'))
  await asAdmin('apply', '--server-side', '-f', manifest)
  return tokenKubeconfig(adminKubeconfig, { namespace: OPERATOR_NAMESPACE, name: RELEASE })
}

/** A kubeconfig beside that of the admin, with a token of a service account. */
export async function tokenKubeconfig(adminKubeconfig: string, account: { namespace: string; name: string }): Promise<string> {
  const kubectl = await kubectlPath()
  const token = await tool(kubectl, ['--kubeconfig', adminKubeconfig, '-n', account.namespace, 'create', 'token', account.name, '--duration', '24h'])
  const config = parse(await readFile(adminKubeconfig, 'utf8')) as { users: unknown[]; contexts: { context: { user: string } }[] }
  config.users = [{ name: 'operator', user: { token: token.trim() } }]
  for (const { context } of config.contexts) context.user = 'operator'
  const path = join(dirname(adminKubeconfig), `${account.namespace}.${account.name}.kubeconfig`)
  await writeFile(path, stringify(config))
  return path
}
