/** Secrets and authorities are read when they are used, so that a rotated one needs no restart. Messages name keys, never values. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { SecretValue } from '../plan/index.ts'
import { Failure, type HttpConnection, type KafkaSecurity } from '../ports/index.ts'

/** The decoded data of a Secret or ConfigMap; undefined when there is none. */
export type SecretReader = (namespace: string, name: string, signal?: AbortSignal) => Promise<Readonly<Record<string, string>> | undefined>

/** What a platform may refer to. */
export interface ReferenceReader {
  readonly secret: SecretReader
  readonly configMap: SecretReader
}

export interface SecretName {
  readonly namespace: string
  readonly name: string
}

/** Where the certificates of authorities stand. */
export interface AuthorityName extends SecretName {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly key: string
}

/** Beside user name and password: what a Secret may hold in their place. */
export type OtherLogin = 'apiKey' | 'token'

/** As the HTTP header has it. */
const SCHEMES = { apiKey: 'ApiKey', token: 'Bearer' } as const

async function dataOf(read: SecretReader, kind: string, { namespace, name }: SecretName, signal: AbortSignal | undefined) {
  const data = await read(namespace, name, signal)
  if (!data) throw new Failure('Wait', 'SecretNotFound', `${kind} ${namespace}/${name} does not exist`)
  return data
}

/** A value of one line. Whoever writes a Secret with `echo` puts a line break behind it, which no server would take. */
function lineOf(data: Readonly<Record<string, string>>, key: string, { namespace, name }: SecretName): string {
  const value = data[key] ?? ''
  if (value === '') throw new Failure('Stall', 'SecretIncomplete', `Secret ${namespace}/${name} needs the key ${key}, and not empty`)
  if (/[\r\n]/.test(value))
    throw new Failure(
      'Stall',
      'SecretInvalid',
      `key ${key} of Secret ${namespace}/${name} holds a line break: write it without one, with printf rather than echo`,
    )
  return value
}

/** A Secret with the keys `username` and `password`. */
export async function readLogin(secrets: SecretReader, secret: SecretName, signal?: AbortSignal): Promise<{ username: string; password: string }> {
  const data = await dataOf(secrets, 'Secret', secret, signal)
  if (data.username === undefined || data.password === undefined)
    throw new Failure('Stall', 'SecretIncomplete', `Secret ${secret.namespace}/${secret.name} needs the keys username and password`)
  return { username: lineOf(data, 'username', secret), password: lineOf(data, 'password', secret) }
}

/** PEM certificates, looked at: Node takes anything here without a word, and then trusts nobody. */
export async function readAuthorities(references: ReferenceReader, authority: AuthorityName, signal?: AbortSignal): Promise<string> {
  const { kind, namespace, name, key } = authority
  const data = await dataOf(kind === 'Secret' ? references.secret : references.configMap, kind, authority, signal)
  const pem = data[key]
  if (pem === undefined) throw new Failure('Stall', 'SecretIncomplete', `${kind} ${namespace}/${name} has no key ${key}, where caRef looks for certificates`)
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (certificates.length === 0 || !certificates.every(isCertificate))
    throw new Failure('Stall', 'SecretInvalid', `key ${key} of ${kind} ${namespace}/${name} holds no certificates in PEM that can be read`)
  return pem
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem) !== undefined
  } catch {
    return false
  }
}

export interface HttpCredentials {
  readonly secret?: SecretName | undefined
  readonly authority?: AuthorityName | undefined
  /** A key of the Secret that counts before user name and password. */
  readonly other?: OtherLogin | undefined
}

/** For createHttpClient: the credential of a platform's backend, and whom to trust. */
export function connectionOf(references: ReferenceReader, { secret, authority, other }: HttpCredentials): (signal?: AbortSignal) => Promise<HttpConnection> {
  return async (signal) => ({
    ...(secret ? await loginOf(references.secret, secret, other, signal) : {}),
    ...(authority ? { ca: await readAuthorities(references, authority, signal) } : {}),
  })
}

async function loginOf(secrets: SecretReader, secret: SecretName, other: OtherLogin | undefined, signal: AbortSignal | undefined): Promise<HttpConnection> {
  if (other === undefined) return { auth: await readLogin(secrets, secret, signal) }
  const data = await dataOf(secrets, 'Secret', secret, signal)
  if (data[other] !== undefined) return { headers: { authorization: `${SCHEMES[other]} ${lineOf(data, other, secret)}` } }
  if (data.username === undefined || data.password === undefined)
    throw new Failure('Stall', 'SecretIncomplete', `Secret ${secret.namespace}/${secret.name} needs the key ${other}, or the keys username and password`)
  return { auth: await readLogin(secrets, secret, signal) }
}

export interface KafkaCredentials {
  /** Absent: in the clear. */
  readonly tls?: { readonly authority?: AuthorityName | undefined } | undefined
  readonly authentication?:
    | { readonly type: 'scram-sha-512' | 'scram-sha-256' | 'plain' | 'tls'; readonly secret: SecretName; readonly username?: string | undefined }
    | undefined
}

/** Understands the Secrets that Strimzi's user operator makes, and those of type kubernetes.io/tls. */
export async function readKafkaSecurity(references: ReferenceReader, { tls, authentication }: KafkaCredentials): Promise<KafkaSecurity> {
  const ca = tls?.authority ? { ca: await readAuthorities(references, tls.authority) } : {}
  if (!authentication) return tls ? { tls: ca } : {}
  const { type, secret, username } = authentication
  const data = await dataOf(references.secret, 'Secret', secret, undefined)
  if (type === 'tls') return { tls: { ...ca, ...clientCertificate(data, secret) } }
  const user = username ?? (data.username === undefined ? secret.name : lineOf(data, 'username', secret))
  return { ...(tls ? { tls: ca } : {}), sasl: { mechanism: type, username: user, password: lineOf(data, 'password', secret) } }
}

function clientCertificate(data: Readonly<Record<string, string>>, { namespace, name }: SecretName): { cert: string; key: string } {
  const prefix = ['user', 'tls'].find((one) => data[`${one}.crt`] !== undefined && data[`${one}.key`] !== undefined)
  if (prefix === undefined)
    throw new Failure('Stall', 'SecretIncomplete', `Secret ${namespace}/${name} needs the keys user.crt and user.key, or tls.crt and tls.key`)
  const [cert, key] = [data[`${prefix}.crt`]!, data[`${prefix}.key`]!]
  const problem = problemOf(cert, key)
  if (problem) throw new Failure('Stall', 'SecretInvalid', `${prefix}.crt and ${prefix}.key of Secret ${namespace}/${name} cannot be used: ${problem}`)
  return { cert, key }
}

function problemOf(cert: string, key: string): string | undefined {
  if (!isCertificate(cert)) return 'the first is no certificate in PEM'
  try {
    const own = createPrivateKey(key)
    return new X509Certificate(cert).checkPrivateKey(own) ? undefined : 'they do not belong together'
  } catch {
    return 'the second is no private key in PEM without a passphrase'
  }
}

/** The config values of a connector that come from Secrets, and the authorities that it trusts. */
export async function readSecretValues(references: ReferenceReader, wanted: readonly SecretValue[], signal: AbortSignal): Promise<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const { key, namespace, secretKeyRef, authority } of wanted) {
    if (authority !== undefined) {
      values[key] = await readAuthorities(references, { kind: authority, namespace, ...secretKeyRef }, signal)
      continue
    }
    const value = (await references.secret(namespace, secretKeyRef.name, signal))?.[secretKeyRef.key]
    if (value === undefined) throw new Failure('Wait', 'SecretNotFound', `Secret ${namespace}/${secretKeyRef.name} has no key ${secretKeyRef.key}`)
    values[key] = value
  }
  return values
}
