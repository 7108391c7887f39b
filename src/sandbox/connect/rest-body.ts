/** What the routes share: the worker they answer for, and request bodies read as Jackson reads them. */
import type { KafkaClient } from '../../ports/index.ts'
import type { Config } from './config-def.ts'
import { ConnectRestError } from './errors.ts'
import type { Herder } from './herder.ts'

export interface RestContext {
  readonly herder: Herder
  readonly kafka: KafkaClient
  readonly workerId: string
  readonly version: string
}

export function objectBody(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ConnectRestError(400, 'Cannot deserialize the request body: a JSON object is needed')
  return body as Record<string, unknown>
}

/** Jackson reads numbers and booleans into a map of strings as their text. */
export function stringMap(body: unknown): Config {
  return Object.fromEntries(
    Object.entries(objectBody(body)).map(([key, value]) => {
      if (typeof value === 'object' && value !== null)
        throw new ConnectRestError(
          400,
          `Cannot deserialize value of type java.lang.String from ${Array.isArray(value) ? 'Array' : 'Object'} value (field "${key}")`,
        )
      return [key, String(value)]
    }),
  )
}
