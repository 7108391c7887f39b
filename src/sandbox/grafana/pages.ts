/** The pages that people see: login, list of dashboards, dashboard; and the scripts that they load. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { notFound } from './fault.ts'
import type { GrafanaState } from './state.ts'

const FOLDER = join(import.meta.dirname, 'page')
const UPLOT = join(dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist')
const VENDOR: Record<string, string> = { 'uplot.js': 'uPlot.esm.js', 'uplot.css': 'uPlot.min.css' }
const TYPES: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }

export function pageRoutes(app: FastifyInstance, state: GrafanaState): void {
  const page = async (reply: FastifyReply, name: string) => {
    const html = await readFile(join(FOLDER, `${name}.html`), 'utf8')
    // The page's `now` is the server's: it may stand still, or run on its own.
    return reply.type('text/html; charset=utf-8').send(html.replace('{{now}}', String(state.clock.now())))
  }
  app.get('/login', (_request, reply) => page(reply, 'login'))
  app.get('/', (_request, reply) => reply.redirect('/dashboards', 302))
  for (const path of ['/dashboards', '/dashboards/f/:uid/:slug', '/dashboards/f/:uid']) app.get(path, (_request, reply) => page(reply, 'dashboards'))
  for (const path of ['/d/:uid', '/d/:uid/:slug']) app.get(path, (_request, reply) => page(reply, 'dashboard'))
  app.get('/connections/datasources', (_request, reply) => page(reply, 'datasources'))

  app.get('/public/*', async (request, reply) => {
    const name = (request.params as { '*': string })['*']
    const vendor = VENDOR[name.replace(/^vendor\//, '')]
    const own = /^[a-z-]+(?:\/[a-z-]+)?\.(js|css)$/.test(name)
    const path = name.startsWith('vendor/') && vendor ? join(UPLOT, vendor) : own ? join(FOLDER, name) : undefined
    if (path === undefined) throw notFound('Not found')
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? notFound('Not found') : error
    })
    return reply.type(TYPES[name.split('.').pop() ?? ''] ?? 'text/plain').send(text)
  })
}
