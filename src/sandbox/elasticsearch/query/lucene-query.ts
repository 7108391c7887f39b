/** A parsed query_string, bound to an index. */
import { ShardFailure } from '../errors.ts'
import { simpleMatch } from '../json.ts'
import { analyze, isText } from '../mapping/field.ts'
import { boolMatcher } from './compound.ts'
import { type DocTest, existsTest, phraseTest, queryShardFailure, rangeTest, regexTest, termTest, wildcardTest } from './field-match.ts'
import { type LuceneNode, LuceneSyntaxError, parseLucene } from './lucene-syntax.ts'
import { everything, type Matcher, type QueryContext, yes } from './query.ts'

export interface LuceneOptions {
  readonly defaultAnd: boolean
  /** Fields that a word without a field is looked for in; absent: all, where it fits their type. */
  readonly fields?: readonly string[]
}

export function luceneQuery(context: QueryContext, text: string, options: LuceneOptions): Matcher {
  if (text.trim() === '*') return everything
  if (text.trim() === '') return () => undefined
  let node: LuceneNode
  try {
    node = parseLucene(text, options.defaultAnd)
  } catch (error) {
    if (!(error instanceof LuceneSyntaxError)) throw error
    throw queryShardFailure(context, `Failed to parse query [${text}]`, { type: 'parse_exception', reason: error.message })
  }
  return bind(context, node, options)
}

function bind(context: QueryContext, node: LuceneNode, options: LuceneOptions): Matcher {
  if (node.kind === 'bool') {
    const of = (occur: string) => node.clauses.filter((clause) => clause.occur === occur).map((clause) => bind(context, clause.node, options))
    const [must, should] = [of('must'), of('should')]
    return boolMatcher({ must, should, filter: [], mustNot: of('must_not') }, must.length === 0 && should.length > 0 ? 1 : 0)
  }
  if (node.kind === 'word' && node.field === '*' && node.text === '*') return everything
  if (node.kind === 'word' && node.field === undefined && node.text === '*') return everything
  if (node.kind === 'word' && node.field === '_exists_') return yes(existsTest(node.text))
  if (node.field !== undefined && !node.field.includes('*')) {
    const { field } = node
    const tests = options.fields ? [leaf(context, node, field)] : lenient(() => leaf(context, node, field))
    return yes((doc) => tests.some((test) => test(doc)))
  }
  const patterns = node.field === undefined ? options.fields : [node.field]
  const paths = [...context.index.mapping.fields.keys()].filter(
    (path) => !patterns || patterns.some((pattern) => simpleMatch(pattern.replace(/\^[\d.]+$/, ''), path)),
  )
  const tests = paths.flatMap((path) => lenient(() => leaf(context, node, path)))
  return yes((doc) => tests.some((test) => test(doc)))
}

/** Without a default field a word that its field cannot hold is no fault: it matches nothing. */
function lenient(make: () => DocTest): DocTest[] {
  try {
    return [make()]
  } catch (error) {
    if (error instanceof ShardFailure) return []
    throw error
  }
}

function leaf(context: QueryContext, node: Exclude<LuceneNode, { kind: 'bool' }>, path: string): DocTest {
  const field = context.index.mapping.fields.get(path)
  switch (node.kind) {
    case 'range':
      return rangeTest(context, path, node)
    case 'phrase':
      return phraseTest(context, path, node.text)
    case 'regex':
      return field ? regexTest(field, node.source, false) : () => false
    case 'word': {
      if (node.text === '*') return existsTest(path)
      if (node.wildcard) return wildcardTest(context, path, node.text)
      if (!field || !isText(field.type)) return termTest(context, path, node.text)
      const tests = analyze(node.text).map((word) => termTest(context, path, word))
      return (doc) => tests.length > 0 && tests.every((test) => test(doc))
    }
  }
}
