/** Requests made up from a seed: awkward documents and writes, then searches of every kind over them. The real server's answers are recorded. */
import { type Random, seededRandom } from '../../../src/ports/index.ts'
import type { RecordedRequest } from './requests.ts'

const T0 = Date.parse('2024-03-30T20:00:00Z') // A night in which Berlin's clocks change.
const HOUR = 3_600_000
const INDEX = 'random'
const WORDS = ['alpha', 'beta', 'gamma-ray', 'Delta', "user's", 'x.y', '404', 'index.html']
const FIELDS = {
  k: { type: 'keyword' },
  n: { type: 'long' },
  d: { type: 'double' },
  f: { type: 'float' },
  at: { type: 'date' },
  b: { type: 'boolean' },
  t: { type: 'text', fields: { raw: { type: 'keyword' } } },
  ip: { type: 'ip' },
  o: { properties: { x: { type: 'integer' } } },
}

class Maker {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  below(count: number): number {
    return Math.floor(this.#random.next() * count)
  }

  chance(share: number): boolean {
    return this.#random.next() < share
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  make<T>(...makers: readonly (() => T)[]): T {
    return this.pick(makers)()
  }

  document(): object {
    const maybe = <T>(make: () => T): T | undefined => (this.chance(0.85) ? make() : undefined)
    const several = <T>(make: () => T): T | T[] => (this.chance(0.2) ? [make(), make()] : make())
    return {
      k: maybe(() => several(() => this.pick(['a', 'b', 'c', 'dd', 'e e', 'Ä']))),
      n: maybe(() => several(() => this.below(20) - 5)),
      d: maybe(() => this.below(1000) / 8),
      f: maybe(() => this.below(100) / 10),
      at: maybe(() => several(() => T0 + this.below(40 * 3600) * 1000)),
      b: maybe(() => this.chance(0.5)),
      t: maybe(() => `${this.pick(WORDS)} ${this.pick(WORDS)} ${this.pick(WORDS)}`),
      ip: maybe(() => `10.0.0.${this.below(5)}`),
      o: maybe(() => ({ x: this.below(5) })),
    }
  }

  lucene(): string {
    const leaf = () =>
      this.make<string>(
        () => `k:${this.pick(['a', 'b', 'dd', 'z'])}`,
        () => `n:${this.pick(['>', '>=', '<', '<='])}${this.below(15)}`,
        () => `n:[${this.below(5)} TO ${5 + this.below(10)}]`,
        () => `d:{${this.below(50)} TO ${50 + this.below(60)}}`,
        () => `t:${this.pick(['alpha', 'BETA', 'gamma', 'html', '404', 'del*', '*ta', 'user'])}`,
        () => `b:${this.pick(['true', 'false'])}`,
        () => `_exists_:${this.pick(['k', 'n', 'o', 'o.x'])}`,
        () => 'at:[2024-03-31 TO 2024-03-31]',
        () => `t:"${this.pick(WORDS)} ${this.pick(WORDS)}"`,
        () => this.pick(['alpha', '404', 'a', '3', 'tru*', '*', 'k:*', 'k:(a OR b)', 't.raw:*ta*']),
        () => `o.x:${this.below(5)}`,
      )
    let query = leaf()
    for (let more = this.below(3); more > 0; more--) query += this.pick([' AND ', ' OR ', ' ', ' AND NOT ', ' -', ' +']) + leaf()
    return this.chance(0.2) ? `NOT ${leaf()} AND (${query})` : query
  }

  query(depth = 0): object {
    const leaves = [
      () => ({ match_all: {} }),
      () => ({ term: { k: this.pick(['a', 'b', 'zz']) } }),
      () => ({ term: { b: this.chance(0.5) } }),
      () => ({ term: { ip: `10.0.0.${this.below(6)}` } }),
      () => ({ terms: { n: [this.below(10), this.below(10)] } }),
      () => ({ range: { n: { gte: this.below(5), lt: 5 + this.below(10) } } }),
      () => ({ range: { at: { gte: T0 + this.below(20) * HOUR, lte: T0 + (20 + this.below(20)) * HOUR, format: 'epoch_millis' } } }),
      () => ({
        range: {
          at: {
            gt: this.pick(['2024-03-31', '2024-03-30T22', '2024-03-31||/d', '2024-03-31||-3h/h']),
            time_zone: this.pick(['Europe/Berlin', '+02:00', 'UTC']),
          },
        },
      }),
      () => ({ exists: { field: this.pick(['k', 'n', 'o', 't', 'ip']) } }),
      () => ({ match: { t: `${this.pick(WORDS)} ${this.pick(WORDS)}` } }),
      () => ({ match_phrase: { t: `${this.pick(WORDS)} ${this.pick(WORDS)}` } }),
      () => ({ query_string: { query: this.lucene() } }),
      () => ({ query_string: { query: this.lucene(), default_operator: 'AND', analyze_wildcard: true } }),
      () => ({ ids: { values: [String(this.below(90)), String(this.below(90))] } }),
      () => ({ prefix: { 't.raw': this.pick(['al', 'D', 'x']) } }),
      () => ({ wildcard: { k: this.pick(['*', '?', 'd*', '*e*']) } }),
    ]
    const clause = (key: string, share: number, count = 1): object =>
      this.chance(share) ? { [key]: Array.from({ length: count }, () => this.query(depth + 1)) } : {}
    const bool = () => ({
      bool: {
        ...clause('must', 0.5),
        ...clause('filter', 0.5),
        ...clause('must_not', 0.4),
        ...clause('should', 0.5, 2),
        ...(this.chance(0.2) ? { minimum_should_match: 1 } : {}),
      },
    })
    return this.make<object>(...leaves, ...(depth < 2 ? [bool, bool] : []))
  }

  #metric(): object {
    return this.make<object>(
      () => ({ sum: { field: this.pick(['n', 'd', 'f']) } }),
      () => ({ max: { field: this.pick(['n', 'at', 'b']) } }),
      () => ({ min: { field: this.pick(['d', 'at']) } }),
      () => ({ avg: { field: this.pick(['n', 'f']), ...(this.chance(0.3) ? { missing: 3 } : {}) } }),
      () => ({ cardinality: { field: this.pick(['k', 'n', 'ip', 'b']) } }),
      () => ({ value_count: { field: this.pick(['k', 'n', 'at']) } }),
      () => ({ stats: { field: this.pick(['n', 'd', 'at']) } }),
      () => ({ extended_stats: { field: 'd' } }),
    )
  }

  #dateHistogram(): object {
    const interval = this.make<object>(
      () => ({ fixed_interval: this.pick(['1h', '90m', '6h', '1d']) }),
      () => ({ calendar_interval: this.pick(['day', 'week', 'month', '1d', 'year', 'quarter', 'hour']) }),
    )
    return {
      field: 'at',
      ...interval,
      ...(this.chance(0.5) ? { min_doc_count: this.below(3) } : {}),
      ...(this.chance(0.5) ? { time_zone: this.pick(['Europe/Berlin', 'America/New_York', '+05:30', 'Asia/Kolkata']) } : {}),
      ...(this.chance(0.3) ? { format: this.pick(['epoch_millis', 'yyyy-MM-dd HH:mm', 'dd/MMM/yyyy HH:mm:ss Z']) } : {}),
      ...(this.chance(0.2) ? { offset: this.pick(['+15m', '-1h', '+3h']) } : {}),
      ...(this.chance(0.2) ? { extended_bounds: { min: T0 - 2 * HOUR, max: T0 + 45 * HOUR } } : {}),
    }
  }

  aggregation(depth = 0): object {
    const inner = depth < 1 && this.chance(0.7) ? { aggs: { inner: this.aggregation(depth + 1), sum: { sum: { field: 'n' } } } } : {}
    const order = () => this.pick<unknown>([{ _key: 'asc' }, { _key: 'desc' }, { _count: 'asc' }, [{ _count: 'desc' }, { _key: 'desc' }]])
    const terms = () => ({
      field: this.pick(['k', 'n', 'b', 'ip', 't.raw', 'o.x', 'at', 'd', 'f']),
      size: 1 + this.below(12),
      ...(this.chance(0.5) ? { order: order() } : {}),
      ...(this.chance(0.2) ? { min_doc_count: 1 + this.below(4) } : {}),
    })
    return this.make<object>(
      () => this.#metric(),
      () => ({ terms: terms(), ...inner }),
      () => ({ date_histogram: this.#dateHistogram(), ...inner }),
      () => ({ histogram: { field: this.pick(['n', 'd']), interval: this.pick([5, 12.5]), min_doc_count: this.below(2) }, ...inner }),
      () => ({ filters: { filters: { one: this.query(1), two: this.query(1) }, ...(this.chance(0.3) ? { other_bucket: true } : {}) }, ...inner }),
      () => ({ filter: this.query(1), ...inner }),
      () => ({ missing: { field: this.pick(['k', 'n', 'at']) }, ...inner }),
      () => ({ range: { field: this.pick(['n', 'd']), ranges: [{ to: 3 }, { from: 3, to: 8 }, { from: 8 }] }, ...inner }),
    )
  }

  search(): object {
    const sorts = [[{ n: 'asc' }], [{ at: { order: 'desc' } }], [{ k: { order: 'desc', missing: '_first' } }], [{ d: 'desc' }], [{ b: 'asc' }], []]
    return {
      size: this.chance(0.5) ? 0 : 5,
      query: this.query(),
      sort: [...this.pick<object[]>(sorts), '_doc'],
      _source: false,
      ...(this.chance(0.7) ? { aggs: { a: this.aggregation(), z: this.aggregation() } } : {}),
    }
  }

  /** A value that fits its field, or does not. */
  #awkward(): object {
    return this.make<object>(
      () => ({ n: this.below(5) }),
      () => ({ n: this.pick<unknown>(['x', '7', 1.7, true, { a: 1 }, 1e30, [1, 2, 'y']]) }),
      () => ({ at: this.pick<unknown>(['2024-01-01', 'bad', 5, true, null]) }),
      () => ({ s: this.pick<unknown>(['text', 5, true, '2024-01-01', { a: 1 }, [1, 'a'], null, [], 1.5]) }),
      () => ({ o: this.pick<unknown>([{ a: 1 }, 5, [{ a: 1 }, { b: 'x' }], { a: { b: 1 } }, null]) }),
      () => ({ 'p.q': this.below(3) }),
      () => ({ p: { q: 'zz' } }),
    )
  }

  write(): RecordedRequest {
    const id = () => String(this.below(8))
    const path = (api: string) => `/writes/${api}/${id()}`
    const how = this.make<string>(
      () => '',
      () => '?op_type=create',
      () => `?if_seq_no=${this.below(30)}&if_primary_term=1`,
      () => `?version=${this.below(12)}&version_type=external`,
      () => `?version=${this.below(12)}&version_type=external_gte`,
      () => '?refresh=true',
    )
    const action = (name: string): object => ({ [name]: { _index: 'writes', _id: id() } })
    return this.make<RecordedRequest>(
      () => ({ method: 'PUT', path: path('_doc') + how, body: this.#awkward() }),
      () => ({ method: 'DELETE', path: path('_doc') + (how.includes('op_type') ? '' : how) }),
      () => ({
        method: 'POST',
        path: path('_update'),
        body: { doc: this.#awkward(), ...(this.chance(0.5) ? { doc_as_upsert: true } : {}), ...(this.chance(0.2) ? { detect_noop: false } : {}) },
      }),
      () => ({ method: 'GET', path: path('_doc') }),
      () => ({
        method: 'POST',
        path: '/_bulk',
        body: [
          action('index'),
          this.#awkward(),
          action('create'),
          this.#awkward(),
          action('delete'),
          action('update'),
          { doc: this.#awkward(), doc_as_upsert: this.chance(0.5) },
        ],
      }),
    )
  }
}

export function randomRequests(): RecordedRequest[] {
  const maker = new Maker(20_240_331)
  const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
  const settings = { number_of_replicas: 0 }
  return [
    { method: 'PUT', path: `/${INDEX}`, body: { settings, mappings: { properties: FIELDS } } },
    {
      method: 'POST',
      path: `/${INDEX}/_bulk?refresh=true`,
      body: times(80, () => maker.document()).flatMap((document, i) => [{ index: { _id: String(i) } }, document]),
    },
    ...times(250, (): RecordedRequest => ({ method: 'POST', path: `/${INDEX}/_search`, body: maker.search() })),
    { method: 'PUT', path: '/writes', body: { settings, mappings: { properties: { n: FIELDS.n, at: FIELDS.at } } } },
    ...times(200, () => maker.write()),
    { method: 'GET', path: '/writes/_mapping' },
  ]
}
