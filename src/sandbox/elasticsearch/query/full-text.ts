/** Queries on words. https://www.elastic.co/docs/reference/query-languages/query-dsl/full-text-queries */
import { illegalArgument, parsingError } from '../errors.ts'
import { asList, asObject, type Json, type JsonObject, simpleMatch } from '../json.ts'
import { analyze, isText } from '../mapping/field.ts'
import { phraseTest, termTest, wildcardTest } from './field-match.ts'
import { luceneQuery } from './lucene-query.ts'
import { fieldAndOptions, fieldOf, type Matcher, nothing, type QueryContext, type QueryParser, yes } from './query.ts'

const match: QueryParser = (body) => {
  const { field, options } = fieldAndOptions('match', body, 'query')
  refuseUnsupported(options)
  return (context) => matchField(context, field, options)
}

/** Options that would change what is found. */
function refuseUnsupported(options: JsonObject): void {
  const name = ['fuzziness', 'minimum_should_match', 'analyzer'].find((key) => options[key] !== undefined)
  if (name !== undefined) throw illegalArgument(`[${name}] is not supported by this server`)
}

function matchField(context: QueryContext, path: string, options: JsonObject): Matcher {
  const value = options.query
  if (value === undefined || value === null) throw parsingError('No text specified for text query')
  const field = fieldOf(context, path)
  if (!field || !isText(field.type)) return yes(termTest(context, path, value))
  const words = analyze(String(value))
  const tests = words.map((word) => termTest(context, path, word))
  const all = String(options.operator ?? 'or').toLowerCase() === 'and'
  return yes((doc) => tests.length > 0 && (all ? tests.every((test) => test(doc)) : tests.some((test) => test(doc))))
}

const matchPhrase: QueryParser = (body) => {
  const { field, options } = fieldAndOptions('match_phrase', body, 'query')
  return (context) => yes(phraseTest(context, field, String(options.query)))
}

const matchPhrasePrefix: QueryParser = (body) => {
  const { field, options } = fieldAndOptions('match_phrase_prefix', body, 'query')
  const words = analyze(String(options.query))
  const last = words.pop()
  return (context) => {
    if (last === undefined) return nothing
    const [head, tail] = [phraseTest(context, field, words.join(' ')), wildcardTest(context, field, `${last}*`)]
    return yes((doc) => (words.length === 0 || head(doc)) && tail(doc))
  }
}

const multiMatch: QueryParser = (body) => {
  const json = asObject(body)
  refuseUnsupported(json)
  return (context) => {
    const fields = expandFields(context, json.fields)
    const matchers = fields.map((field) => matchField(context, field, json))
    return (doc) => (matchers.some((one) => one(doc) !== undefined) ? 1 : undefined)
  }
}

function expandFields(context: QueryContext, fields: Json | undefined): string[] {
  const wanted = fields === undefined ? ['*'] : asList(fields).map((field) => String(field).replace(/\^[\d.]+$/, ''))
  return [...context.index.mapping.fields.keys()].filter((path) => wanted.some((pattern) => simpleMatch(pattern, path)))
}

const queryString: QueryParser = (body) => {
  const json = asObject(body)
  if (typeof json.query !== 'string') throw parsingError('query_string must be provided with a [query]')
  const text = json.query
  const and = String(json.default_operator ?? 'or').toLowerCase() === 'and'
  const fields = json.fields ?? (json.default_field === undefined ? undefined : [json.default_field])
  return (context) => luceneQuery(context, text, { defaultAnd: and, ...(fields === undefined ? {} : { fields: asList(fields).map(String) }) })
}

/** The forgiving one: words, phrases, `+`, `-`, `|`; what does not parse is searched as words. */
const simpleQueryString: QueryParser = (body) => {
  const json = asObject(body)
  const text = String(json.query ?? '')
    .replaceAll('|', ' OR ')
    .replace(/[:[\]{}^~/]/g, '\\$&')
  const fields = json.fields === undefined ? undefined : asList(json.fields).map(String)
  return (context) => luceneQuery(context, text, { defaultAnd: String(json.default_operator ?? 'or').toLowerCase() === 'and', ...(fields ? { fields } : {}) })
}

export const fullText = {
  match,
  match_phrase: matchPhrase,
  match_phrase_prefix: matchPhrasePrefix,
  multi_match: multiMatch,
  query_string: queryString,
  simple_query_string: simpleQueryString,
}
