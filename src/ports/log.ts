import pino, { type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'

/** Keys whose values never reach a log line, wherever they stand; in any case of letters, and at the end of longer names. */
const SECRET_KEY = /(password|passphrase|authorization|token|api_?key|secret|cookie|private_?key|jaas\.config)$/i
/** What is secret by its name, not by what it holds: numbers of something. */
const SECRET_MAP = /^(secureJsonData)$/i
/** A credential in the middle of a text, as HTTP clients have it in what they say. */
const HEADER = /\b(Basic|Bearer|ApiKey)\s+[A-Za-z0-9+/=_.~:-]{8,}/g
const PEM_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g
const CENSOR = '[redacted]'
const DEPTH_MAX = 8

/** The one logger set-up: JSON lines, ISO times, secrets cut out. */
export function createLogger(options: { level?: string; name: string; destination?: DestinationStream }): Logger {
  const settings: pino.LoggerOptions = {
    name: options.name,
    level: options.level ?? 'info',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: (object) => withoutSecrets(object, 0) as Record<string, unknown> },
    // Errors have become plain objects by then.
    serializers: { err: (value: unknown) => value },
  }
  return options.destination ? pino(settings, options.destination) : pino(settings)
}

function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(HEADER, `$1 ${CENSOR}`).replace(PEM_KEY, CENSOR)
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH_MAX) return '[deep]'
  if (value instanceof Error) return errorText(value, depth)
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1))
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item !== undefined && isSecret(key, item) ? CENSOR : withoutSecrets(item, depth + 1)]),
  )
}

const isSecret = (key: string, value: unknown): boolean =>
  SECRET_MAP.test(key) || (SECRET_KEY.test(key) && typeof value !== 'number' && typeof value !== 'boolean' && value !== null)

/** Of an error only what is known to be harmless: those of clients hold requests with headers, and bodies hold what was sent. */
function errorText(error: Error, depth: number): object {
  const { code, status, reason } = error as { code?: unknown; status?: unknown; reason?: unknown }
  const known = Object.fromEntries(Object.entries({ code, status, reason }).filter(([, value]) => ['string', 'number'].includes(typeof value)))
  return {
    type: error.name,
    message: withoutSecrets(error.message, depth),
    stack: withoutSecrets(error.stack ?? '', depth),
    ...known,
    ...(error.cause === undefined ? {} : { cause: withoutSecrets(error.cause, depth + 1) }),
  }
}
