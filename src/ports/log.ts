import pino, { type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'

/** Keys whose values never reach a log line, wherever they stand in the object. */
const SECRET_KEYS = ['password', 'authorization', 'token', 'apiKey', 'secret', 'cookie', 'basicAuthPassword', 'secureJsonData']

/** The one logger set-up: JSON lines, ISO times, secrets cut out. */
export function createLogger(options: { level?: string; name: string; destination?: DestinationStream }): Logger {
  const settings: pino.LoggerOptions = {
    name: options.name,
    level: options.level ?? 'info',
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
  }
  return options.destination ? pino(settings, options.destination) : pino(settings)
}
