/** The three generators of the clickstream demo: clicks, status codes, users. */
import type { Clock, Random } from '../../../ports/index.ts'
import { type ConnectValue, type Schema, schemaOf, structSchema } from '../data.ts'

export interface Generator {
  readonly valueSchema: Schema
  readonly keyField: string | undefined
  next(): { [field: string]: ConnectValue }
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!
const between = (random: Random, low: number, high: number) => low + Math.floor(random.next() * (high - low + 1))

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')

/** `24/Nov/2026:10:21:02 +0000`, the time of a web server's access log. */
function accessLogTime(ms: number): string {
  const at = new Date(ms)
  return `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}

const ADDRESSES = Array.from(
  { length: 40 },
  (_, index) => `${111 + ((index * 37) % 111)}.${(index * 53) % 256}.${(index * 29 + 7) % 256}.${(index * 71 + 3) % 256}`,
)
const REQUESTS = ['index.html', 'site/user_status.html', 'site/login.html', 'images/track.png', 'images/logo-small.png'].map((path) => `GET /${path} HTTP/1.1`)
const AGENTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
]
const SIZES = [278, 1289, 2048, 4006, 4096, 14096]

export const CODES: ReadonlyArray<readonly [number, string]> = [
  [200, 'Successful'],
  [302, 'Redirect'],
  [404, 'Page not found'],
  [405, 'Method not allowed'],
  [406, 'Not acceptable'],
  [407, 'Proxy authentication required'],
]

/** Visits that go on side by side; each click belongs to one of them, and now and then one ends and another begins. */
const CONCURRENT_VISITS = 24
const VISIT_ENDS_WITH = 1 / 200

export function clicks(clock: Clock, random: Random): Generator {
  const visit = () => ({ ip: pick(random, ADDRESSES), userid: between(random, -1, 40), agent: pick(random, AGENTS) })
  const visits = Array.from({ length: CONCURRENT_VISITS }, visit)
  const text = schemaOf('string')
  return {
    valueSchema: structSchema(
      {
        ip: text,
        userid: schemaOf('int32'),
        remote_user: text,
        time: text,
        _time: schemaOf('int64'),
        request: text,
        status: text,
        bytes: text,
        referrer: text,
        agent: text,
      },
      'clickstream',
    ),
    keyField: 'ip',
    next() {
      const index = Math.floor(random.next() * visits.length)
      if (random.next() < VISIT_ENDS_WITH) visits[index] = visit()
      const { ip, userid, agent } = visits[index]!
      const now = clock.now()
      return {
        ip,
        userid,
        remote_user: '-',
        time: accessLogTime(now),
        _time: now,
        request: pick(random, REQUESTS),
        status: String(pick(random, CODES)[0]),
        bytes: String(pick(random, SIZES)),
        referrer: '-',
        agent,
      }
    },
  }
}

export function codes(_clock: Clock, random: Random): Generator {
  return {
    valueSchema: structSchema({ code: schemaOf('int32'), definition: schemaOf('string') }, 'clickstream_codes'),
    keyField: 'code',
    next() {
      const [code, definition] = pick(random, CODES)
      return { code, definition }
    },
  }
}

const USERNAMES = [
  'AbdelKable_86',
  'Antonio_0966',
  'BenSteins_235',
  'CurranCool',
  'DimitriSilva90',
  'Eva_Lake',
  'FerdPask77',
  'GillyGranger_1',
  'HansOlafson',
  'Ida_Nord',
  'JiriWolf_42',
  'KarimaB',
  'LukeWaters_23',
  'Mina_Rossi',
  'OrianaGold_18',
  'QuinnSharp_3',
  'Reeva43',
  'Sven_Bright',
]
const FIRST_NAMES = ['Abdel', 'Antonio', 'Ben', 'Curran', 'Dimitri', 'Eva', 'Ferd', 'Gilly', 'Hans', 'Ida', 'Luke', 'Mina', 'Oriana', 'Reeva']
const LAST_NAMES = ['Adams', 'Barker', 'Coen', 'Dahl', 'Garrity', 'Jirik', 'Lalonde', 'Morris', 'Pask', 'Trice', 'Vanyatin', 'Young']
const CITIES = ['Palo Alto', 'San Francisco', 'Raleigh', 'London', 'Frankfurt', 'New York']
const LEVELS = ['Gold', 'Silver', 'Platinum']
const USERS = 40

/**
 * User ids count from 1 to 40 and begin again; a user keeps what was drawn the first time, so that the table stays small
 * and a repeated row changes nothing.
 */
export function users(clock: Clock, random: Random): Generator {
  const start = clock.now()
  const rows = Array.from({ length: USERS }, (_, index) => ({
    user_id: index + 1,
    username: index < USERNAMES.length ? USERNAMES[index]! : pick(random, USERNAMES),
    registered_at: start - between(random, 1, 3 * 365) * 86_400_000,
    first_name: pick(random, FIRST_NAMES),
    last_name: pick(random, LAST_NAMES),
    city: pick(random, CITIES),
    level: pick(random, LEVELS),
  }))
  let next = 0
  const text = schemaOf('string')
  return {
    valueSchema: structSchema(
      { user_id: schemaOf('int32'), username: text, registered_at: schemaOf('int64'), first_name: text, last_name: text, city: text, level: text },
      'clickstream_users',
    ),
    keyField: 'user_id',
    next: () => rows[next++ % rows.length]!,
  }
}
