/** Queries on exact values. https://www.elastic.co/docs/reference/query-languages/query-dsl/term-level-queries */
import { parsingError } from '../errors.ts'
import { asList, asObject, isObject, type JsonObject, simpleMatch } from '../json.ts'
import { existsTest, type Range, rangeOf, regexTest, termTest, wildcardTest } from './field-match.ts'
import { boostOf, bounded, fieldAndOptions, fieldOf, nothing, type QueryParser, yes } from './query.ts'

const term: QueryParser = (body) => {
  const { field, options } = fieldAndOptions('term', body, 'value')
  only('term', options, ['value', 'boost', 'case_insensitive', '_name'])
  if (options.value === undefined || options.value === null) throw parsingError('value cannot be null')
  const { value } = options
  return (context) => yes(termTest(context, field, value, options.case_insensitive === true), boostOf(options))
}

const terms: QueryParser = (body) => {
  const entries = Object.entries(asObject(body)).filter(([key]) => key !== 'boost' && key !== '_name')
  const [entry] = entries
  if (!entry || entries.length > 1)
    throw parsingError(
      entry
        ? '[terms] query does not support multiple fields'
        : '[terms] query requires a field name, followed by array of terms or a document lookup specification',
    )
  const [field, values] = entry
  if (!Array.isArray(values)) throw parsingError(`[terms] query does not support [${field}]`)
  return (context) => {
    const tests = values.map((value) => termTest(context, field, value))
    return yes((doc) => tests.some((test) => test(doc)))
  }
}

const RANGE_KEYS = ['gt', 'gte', 'lt', 'lte', 'from', 'to', 'include_lower', 'include_upper', 'format', 'time_zone', 'relation', 'boost', '_name']

const range: QueryParser = (body) => {
  const { field, options } = fieldAndOptions('range', body, 'gte')
  if (!isObject(asObject(body)[field])) throw parsingError(`[range] query does not support [${field}]`)
  only('range', options, RANGE_KEYS)
  return (context) => {
    const { test, bound } = rangeOf(context, field, options as Range)
    return bounded(yes(test, boostOf(options)), bound ? [bound] : [])
  }
}

const exists: QueryParser = (body) => {
  const { field } = asObject(body)
  if (typeof field !== 'string') throw parsingError('[exists] must be provided with a [field]')
  return (context) => {
    if (!field.includes('*')) return yes(existsTest(field))
    const tests = [...context.index.mapping.fields.keys()].filter((path) => simpleMatch(field, path)).map(existsTest)
    return yes((doc) => tests.some((test) => test(doc)))
  }
}

const ids: QueryParser = (body) => {
  const wanted = new Set(asList(asObject(body).values).map(String))
  return () => yes((doc) => wanted.has(doc.id))
}

const prefix: QueryParser = (body) => {
  const { field, options } = fieldAndOptions('prefix', body, 'value')
  const start = String(options.value).replace(/[\\*?]/g, '\\$&')
  return (context) => yes(wildcardTest(context, field, `${start}*`, options.case_insensitive === true))
}

const wildcard: QueryParser = (body) => {
  const { field, options } = fieldAndOptions('wildcard', body, 'value')
  const pattern = String(options.value ?? options.wildcard)
  return (context) => yes(wildcardTest(context, field, pattern, options.case_insensitive === true))
}

const regexp: QueryParser = (body) => {
  const { field, options } = fieldAndOptions('regexp', body, 'value')
  return (context) => {
    const known = fieldOf(context, field)
    return known ? yes(regexTest(known, String(options.value), options.case_insensitive === true)) : nothing
  }
}

function only(name: string, options: JsonObject, allowed: readonly string[]): void {
  for (const key of Object.keys(options)) if (!allowed.includes(key)) throw parsingError(`[${name}] query does not support [${key}]`)
}

export const termLevel = { term, terms, range, exists, ids, prefix, wildcard, regexp }
