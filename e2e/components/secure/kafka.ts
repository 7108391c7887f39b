/** The real Kafka with three doors: in the clear for the stand-ins, a login over TLS, and client certificates. */
import { join } from 'node:path'
import type { Identity } from '../../../test/ports/certificates.ts'
import { write } from '../cache.ts'
import { type RealKafka, startKafka } from '../kafka.ts'
import { scratch } from '../process.ts'

export interface SecureKafka {
  readonly kafka: RealKafka
  /** Takes SCRAM and PLAIN over TLS. */
  readonly login: string
  /** Takes client certificates. */
  readonly mutual: string
  setPassword(user: string, mechanism: 'SCRAM-SHA-512' | 'SCRAM-SHA-256', password: string): Promise<void>
  /** Another certificate for both doors; connections that stand are left alone. */
  setIdentity(identity: Identity): Promise<void>
  /** From the next start on only certificates of this authority are let in. */
  setClientAuthority(cert: string): Promise<void>
  stop(): Promise<void>
}

export interface SecureKafkaStart {
  readonly identity: Identity
  /** PEM. */
  readonly clientAuthority: string
  readonly scram: { readonly user: string; readonly password: string }
  readonly plain: { readonly user: string; readonly password: string }
}

/** Whoever logged in has to do so again after this time, so that a password which was changed is missed. */
const REAUTHENTICATE_MS = 15_000
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'

export async function startSecureKafka({ identity, clientAuthority, scram, plain }: SecureKafkaStart): Promise<SecureKafka> {
  const files = await scratch('kafka-tls')
  const [store, trust] = [join(files.path, 'server.pem'), join(files.path, 'clients.pem')]
  const writeIdentity = ({ cert, key }: Identity) => write(store, `${key}${cert}`)
  await writeIdentity(identity)
  await write(trust, clientAuthority)
  const tls = [`ssl.keystore.type=PEM`, `ssl.keystore.location=${store}`]
  const reauthenticate = ['scram-sha-512', 'scram-sha-256', 'plain'].map((mechanism) => `${mechanism}.connections.max.reauth.ms=${REAUTHENTICATE_MS}`)
  const kafka = await startKafka({
    format: ['--add-scram', `SCRAM-SHA-512=[name=${scram.user},password=${scram.password}]`],
    listeners: [
      {
        name: 'LOGIN',
        protocol: 'SASL_SSL',
        properties: [
          ...tls,
          'sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256,PLAIN',
          `scram-sha-512.sasl.jaas.config=${SCRAM}`,
          `scram-sha-256.sasl.jaas.config=${SCRAM}`,
          `plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${plain.user}="${plain.password}";`,
          ...reauthenticate,
        ],
      },
      {
        name: 'MUTUAL',
        protocol: 'SSL',
        properties: [...tls, 'ssl.client.auth=required', 'ssl.truststore.type=PEM', `ssl.truststore.location=${trust}`],
      },
    ],
  })
  const configure = (args: readonly string[]) => kafka.command('kafka.admin.ConfigCommand', ['--alter', ...args])
  return {
    kafka,
    login: kafka.addresses.get('LOGIN')!,
    mutual: kafka.addresses.get('MUTUAL')!,
    async setPassword(user, mechanism, password) {
      await configure(['--entity-type', 'users', '--entity-name', user, '--add-config', `${mechanism}=[password=${password}]`])
    },
    async setIdentity(next) {
      await writeIdentity(next)
      const lines = ['login', 'mutual'].flatMap((name) => tls.map((line) => `listener.name.${name}.${line}`))
      await configure(['--entity-type', 'brokers', '--entity-name', '1', '--add-config', lines.join(',')])
    },
    setClientAuthority: (cert) => write(trust, cert),
    async stop() {
      await kafka.stop()
      await files.remove()
    },
  }
}
