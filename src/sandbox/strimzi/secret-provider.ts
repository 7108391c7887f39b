/** What Strimzi's config provider for Kubernetes Secrets reads: a path `NAMESPACE/NAME`, the Secret's keys decoded. */
import type { KubeApi } from '../../ports/index.ts'

const secrets = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' } as const

export function createSecretProvider(kube: KubeApi): (path: string) => Promise<Readonly<Record<string, string>> | undefined> {
  return async (path) => {
    const [namespace = '', name = ''] = path.split('/')
    const secret = await kube.get(secrets, namespace, name)
    if (!secret) return undefined
    const data = Object.entries((secret.data ?? {}) as Record<string, string>)
    return Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]))
  }
}
