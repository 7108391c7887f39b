/**
 * What the clickstream statements must come to, counted again from the input without anything of the engine: plain loops over
 * plain objects. It knows only well-formed clicks (fields may be null).
 */

export interface Click {
  readonly time: number
  readonly userid: number | null
  readonly status: number | null
  readonly bytes: number | null
  readonly ip: string | null
  readonly request: string | null
}

export type Event =
  | { readonly kind: 'click'; readonly click: Click }
  | { readonly kind: 'user'; readonly id: number; readonly row: { readonly username: string | null; readonly city: string | null } | null }
  | { readonly kind: 'code'; readonly id: number; readonly row: { readonly definition: string | null } | null }

/** One update of a table: `KEY|START` and the number it then shows. */
export type Update = readonly [place: string, value: number]

const DAY_MS = 86_400_000

/** Counts or sums per key and window, in the order of the updates. */
class Windows {
  readonly updates: Update[] = []
  readonly #totals = new Map<string, number>()
  readonly #sizeMs: number
  readonly #advanceMs: number
  readonly #shows: (value: number) => boolean
  #newest = -1

  constructor(sizeMs: number, advanceMs = sizeMs, shows: (value: number) => boolean = () => true) {
    this.#sizeMs = sizeMs
    this.#advanceMs = advanceMs
    this.#shows = shows
  }

  add(key: readonly (string | number | null)[], time: number, amount = 1): void {
    if (key.includes(null)) return
    this.#newest = Math.max(this.#newest, time)
    const first = Math.floor((time - this.#sizeMs) / this.#advanceMs + 1) * this.#advanceMs
    for (let start = Math.max(0, first); start <= time; start += this.#advanceMs) {
      if (this.#newest >= start + DAY_MS) continue
      const place = `${key.join(',')}|${start}`
      const total = (this.#totals.get(place) ?? 0) + amount
      this.#totals.set(place, total)
      if (this.#shows(total)) this.updates.push([place, total])
    }
  }
}

/** The sessions of each user as `USER|START|END` with their clicks; a gap of more than 30 s parts them. */
function sessionsOf(clicks: readonly { readonly user: string; readonly time: number }[]): Map<string, number> {
  const sessions = new Map<string, number>()
  for (const [user, own] of Map.groupBy(clicks, (click) => click.user)) {
    const times = own.map((click) => click.time).sort((a, b) => a - b)
    for (let i = 0; i < times.length; ) {
      let end = i
      while (end + 1 < times.length && times[end + 1]! - times[end]! <= 30_000) end++
      sessions.set(`${user}|${times[i]}|${times[end]}`, end - i + 1)
      i = end + 1
    }
  }
  return sessions
}

export interface Recount {
  readonly tables: Readonly<Record<string, readonly Update[]>>
  readonly sessions: ReadonlyMap<string, number>
}

export function recount(events: readonly Event[]): Recount {
  const users = new Map<number, { username: string | null; city: string | null }>()
  const codes = new Map<number, { definition: string | null }>()
  const perMinute = new Windows(60_000)
  const pages = new Windows(60_000, 5000)
  const alerts = new Windows(60_000, 20_000, (count) => count > 5)
  const errors = new Windows(60_000, 5000)
  const codeCounts = new Windows(30_000, 30_000, (count) => count > 1)
  const activity = new Windows(60_000, 60_000, (count) => count > 1)
  const bytes = new Windows(60_000)
  const named: { user: string; time: number }[] = []
  for (const event of events) {
    if (event.kind === 'click') {
      const { time, userid, status, ip, request } = event.click
      perMinute.add([userid], time)
      if (request?.includes('html')) pages.add([userid], time)
      if (status !== null && status > 400) {
        alerts.add([status], time)
        errors.add([status], time)
      }
      codeCounts.add([status, (status === null ? undefined : codes.get(status))?.definition ?? null], time)
      const user = userid === null ? undefined : users.get(userid)
      activity.add([user?.username ?? null, ip, user?.city ?? null], time)
      bytes.add([userid], time, event.click.bytes ?? 0)
      if (user?.username) named.push({ user: user.username, time })
    } else if (event.row === null) (event.kind === 'user' ? users : codes).delete(event.id)
    else if (event.kind === 'user') users.set(event.id, event.row)
    else codes.set(event.id, event.row)
  }
  return {
    tables: {
      EVENTS_PER_MIN: perMinute.updates,
      PAGES_PER_MIN: pages.updates,
      ERRORS_PER_MIN_ALERT: alerts.updates,
      ERRORS_PER_MIN: errors.updates,
      ENRICHED_ERROR_CODES_COUNT: codeCounts.updates,
      USER_IP_ACTIVITY: activity.updates,
      BYTES_PER_MIN: bytes.updates,
    },
    sessions: sessionsOf(named),
  }
}
