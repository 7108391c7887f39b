/** One folder per backend; a new backend is one new folder and one line here. */
import type { ClickstreamPlatform } from '../api/index.ts'
import type { Clock, HttpOptions, KafkaClient, KubeApi } from '../ports/index.ts'
import { createConnectTarget } from './connect/index.ts'
import { loginOf, type SecretName, type SecretReader } from './credentials.ts'
import type { Target } from './target.ts'

export type { SecretName, SecretReader } from './credentials.ts'
export type * from './target.ts'
export { createConnectTarget }

export interface TargetPorts {
  readonly clock: Clock
  readonly kafka: KafkaClient
  readonly kube: KubeApi
  /** Another HTTP transport: faults, recordings. */
  readonly adapter?: HttpOptions['adapter']
}

/** The backends of one platform. Nothing is called before the first use; secrets are read at each use. */
export function createTargets(platform: ClickstreamPlatform, secrets: SecretReader, ports: TargetPorts): readonly Target[] {
  const { connect } = platform.spec
  const namespace = platform.metadata.namespace ?? 'default'
  const login = (ref: { name: string } | undefined) => loginOf(secrets, ref && ({ namespace, name: ref.name } satisfies SecretName))
  return [createConnectTarget({ url: connect.url, connection: login(connect.secretRef), secrets, kafka: ports.kafka, clock: ports.clock })]
}
