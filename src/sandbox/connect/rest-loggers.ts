/** The levels of the worker's loggers: kept and told; the stand-in itself logs as it was started. */
import type { FastifyInstance } from 'fastify'
import { ConnectRestError } from './errors.ts'
import { objectBody, type RestContext } from './rest-body.ts'

const LEVELS = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'ALL']
const ROOT = 'root'

interface Level {
  readonly level: string
  /** Epoch milliseconds; null: as the worker was started. */
  readonly last_modified: number | null
}

type Named = { Params: { logger: string }; Querystring: { scope?: string } }

export function registerLoggerRoutes(app: FastifyInstance, { clock }: RestContext): void {
  const levels = new Map<string, Level>([[ROOT, { level: 'WARN', last_modified: null }]])

  app.get('/admin/loggers', async () => Object.fromEntries([...levels].sort(([a], [b]) => (a < b ? -1 : 1))))
  app.get<Named>('/admin/loggers/:logger', async ({ params }) => {
    const level = levels.get(params.logger)
    if (level === undefined) throw new ConnectRestError(404, `Logger ${params.logger} not found.`)
    return level
  })
  app.put<Named>('/admin/loggers/:logger', async ({ params, query, body }, reply) => {
    const given = objectBody(body).level
    if (given === undefined || given === null) throw new ConnectRestError(400, "Desired 'level' parameter was not specified in request.")
    const level = String(given).toUpperCase()
    if (!LEVELS.includes(level)) throw new ConnectRestError(404, `invalid log level '${String(given)}'.`)
    const changed = [params.logger, ...[...levels.keys()].filter((name) => params.logger === ROOT || name.startsWith(`${params.logger}.`))]
    const names = [...new Set(changed)].sort()
    for (const name of names) levels.set(name, { level, last_modified: clock.now() })
    return query.scope === 'cluster' ? reply.code(204).send() : names
  })
}
