/** How the backends of a platform are reached. Operator, console and command all come this way. */
import { type ClickstreamPlatform, durationMs } from '../api/index.ts'
import { type Clock, createKafkaClient, createRotatingKafkaClient, type HttpConnection, type KafkaClient, type Logger } from '../ports/index.ts'
import { type AuthorityName, connectionOf, type OtherLogin, type ReferenceReader, readKafkaSecurity } from './credentials.ts'

/** What a backend's part of the spec says. */
interface Declared {
  readonly url: string
  readonly timeout: string
  readonly secretRef?: { readonly name: string } | undefined
  readonly caRef?: Omit<AuthorityName, 'namespace'> | undefined
}

export interface Reach {
  readonly url: string
  readonly timeoutMs: number
  readonly connection: (signal?: AbortSignal) => Promise<HttpConnection>
}

/** `other`: what the Secret of that backend may hold in place of user name and password. */
export function reach(platform: ClickstreamPlatform, references: ReferenceReader, backend: Declared, other?: OtherLogin): Reach {
  const namespace = platform.metadata.namespace ?? 'default'
  return {
    url: backend.url,
    timeoutMs: durationMs(backend.timeout),
    connection: connectionOf(references, {
      secret: backend.secretRef && { namespace, name: backend.secretRef.name },
      authority: backend.caRef && { ...backend.caRef, namespace },
      other,
    }),
  }
}

export interface KafkaOptions {
  readonly clientId: string
  readonly clock?: Clock
  readonly log?: Logger
}

/** Nothing is read or connected before the first call. */
export function openKafka(platform: ClickstreamPlatform, references: ReferenceReader, options: KafkaOptions): KafkaClient {
  const namespace = platform.metadata.namespace ?? 'default'
  const { bootstrapServers, tls, authentication } = platform.spec.kafka
  const brokers = bootstrapServers.split(',')
  if (!tls && !authentication) return createKafkaClient({ brokers, ...options })
  return createRotatingKafkaClient({
    security: () =>
      readKafkaSecurity(references, {
        tls: tls && { authority: tls.caRef && { ...tls.caRef, namespace } },
        authentication: authentication && {
          type: authentication.type,
          secret: { namespace, name: authentication.secretRef.name },
          username: authentication.username,
        },
      }),
    create: (security) => createKafkaClient({ brokers, ...options, security }),
  })
}
