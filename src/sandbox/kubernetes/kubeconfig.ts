/** A kubeconfig with one cluster, one user without credentials and one context. Some clients take http only where TLS need not be checked. */
import { stringify } from 'yaml'

export function kubeconfigFor(url: string): string {
  const name = 'sandbox'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  })
}
