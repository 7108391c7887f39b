import assert from 'node:assert/strict'
import { type LuceneNode, LuceneSyntaxError, parseLucene } from '../../../src/sandbox/elasticsearch/query/lucene-syntax.ts'

/** A tree in one line: `+a -b c` with parentheses. */
function show(node: LuceneNode): string {
  const field = 'field' in node && node.field !== undefined ? `${node.field}:` : ''
  switch (node.kind) {
    case 'bool':
      return `(${node.clauses.map(({ occur, node: inner }) => `${{ must: '+', should: '', must_not: '-' }[occur]}${show(inner)}`).join(' ')})`
    case 'word':
      return `${field}${node.text}${node.wildcard ? '~wild' : ''}`
    case 'phrase':
      return `${field}"${node.text}"`
    case 'regex':
      return `${field}/${node.source}/`
    case 'range':
      return `${field}${node.gte !== undefined ? `[${node.gte}` : `{${node.gt ?? ''}`},${node.lte !== undefined ? `${node.lte}]` : `${node.lt ?? ''}}`}`
  }
}

describe('query_string syntax', () => {
  const cases: [query: string, tree: string][] = [
    ['a', 'a'],
    ['a b', '(a b)'],
    ['a AND b', '(+a +b)'],
    ['a AND b OR c', '(+a +b c)'],
    ['a OR b', '(a b)'],
    ['NOT a', '(-a)'],
    ['a -b +c', '(a -b +c)'],
    ['a && !b', '(+a -b)'],
    ['USERNAME:bob', 'USERNAME:bob'],
    ['USERNAME:(ann OR bob)', '(USERNAME:ann USERNAME:bob)'],
    ['USERNAME:"the \\"one\\""', 'USERNAME:"the "one""'],
    ['n:>5', 'n:{5,}'],
    ['n:>=5 AND n:<9', '(+n:[5,} +n:{,9})'],
    ['n:[1 TO 5}', 'n:[1,5}'],
    ['n:[* TO 5]', 'n:{,5]'],
    ['at:["2024-01-01 10:00" TO now]', 'at:[2024-01-01 10:00,now]'],
    ['b*', 'b*~wild'],
    ['a\\*b', 'a*b'],
    ['city:San\\ Francisco', 'city:San Francisco'],
    ['/in.*x/', '/in.*x/'],
    ['request:/GET .+/', 'request:/GET .+/'],
    ['a-b site/user_status.html', '(a-b site/user_status.html)'],
    ['name:x^2', 'name:x'],
    ['_exists_:RATE', '_exists_:RATE'],
    ['ORACLE ANDROID', '(ORACLE ANDROID)'],
  ]
  for (const [query, tree] of cases) it(query, () => assert.equal(show(parseLucene(query, false)), tree))

  it('joins with AND when that is the default', () => assert.equal(show(parseLucene('a b OR c', true)), '(+a b c)'))

  for (const query of ['a:(', '(a', 'a)', 'n:[1 TO', '"open', 'a AND', 'fuzzy~2']) {
    it(`refuses ${query}`, () => assert.throws(() => parseLucene(query, false), LuceneSyntaxError))
  }
})
