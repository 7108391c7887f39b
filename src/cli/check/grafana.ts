/** What the check asks Grafana: data sources, dashboards, and for every panel the points it would draw. */
import { z } from 'zod'
import { createHttpClient } from '../../ports/index.ts'
import { type CheckContext, type CheckRow, count, eventually, resourcesOf, type Section } from './row.ts'

const frame = z.object({
  schema: z
    .object({
      name: z.string().optional(),
      fields: z.array(z.object({ name: z.string(), type: z.string().optional(), labels: z.record(z.string(), z.string()).nullish() }).loose()),
    })
    .loose(),
  data: z.object({ values: z.array(z.array(z.unknown())) }),
})
export type Frame = z.infer<typeof frame>
const queryAnswer = z.object({
  results: z.record(z.string(), z.object({ status: z.number().optional(), error: z.string().optional(), frames: z.array(frame).default([]) }).loose()),
})

const target = z.looseObject({ refId: z.string(), datasource: z.looseObject({ uid: z.string(), type: z.string() }).optional() })
const panel = z.looseObject({
  id: z.number(),
  title: z.string().default(''),
  type: z.string(),
  datasource: z.looseObject({ uid: z.string(), type: z.string() }).nullish(),
  targets: z.array(target).default([]),
})
const dashboardAnswer = z.object({
  dashboard: z.looseObject({ uid: z.string(), title: z.string(), panels: z.array(panel).default([]), time: z.looseObject({ from: z.string() }).optional() }),
  meta: z.looseObject({}),
})
export type Panel = z.infer<typeof panel>

/** The right password lets in, a wrong one does not. */
export const login: Section = async (context) => {
  const { grafanaLogin, platform } = context
  if (!grafanaLogin) return []
  const http = createHttpClient({ baseUrl: platform.spec.grafana.url, service: 'Grafana' })
  const statusOf = async (password: string) => {
    const body = { user: grafanaLogin.username, password }
    return (await http.request({ method: 'POST', path: ['login'], body, answer: z.unknown(), accept: [401], signal: context.signal })).status
  }
  const [right, wrong] = [await statusOf(grafanaLogin.password), await statusOf(`${grafanaLogin.password}-wrong`)]
  return [{ kind: 'login', subject: grafanaLogin.username, measured: `${right} with the password, ${wrong} with another`, ok: right === 200 && wrong === 401 }]
}

export const dataSources: Section = async (context) => {
  const list = await context.backends.grafana.request({
    method: 'GET',
    path: ['api', 'datasources'],
    answer: z.array(z.looseObject({ uid: z.string(), name: z.string() })),
    signal: context.signal,
  })
  return Promise.all(
    resourcesOf(context, 'DataSource').map(({ name, id }) =>
      eventually(context, 'data source', name, async () => {
        const found = list.body.find((source) => source.uid === id || source.name === name)
        if (!found) return { measured: 'is not there', ok: false }
        const health = await context.backends.grafana.request({
          method: 'GET',
          path: ['api', 'datasources', 'uid', found.uid, 'health'],
          answer: z.looseObject({ status: z.string(), message: z.string().default('') }),
          signal: context.signal,
        })
        return { measured: `${health.body.status}: ${health.body.message}`, ok: health.body.status === 'OK' }
      }),
    ),
  )
}

export async function readDashboards(context: CheckContext): Promise<{ uid: string; title: string; panels: Panel[] }[]> {
  const wanted = resourcesOf(context, 'Dashboard')
  const { body } = await context.backends.grafana.request({
    method: 'GET',
    path: ['api', 'search'],
    query: { type: 'dash-db' },
    answer: z.array(z.looseObject({ uid: z.string(), title: z.string() })),
    signal: context.signal,
  })
  const uids = new Set(wanted.flatMap(({ id, name }) => [id, name]))
  const own = body.filter((entry) => uids.has(entry.uid) || uids.has(entry.title))
  return Promise.all(
    own.map(async ({ uid }) => {
      const answer = await context.backends.grafana.request({
        method: 'GET',
        path: ['api', 'dashboards', 'uid', uid],
        answer: dashboardAnswer,
        signal: context.signal,
      })
      return answer.body.dashboard
    }),
  )
}

/** The frames of one panel between two times, as its page would ask for them. */
export async function queryPanel(context: CheckContext, subject: Panel, from: number, to: number): Promise<Frame[]> {
  if (subject.targets.length === 0) return []
  const queries = subject.targets.map((query) => ({
    ...query,
    datasource: query.datasource ?? subject.datasource ?? undefined,
    intervalMs: 1_000,
    maxDataPoints: 2_000,
  }))
  const { body } = await context.backends.grafana.request({
    method: 'POST',
    path: ['api', 'ds', 'query'],
    body: { queries, from: String(from), to: String(to) },
    answer: queryAnswer,
    signal: context.signal,
  })
  const failed = Object.entries(body.results).find(([, result]) => result.error)
  if (failed) throw new Error(`query ${failed[0]}: ${failed[1].error}`)
  return Object.values(body.results).flatMap((result) => result.frames)
}

export const dashboards: Section = async (context) => {
  const rows: CheckRow[] = []
  const found = await readDashboards(context)
  for (const { name, id } of resourcesOf(context, 'Dashboard')) {
    const dashboard = found.find(({ uid, title }) => uid === id || title === name)
    rows.push({
      kind: 'dashboard',
      subject: name,
      measured: dashboard ? `uid ${dashboard.uid}, ${dashboard.panels.length} panels` : 'is not there',
      ok: dashboard !== undefined && dashboard.panels.length > 0,
    })
    for (const one of dashboard?.panels ?? []) rows.push(await panelRow(context, one))
  }
  return rows
}

function panelRow(context: CheckContext, subject: Panel): Promise<CheckRow> {
  return eventually(context, 'panel', subject.title, async () => {
    const now = context.clock.now()
    const frames = await queryPanel(context, subject, now - 900_000, now)
    const points = frames.reduce((total, one) => total + (one.data.values[0]?.length ?? 0), 0)
    return { measured: `${count(points)} points in ${frames.length} series`, ok: points > 0 }
  })
}
