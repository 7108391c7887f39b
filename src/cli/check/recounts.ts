/** What of the clickstream demo is recounted, for those of its tables that the pipeline has. */
import type { ClickstreamPipeline } from '../../api/index.ts'
import type { Recount } from './truth.ts'

const TOPIC = 'clickstream'

const eventsPerUser: Recount = {
  what: 'events per user',
  topic: TOPIC,
  table: 'EVENTS_PER_MIN',
  windowMs: 60_000,
  groupColumn: 'USERID',
  valueColumn: 'EVENTS',
  group: (click) => (typeof click.fields.userid === 'number' ? String(click.fields.userid) : undefined),
  value: () => 1,
}

export function click(user: number, at: number): Record<string, unknown> {
  return {
    ip: '192.0.2.7',
    userid: user,
    remote_user: '-',
    time: '-',
    _time: at,
    request: 'GET /index.html HTTP/1.1',
    status: '200',
    bytes: '1289',
    referrer: '-',
    agent: 'check',
  }
}

export function recounts(pipeline: ClickstreamPipeline): { closed: readonly Recount[]; fresh: readonly { recount: Recount; click: typeof click }[] } {
  const made = new Set((pipeline.status?.resources ?? []).filter((resource) => resource.kind === 'Statement').map((resource) => resource.name))
  const closed = [eventsPerUser].filter((recount) => made.has(recount.table))
  return { closed, fresh: closed.slice(0, 1).map((recount) => ({ recount, click })) }
}
