/** kafkajs as this project wants it: with every codec, without its busy timer, its errors as ours. */
import kafkajs, { type logCreator } from 'kafkajs'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { Failure } from './failure.ts'
import { KafkaFault } from './kafka.ts'
import { kafkaCodecs } from './kafka-codecs.ts'
import { brokerMessageOf } from './kafkajs-refusals.ts'
import type { Logger } from './log.ts'
import { tlsFaultOf } from './tls-faults.ts'

// A kafkajs codec gets its own Encoder to compress, whose bytes are in `buffer`, and a plain Buffer to decompress.
for (const [type, codec] of Object.entries(kafkaCodecs)) {
  Object.assign(kafkajs.CompressionCodecs, {
    [type]: () => ({
      compress: async (encoder: { buffer: Buffer }) => codec.compress(encoder.buffer),
      decompress: async (buffer: Buffer) => codec.decompress(buffer),
    }),
  })
}

/** How soon a queue that is full looks again, as in kafkajs. */
const QUEUE_CHECK_MS = 10

/**
 * kafkajs arms this timer again and again with a negative time, even when nothing waits: a warning on Node 24 and
 * later and a wake-up every millisecond and connection. A push and every answer check the queue by themselves, so a
 * timer is only needed while something waits.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return
  const throttledMs = this.throttledUntil - Date.now()
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null
      this.checkPendingRequests()
    },
    throttledMs > 0 ? throttledMs : QUEUE_CHECK_MS,
  )
}

/** kafkajs logs every retry as an error; what matters reaches the caller as an exception, so all of it is detail. */
export function logsTo(log: Logger | undefined): logCreator {
  return () =>
    ({ level, log: entry }) => {
      if (!log) return
      const { message, timestamp, stack, ...rest } = entry
      log[level === kafkajs.logLevel.ERROR ? 'info' : 'debug'](rest, `kafka: ${message}`)
    }
}

/**
 * A refusal by the broker as KafkaFault; what speaks of the login, of a permission or of the connection as a whole as a Failure
 * worth another try.
 */
export function toKafkaError(error: unknown): KafkaFault | Failure {
  if (error instanceof KafkaFault || error instanceof Failure) return error
  const login = namedIn(error, 'KafkaJSSASLAuthenticationError')
  if (login) return new Failure('Retry', 'Unauthorized', `Kafka: ${login.message}`)
  const refusal = protocolErrorIn(error)
  if (refusal) return refused(refusal)
  const tls = tlsFaultOf(error)
  if (tls !== undefined) return new Failure('Retry', 'TlsFailed', `Kafka: ${tls}`)
  const message = error instanceof Error ? error.message : String(error)
  if (namedIn(error, 'KafkaJSConnectionClosedError'))
    return new Failure('Retry', 'Unreachable', `Kafka: ${message} (a listener that wants TLS or a user name ends connections without saying why)`)
  return new Failure('Retry', namedIn(error, 'KafkaJSRequestTimeoutError') ? 'TimedOut' : 'Unreachable', `Kafka: ${message}`)
}

const NO_LOGIN = 'the listener takes no user name: leave out the authentication, or use the port of the listener that takes one'

function refused({ type, code, message }: ProtocolError): KafkaFault | Failure {
  if (type === 'ILLEGAL_SASL_STATE') return new Failure('Retry', 'Unauthorized', `Kafka: ${NO_LOGIN}`, { status: code })
  if (type === 'UNSUPPORTED_SASL_MECHANISM')
    return new Failure('Retry', 'Unauthorized', `Kafka: ${message}: use a type of authentication that the listener has`, { status: code })
  if (type === 'SASL_AUTHENTICATION_FAILED') return new Failure('Retry', 'Unauthorized', `Kafka: ${message}`, { status: code })
  if (/^(TOPIC|GROUP|CLUSTER|TRANSACTIONAL_ID|DELEGATION_TOKEN)_AUTHORIZATION_FAILED$/.test(type))
    return new Failure('Retry', 'Forbidden', `Kafka: ${message} (${type}): the user needs an ACL for it`, { status: code })
  return new KafkaFault(type, code, message)
}

/** kafkajs wraps the error of the last try into one that says how often it tried. */
function namedIn(error: unknown, name: string, depth = 0): Error | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined
  return error.name === name ? error : namedIn(error.cause, name, depth + 1)
}

interface ProtocolError {
  readonly type: string
  readonly code: number
  readonly message: string
}

/** kafkajs wraps: retries exceeded around the cause, an aggregate around one error per topic. */
function protocolErrorIn(error: unknown, depth = 0): ProtocolError | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined
  if ('type' in error && typeof error.type === 'string' && 'code' in error && typeof error.code === 'number') {
    return { type: error.type, code: error.code, message: brokerMessageOf(error) ?? error.message }
  }
  if ('errors' in error && Array.isArray(error.errors)) {
    const first = protocolErrorIn(error.errors[0], depth + 1)
    return first && { ...first, message: brokerMessageOf(error) ?? first.message }
  }
  if ('groups' in error && Array.isArray(error.groups)) return protocolErrorIn(error.groups[0]?.error, depth + 1)
  return protocolErrorIn(error.cause, depth + 1)
}
