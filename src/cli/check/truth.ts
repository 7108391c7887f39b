/**
 * Are the numbers true? Fresh clicks must move every view of every table by as many as they are, and one closed minute,
 * recounted from the topics by a consumer of its own, must equal what table, index and panels say of it.
 */
import { describe, upsertedIndices } from './backends.ts'
import { countWindow, RECOUNTS, type Recount, SESSION_GAP_MS, SESSION_RECOUNTS, type SessionRecount, sessionsOf, tablesOf } from './recounts.ts'
import { type CheckContext, type CheckRow, count, eventually } from './row.ts'
import { type Fresh, produceFresh, readClicks, readLookup } from './topics.ts'
import { fromIndex, fromPanel, fromTable, type Numbers, type PanelQuery, panelsOf, type TableOf } from './views.ts'

const FRESH_CLICKS = 7

/** Fresh clicks, then the minute after them, then the session that the fresh clicks were. */
export async function trueNumbers(context: CheckContext): Promise<CheckRow[]> {
  const recounts = await recountable(context, RECOUNTS)
  const sessions = await recountable(
    context,
    SESSION_RECOUNTS.map((recount) => ({ ...recount, groupColumns: ['USERNAME'] })),
  )
  if (recounts.length + sessions.length === 0) return []
  const fresh = await produceFresh(context, FRESH_CLICKS)
  const rows = (await Promise.all(recounts.map((recount) => freshRows(context, recount, fresh)))).flat()
  rows.push(...(await closedMinute(context, recounts)))
  rows.push(...(await closedSession(context, sessions, fresh)))
  return rows
}

/** Those whose table the pipeline has, with the columns that are counted. */
async function recountable<T extends TableOf>(context: CheckContext, recounts: readonly T[]): Promise<T[]> {
  const tables = tablesOf(context.pipeline)
  const found: T[] = []
  for (const recount of recounts) {
    if (!tables.has(recount.table)) continue
    const columns = new Set((await describe(context, recount.table)).fields.map(({ name }) => name))
    if ([...recount.groupColumns, recount.valueColumn].every((column) => columns.has(column))) found.push(recount)
  }
  return found
}

/** What the fresh clicks alone must have made of the table. */
async function freshRows(context: CheckContext, recount: Recount, fresh: Fresh): Promise<CheckRow[]> {
  const { at, user: userid, ip, status, bytes } = fresh
  const lookup = { users: new Map([[userid, { username: fresh.username, city: fresh.city, since: 0 }]]), codes: new Map([[status, fresh.definition]]) }
  const click = { timestamp: at, userid, ip, request: 'GET /index.html HTTP/1.1', status, bytes }
  const group = recount.group(click, lookup)!.join('|')
  const start = Math.floor(at / recount.advanceMs) * recount.advanceMs
  const expected = FRESH_CLICKS * recount.value(click)
  const row = (view: string, read: () => Promise<Numbers>) =>
    eventually(context, 'fresh clicks', `${recount.table}: ${view}`, async () => {
      const found = (await read()).get(group)
      return { measured: `${group} ${recount.valueColumn} ${found ?? 'none'}`, ok: found === expected }
    })
  // Where every update is a document of its own, neither documents nor panels show one number for a window.
  if (!(await upsertedIndices(context)).has(recount.table.toLowerCase())) return [await row('pull query', () => fromTable(context, recount, start))]
  const panels = (await panelsOf(context, recount)).filter(({ terms }) => terms.length > 0)
  return Promise.all([
    row('pull query', () => fromTable(context, recount, start)),
    row('documents', () => fromIndex(context, recount, start)),
    ...panels.map((panel) => row(`panel ${panel.title}`, () => fromPanel(context, panel, start, start + recount.advanceMs - 1))),
  ])
}

async function closedMinute(context: CheckContext, recounts: readonly Recount[]): Promise<CheckRow[]> {
  const start = Math.ceil(context.clock.now() / 60_000) * 60_000
  await context.clock.sleep(Math.max(0, start + 61_000 - context.clock.now()), context.signal)
  const [clicks, lookup] = [await readClicks(context, start), await readLookup(context)]
  const upserted = await upsertedIndices(context)
  const minute = new Date(start).toISOString().slice(11, 16)
  const rows = recounts.map(async (recount) => {
    const expected = countWindow(recount, clicks, lookup, start)
    const row = (view: string, wanted: Numbers, read: () => Promise<Numbers>) =>
      eventually(context, 'true numbers', `${recount.what} at ${minute}: ${view}`, async () => {
        const wrong = difference(wanted, await read())
        return { measured: wrong ?? `${wanted.size} numbers, ${count(total(wanted))} in all, equal to the recount`, ok: wrong === undefined && wanted.size > 0 }
      })
    if (!upserted.has(recount.table.toLowerCase())) return [await row('pull query', expected, () => fromTable(context, recount, start))]
    const panels = await panelsOf(context, recount)
    return Promise.all([
      row('pull query', expected, () => fromTable(context, recount, start)),
      row('documents', expected, () => fromIndex(context, recount, start)),
      ...panels.map((panel) =>
        row(`panel ${panel.title}`, shownBy(panel, recount, expected), () => fromPanel(context, panel, start, start + recount.advanceMs - 1)),
      ),
    ])
  })
  return (await Promise.all(rows)).flat()
}

const total = (numbers: Numbers) => [...numbers.values()].reduce((all, value) => all + value, 0)

/** A panel that does not split by group shows one number: the sum, or how many groups there are. */
function shownBy(panel: PanelQuery, recount: Recount, expected: Numbers): Numbers {
  if (panel.terms.join() === recount.groupColumns.join()) return expected
  return new Map([['', panel.metric.type === 'cardinality' ? expected.size : total(expected)]])
}

function difference(expected: Numbers, actual: Numbers): string | undefined {
  for (const group of new Set([...expected.keys(), ...actual.keys()])) {
    if (expected.get(group) !== actual.get(group))
      return `${group || 'in all'}: recounted ${expected.get(group) ?? 'none'}, found ${actual.get(group) ?? 'none'}`
  }
  return undefined
}

/** The session of the fresh user, and the longest of another one that has ended and is certain, if there is any. */
async function closedSession(context: CheckContext, recounts: readonly SessionRecount[], fresh: Fresh): Promise<CheckRow[]> {
  if (recounts.length === 0) return []
  const clicks = await readClicks(context)
  const all = sessionsOf(clicks, await readLookup(context))
  const upserted = await upsertedIndices(context)
  const ended = context.clock.now() - SESSION_GAP_MS - 5_000
  const closed = [...all].flatMap(([username, sessions]) => sessions.filter(({ end }) => end < ended).map((session) => ({ username, session })))
  const own = closed.find(({ username }) => username === fresh.username)
  const other = closed.filter((one) => one !== own && one.session.certain).toSorted((a, b) => b.session.hits - a.session.hits)[0]
  const rows = [own, other].flatMap((one) => (one ? recounts.map((recount) => ({ ...one, recount })) : []))
  return (
    await Promise.all(
      rows.map(async ({ username, session, recount }) => {
        const subject = { table: recount.table, groupColumns: ['USERNAME'], valueColumn: recount.valueColumn }
        const expected = recount.value(session)
        const row = (view: string, read: () => Promise<Numbers>) =>
          eventually(context, 'true numbers', `session of ${username}, ${recount.valueColumn.toLowerCase()}: ${view}`, async () => {
            const found = (await read()).get(username)
            return { measured: `recounted ${count(expected)}, found ${found === undefined ? 'none' : count(found)}`, ok: found === expected }
          })
        if (!upserted.has(recount.table.toLowerCase())) return [await row('pull query', () => fromTable(context, subject, session.start))]
        const panels = (await panelsOf(context, subject)).filter(({ terms, overTime }) => overTime && terms.join() === 'USERNAME')
        // The bucket of the panel that the session's end falls into; another session of the user cannot end within it.
        const bucket = Math.floor(session.end / SESSION_GAP_MS) * SESSION_GAP_MS
        return Promise.all([
          row('pull query', () => fromTable(context, subject, session.start)),
          row('documents', () => fromIndex(context, subject, session.end)),
          ...panels.map((panel) => row(`panel ${panel.title}`, () => fromPanel(context, panel, bucket, bucket + SESSION_GAP_MS - 1))),
        ])
      }),
    )
  ).flat()
}
