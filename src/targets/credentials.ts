/** Secrets are read when they are used, so that a rotated one needs no restart. */
import type { SecretValue } from '../plan/index.ts'
import { Failure, type HttpConnection } from '../ports/index.ts'

/** The decoded data of a Secret; undefined when there is none. */
export type SecretReader = (namespace: string, name: string, signal?: AbortSignal) => Promise<Readonly<Record<string, string>> | undefined>

export interface SecretName {
  readonly namespace: string
  readonly name: string
}

/** A Secret with the keys `username` and `password`. */
export async function readLogin(secrets: SecretReader, secret: SecretName, signal?: AbortSignal): Promise<{ username: string; password: string }> {
  const data = await secrets(secret.namespace, secret.name, signal)
  if (!data) throw new Failure('Wait', 'SecretNotFound', `Secret ${secret.namespace}/${secret.name} does not exist`)
  if (data.username === undefined || data.password === undefined)
    throw new Failure('Stall', 'SecretIncomplete', `Secret ${secret.namespace}/${secret.name} needs the keys username and password`)
  return { username: data.username, password: data.password }
}

/** For createHttpClient: the credential of a platform's backend. */
export function loginOf(secrets: SecretReader, secret: SecretName | undefined): (signal?: AbortSignal) => Promise<HttpConnection> {
  return async (signal) => (secret ? { auth: await readLogin(secrets, secret, signal) } : {})
}

/** The config values of a connector that come from Secrets. */
export async function readSecretValues(secrets: SecretReader, wanted: readonly SecretValue[], signal: AbortSignal): Promise<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const { key, namespace, secretKeyRef } of wanted) {
    const value = (await secrets(namespace, secretKeyRef.name, signal))?.[secretKeyRef.key]
    if (value === undefined) throw new Failure('Wait', 'SecretNotFound', `Secret ${namespace}/${secretKeyRef.name} has no key ${secretKeyRef.key}`)
    values[key] = value
  }
  return values
}
