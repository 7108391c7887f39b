/** What the routes share: the worker they answer for, and request bodies read as Jackson reads them. */
import type { Clock, KafkaClient } from '../../ports/index.ts'
import type { Config } from './config-def.ts'
import { ConnectRestError } from './errors.ts'
import type { Herder } from './herder.ts'

export interface RestContext {
  readonly herder: Herder
  readonly kafka: KafkaClient
  readonly clock: Clock
  /** `host:port` of this server; known once it listens. */
  workerId(): string
}

const ENTITY = 'org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest'
/** Jackson ends its messages with the place, whose column is not kept here. */
const PLACE = '\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)]'
const jackson = (message: string) => new ConnectRestError(500, `${message}${PLACE}`)

/** A body that is no JSON. */
export function malformed(error: unknown): ConnectRestError {
  const text = error instanceof Error ? error.message : String(error)
  return jackson(/end of JSON|Unterminated/.test(text) ? 'Unexpected end-of-input within/between Object entries' : `Unexpected character: ${text}`)
}

export interface CreateRequest {
  readonly name: string
  readonly config: Config
  readonly initialState: 'RUNNING' | 'PAUSED' | 'STOPPED' | undefined
}

/** The body of `POST /connectors`; what it lacks is a fault of the server in the real one, in these words. */
export function createRequest(body: unknown): CreateRequest {
  if (body === undefined || body === null) throw new ConnectRestError(500, `Cannot invoke "${ENTITY}.name()" because "createRequest" is null`)
  const request = objectBody(body, ENTITY)
  const odd = Object.keys(request).find((key) => !['name', 'config', 'initial_state'].includes(key))
  if (odd !== undefined) {
    throw jackson(`Unrecognized field "${odd}" (class ${ENTITY}), not marked as ignorable (3 known properties: "config", "name", "initial_state")`)
  }
  const state = request.initial_state === undefined || request.initial_state === null ? undefined : String(request.initial_state).toUpperCase()
  if (state !== undefined && state !== 'RUNNING' && state !== 'PAUSED' && state !== 'STOPPED') {
    throw jackson(`Cannot construct instance of \`${ENTITY}$InitialState\`, problem: No enum constant ${ENTITY}.InitialState.${state}`)
  }
  if (request.config === undefined || request.config === null)
    throw new ConnectRestError(500, 'Cannot invoke "java.util.Map.get(Object)" because "connectorConfig" is null')
  const config = stringMap(request.config)
  return { name: typeof request.name === 'string' ? request.name.trim() : (config.name ?? ''), config, initialState: state }
}

export function objectBody(body: unknown, entity = 'java.util.LinkedHashMap<java.lang.String,java.lang.String>'): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  const token = Array.isArray(body) ? 'Array value (token `JsonToken.START_ARRAY`)' : `${typeof body === 'string' ? 'String' : 'scalar'} value`
  throw jackson(`Cannot deserialize value of type \`${entity}\` from ${token}`)
}

/** Jackson reads numbers and booleans into a map of strings as their text. */
export function stringMap(body: unknown): Config {
  return Object.fromEntries(
    Object.entries(objectBody(body)).map(([key, value]) => {
      if (typeof value === 'object' && value !== null) {
        const token = Array.isArray(value) ? 'Array value (token `JsonToken.START_ARRAY`)' : 'Object value (token `JsonToken.START_OBJECT`)'
        throw jackson(`Cannot deserialize value of type \`java.lang.String\` from ${token}`)
      }
      return [key, String(value)]
    }),
  )
}
