/** What of the clickstream demo is recounted: for each table how a click counts, written down apart from the SQL. */
import type { ClickstreamPipeline } from '../../api/index.ts'

export interface Click {
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly userid: number | undefined
  readonly ip: string
  readonly request: string
  readonly status: number
  readonly bytes: number
}

export interface User {
  readonly username: string
  readonly city: string
  /** When the first row of the user was written, epoch milliseconds. */
  readonly since: number
}

/** The rows of the two tables that clicks are joined with. */
export interface Lookup {
  readonly users: ReadonlyMap<number, User>
  readonly codes: ReadonlyMap<number, string>
}

/** A table over time windows. */
export interface Recount {
  readonly table: string
  readonly what: string
  readonly windowMs: number
  /** How far apart windows begin; as long as the window itself for a tumbling one. */
  readonly advanceMs: number
  readonly groupColumns: readonly string[]
  readonly valueColumn: string
  /** Values of the group columns; undefined: the click does not count. */
  group(click: Click, lookup: Lookup): readonly (string | number)[] | undefined
  value(click: Click): number
  /** Groups that counted no more than this are not written. */
  readonly moreThan?: number
}

const one = () => 1
const byUser = ({ userid }: Click) => (userid === undefined ? undefined : [userid])
const byError = ({ status }: Click) => (status > 400 ? [status] : undefined)
const MINUTE = 60_000

export const RECOUNTS: readonly Recount[] = [
  {
    table: 'EVENTS_PER_MIN',
    what: 'hits by user',
    windowMs: MINUTE,
    advanceMs: MINUTE,
    groupColumns: ['USERID'],
    valueColumn: 'EVENTS',
    group: byUser,
    value: one,
  },
  {
    table: 'BYTES_PER_MIN',
    what: 'bytes by user',
    windowMs: MINUTE,
    advanceMs: MINUTE,
    groupColumns: ['USERID'],
    valueColumn: 'BYTES',
    group: byUser,
    value: ({ bytes }) => bytes,
  },
  {
    table: 'PAGES_PER_MIN',
    what: 'pages by user',
    windowMs: MINUTE,
    advanceMs: 5_000,
    groupColumns: ['USERID'],
    valueColumn: 'PAGES',
    group: (click) => (click.request.includes('html') ? byUser(click) : undefined),
    value: one,
  },
  {
    table: 'ERRORS_PER_MIN',
    what: 'errors by status',
    windowMs: MINUTE,
    advanceMs: 5_000,
    groupColumns: ['STATUS'],
    valueColumn: 'ERRORS',
    group: byError,
    value: one,
  },
  {
    table: 'ERRORS_PER_MIN_ALERT',
    what: 'many errors by status',
    windowMs: MINUTE,
    advanceMs: 20_000,
    groupColumns: ['STATUS'],
    valueColumn: 'ERRORS',
    group: byError,
    value: one,
    moreThan: 5,
  },
  {
    table: 'ENRICHED_ERROR_CODES_COUNT',
    what: 'codes with their meaning',
    windowMs: 30_000,
    advanceMs: 30_000,
    groupColumns: ['CODE', 'DEFINITION'],
    valueColumn: 'COUNT',
    group({ status }, { codes }) {
      const definition = codes.get(status)
      return definition === undefined ? undefined : [status, definition]
    },
    value: one,
    moreThan: 1,
  },
  {
    table: 'USER_IP_ACTIVITY',
    what: 'clicks by user, address and city',
    windowMs: MINUTE,
    advanceMs: MINUTE,
    groupColumns: ['USERNAME', 'IP', 'CITY'],
    valueColumn: 'COUNT',
    group({ userid, ip }, { users }) {
      const user = userid === undefined ? undefined : users.get(userid)
      return user && [user.username, ip, user.city]
    },
    value: one,
    moreThan: 1,
  },
]

/** A table of sessions by username. */
export interface SessionRecount {
  readonly table: string
  readonly valueColumn: string
  readonly value: (session: Session) => number
}

export interface Session {
  readonly start: number
  /** Time of the last click. */
  readonly end: number
  readonly hits: number
  readonly bytes: number
  /**
   * False when a click came before the row of its user, or hardly after it: whether it was joined with the user then depends on
   * which of the two was processed first.
   */
  readonly certain: boolean
}

/** As long after the row a click finds it for sure. */
export const JOINED_AFTER_MS = 2_000

export const SESSION_GAP_MS = 30_000
export const SESSION_RECOUNTS: readonly SessionRecount[] = [
  { table: 'CLICK_USER_SESSIONS', valueColumn: 'EVENTS', value: ({ hits }) => hits },
  { table: 'USER_SESSION_BYTES', valueColumn: 'BYTES', value: ({ bytes }) => bytes },
]

/** Sessions of each username, oldest first. */
export function sessionsOf(clicks: readonly Click[], { users }: Lookup): Map<string, Session[]> {
  const byName = Map.groupBy(
    clicks.toSorted((a, b) => a.timestamp - b.timestamp),
    ({ userid }) => (userid === undefined ? undefined : users.get(userid)?.username),
  )
  const sessions = new Map<string, Session[]>()
  for (const [name, own] of byName) {
    if (name === undefined) continue
    const list: Session[] = []
    for (const { timestamp, userid, bytes } of own) {
      const certain = timestamp >= users.get(userid!)!.since + JOINED_AFTER_MS
      const last = list.at(-1)
      if (last && timestamp - last.end <= SESSION_GAP_MS)
        list[list.length - 1] = { ...last, end: timestamp, hits: last.hits + 1, bytes: last.bytes + bytes, certain: last.certain && certain }
      else list.push({ start: timestamp, end: timestamp, hits: 1, bytes, certain })
    }
    sessions.set(name, list)
  }
  return sessions
}

export function countWindow(recount: Recount, clicks: readonly Click[], lookup: Lookup, start: number): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const click of clicks) {
    if (click.timestamp < start || click.timestamp >= start + recount.windowMs) continue
    const group = recount.group(click, lookup)
    if (group === undefined) continue
    const key = group.join('|')
    numbers.set(key, (numbers.get(key) ?? 0) + recount.value(click))
  }
  if (recount.moreThan !== undefined) for (const [key, number] of numbers) if (number <= recount.moreThan) numbers.delete(key)
  return numbers
}

/** Names of the statements that the pipeline has. */
export function tablesOf(pipeline: ClickstreamPipeline): ReadonlySet<string> {
  return new Set((pipeline.status?.resources ?? []).filter((resource) => resource.kind === 'Statement').map((resource) => resource.name))
}
