/** Queries made of queries. https://www.elastic.co/docs/reference/query-languages/query-dsl/compound-queries */
import { contentError, parsingError } from '../errors.ts'
import { asList, asObject } from '../json.ts'
import { bounded, everything, type Matcher, nothing, type QueryParser } from './query.ts'

const BOOL_KEYS = ['must', 'filter', 'should', 'must_not', 'minimum_should_match', 'boost', '_name', 'adjust_pure_negative']

const bool: QueryParser = (body, parse) => {
  const json = asObject(body)
  for (const key of Object.keys(json)) if (!BOOL_KEYS.includes(key)) throw contentError(`[1:1] [bool] unknown field [${key}]`)
  const clauses = (key: string) => asList(json[key]).map(parse)
  const [must, filter, should, mustNot] = [clauses('must'), clauses('filter'), clauses('should'), clauses('must_not')]
  // Without a positive clause everything else matches, whatever the minimum says.
  const empty = must.length + filter.length + should.length === 0
  const least = (empty ? 0 : minimum(json.minimum_should_match, should.length)) ?? (should.length > 0 && must.length + filter.length === 0 ? 1 : 0)
  return (context) => {
    const bind = (queries: typeof must): Matcher[] => queries.map((query) => query(context))
    return boolMatcher({ must: bind(must), filter: bind(filter), should: bind(should), mustNot: bind(mustNot) }, least)
  }
}

export function boolMatcher(clauses: { must: Matcher[]; filter: Matcher[]; should: Matcher[]; mustNot: Matcher[] }, least: number): Matcher {
  const { must, filter, should, mustNot } = clauses
  const match: Matcher = (doc) => {
    let score = must.length + should.length === 0 && filter.length === 0 ? 1 : 0
    for (const match of filter) if (match(doc) === undefined) return undefined
    for (const match of mustNot) if (match(doc) !== undefined) return undefined
    for (const match of must) {
      const one = match(doc)
      if (one === undefined) return undefined
      score += one
    }
    let matched = 0
    for (const match of should) {
      const one = match(doc)
      if (one === undefined) continue
      matched++
      score += one
    }
    return matched < least ? undefined : score
  }
  return bounded(
    match,
    [...must, ...filter].flatMap(({ bounds }) => bounds ?? []),
  )
}

function minimum(given: unknown, count: number): number | undefined {
  if (given === undefined || given === null) return undefined
  const text = String(given)
  const percent = /^(-?\d+)%$/.exec(text)
  const number = percent ? Math.trunc((count * Number(percent[1])) / 100) : Number(text)
  return Math.max(0, number < 0 ? count + number : number)
}

const constantScore: QueryParser = (body, parse) => {
  const { filter, boost } = asObject(body)
  if (filter === undefined) throw parsingError("[constant_score] requires a 'filter' element")
  const inner = parse(filter)
  return (context) => {
    const match = inner(context)
    return bounded((doc) => (match(doc) === undefined ? undefined : Number(boost ?? 1)), match.bounds ?? [])
  }
}

const disMax: QueryParser = (body, parse) => {
  const queries = asList(asObject(body).queries).map(parse)
  return (context) => {
    const matchers = queries.map((query) => query(context))
    return (doc) => {
      const scores = matchers.map((match) => match(doc)).filter((score) => score !== undefined)
      return scores.length === 0 ? undefined : Math.max(...scores)
    }
  }
}

const matchAll: QueryParser = (body) => {
  const boost = Number(asObject(body).boost ?? 1)
  return () => (boost === 1 ? everything : () => boost)
}
const matchNone: QueryParser = () => () => nothing

export const compound = { bool, constant_score: constantScore, dis_max: disMax, match_all: matchAll, match_none: matchNone }
