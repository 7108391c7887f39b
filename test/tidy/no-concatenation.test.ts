// biome-ignore-all lint/suspicious/noTemplateCurlyInString: code stands in texts here
/**
 * SQL, addresses and JSON are never put together from texts: a name with a quote or a slash in it would become more than a
 * name. What may stand in such a text is a call of one of the builders, which make one name, literal or segment of a value.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const ROOT = path.resolve(import.meta.dirname, '../..')
const ROOMS = ['targets', 'controller', 'plan', 'console', 'cli'].map((room) => path.join('src', room))

/** Each makes exactly one name, literal, type or segment of what it is given. */
const BUILDERS = new Set([
  'formatName',
  'quoteName',
  'quoteText',
  'formatExpression',
  'formatType',
  'segment',
  'segmentText',
  'encodeURIComponent',
  'queryIdText',
  'Math.trunc',
  // Of the files that say so: made of the above and of fixed words only.
  'typeText',
  'columnText',
  'windowText',
  'havingText',
  'aggregate',
])

/** Files with SQL of their own making, in the order of their nodes: which names stand there without a builder, and why that is right. */
const PERMITTED: Readonly<Record<string, readonly string[]>> = {
  // The schema lets nothing into these that is more than a name; a test parses what comes out.
  'src/plan/metrics.ts': [
    'metric.name',
    'metric.from',
    "properties.length > 0 ? ` WITH (${properties.join(', ')})` : ''",
    'measure.name',
    "select.join(',\\n  ')",
    "groups.join(', ')",
  ],
  // No SQL: the name of an entry, with the name that the parser read.
  'src/plan/statement-name.ts': ['statement.target', 'hexHash(formatStatement(statement), 8)'],
  // One of two words.
  'src/targets/ksqldb/commands.ts': ['type'],
}

const SQL =
  /^\s*(SELECT|CREATE|DROP|TERMINATE|PAUSE|RESUME|INSERT|PRINT|DESCRIBE|EXPLAIN|ALTER|FROM|WHERE|HAVING|GROUP BY|WINDOW|KAFKA_TOPIC|VALUES|SET '|UNSET)\b/
const ADDRESS = /^(https?:\/\/|\/[a-z_]*|[a-z][\w/-]*\?)/
const JSON_TEXT = /[{[,]\s*"[\w$.]+"\s*:/

type Kind = 'SQL' | 'an address' | 'JSON'

/** Whether a text, by its beginning and where it stands, is one of those. */
function kindOf(head: string, whole: string, node: ts.Node): Kind | undefined {
  if (SQL.test(head) && !isMessage(node)) return 'SQL'
  if (JSON_TEXT.test(whole)) return 'JSON'
  const { parent } = node
  const property = ts.isPropertyAssignment(parent) && ts.isIdentifier(parent.name) ? parent.name.text : ''
  if (['path', 'url', 'uri', 'href', 'baseUrl', 'baseURL'].includes(property) && ADDRESS.test(head)) return 'an address'
  if (/^https?:\/\//.test(head) && !isMessage(node)) return 'an address'
  return undefined
}

/** A sentence for people may begin with such a word too. */
function isMessage(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node.parent; at !== undefined && !ts.isBlock(at); at = at.parent) {
    if (ts.isPropertyAssignment(at) && ts.isIdentifier(at.name) && ['message', 'mend', 'description'].includes(at.name.text)) return true
    if (ts.isNewExpression(at) && ts.isIdentifier(at.expression) && /^(Failure|UserError|Error|TypeError)$/.test(at.expression.text)) return true
    if (ts.isCallExpression(at) && ts.isIdentifier(at.expression) && /^(refuse|warn|print|finding)$/.test(at.expression.text)) return true
  }
  return false
}

interface Fault {
  readonly file: string
  readonly line: number
  readonly kind: Kind
  readonly value: string
}

function isBuilt(value: ts.Expression): boolean {
  if (ts.isStringLiteralLike(value) || ts.isNumericLiteral(value)) return true
  if (ts.isConditionalExpression(value)) return isBuilt(value.whenTrue) && isBuilt(value.whenFalse)
  if (ts.isIdentifier(value)) return /^[A-Z][A-Z0-9_]*$/.test(value.text)
  if (!ts.isCallExpression(value)) return false
  const name = value.expression.getText()
  if (BUILDERS.has(name)) return true
  // `list.map(builder).join(...)`
  const mapped = /\.map\((\w+)\)\.join$/.exec(name)
  return mapped !== null && BUILDERS.has(mapped[1]!)
}

function faultsIn(file: string, text: string): Fault[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const permitted = PERMITTED[file] ?? []
  const faults: Fault[] = []
  const check = (kind: Kind, value: ts.Expression) => {
    if (isBuilt(value) || permitted.includes(value.getText())) return
    faults.push({ file, line: source.getLineAndCharacterOfPosition(value.getStart()).line + 1, kind, value: value.getText() })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node)) {
      const kind = kindOf(node.head.text, [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('x'), node)
      if (kind) for (const span of node.templateSpans) check(kind, span.expression)
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      let first: ts.Expression = node
      while (ts.isBinaryExpression(first)) first = first.left
      const kind = ts.isStringLiteralLike(first) ? kindOf(first.text, first.text, node) : undefined
      if (kind) check(kind, node.right)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return faults
}

const filesOf = (room: string): string[] =>
  readdirSync(path.join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(room, file))

describe('SQL, addresses and JSON', () => {
  it('are not put together from texts', () => {
    const faults = ROOMS.flatMap(filesOf).flatMap((file) => faultsIn(file, readFileSync(path.join(ROOT, file), 'utf8')))
    assert.deepEqual(
      faults.map(({ file, line, kind, value }) => `${file}:${line}: ${value} in ${kind}`),
      [],
      'use a builder',
    )
  })

  it('would be found', () => {
    const wrong = [
      'const a = `DROP STREAM ${name};`',
      "const a = 'PRINT ' + topic",
      'const a = { path: `/index/${name}` }',
      'const a = `http://host/${name}`',
      'const a = `{"query": "${text}"}`',
      'send(`SELECT * FROM ${table}`)',
    ]
    for (const text of wrong) assert.equal(faultsIn('src/x.ts', text).length, 1, text)
    for (const text of [
      'const a = `DROP STREAM ${formatName(name)};`',
      'const a = { path: `/${list.map(segment).join(",")}/_mapping` }',
      'refuse(draft, `CREATE of ${name} fails`)',
    ])
      assert.deepEqual(faultsIn('src/x.ts', text), [], text)
  })
})
