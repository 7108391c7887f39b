/** Names and values that mean harm: whatever is compiled from them is exactly one name, literal, segment or value. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is put in elsewhere
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type ClickstreamPipeline, parsePipeline } from '../../src/api/index.ts'
import { compilePipeline, type ResourceSpecs } from '../../src/plan/index.ts'
import { formatName, parseExpression, parseStatement, parseStatements, quoteName, quoteText } from '../../src/sql/index.ts'
import { platform, plugins } from './given.ts'

/** Pieces that break texts out of their place, somewhere. */
const PIECES = [
  "'",
  "''",
  '"',
  '`',
  '``',
  ';',
  '--',
  '/*',
  '*/',
  '\n',
  '\r',
  '\u0000',
  '${x}',
  '${file:/x:y}',
  '../',
  '%2e%2e',
  '%2F',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '<script>',
  '&lt;',
  '\u001b[2J',
  '\u202e',
  '\u2028',
  'é',
  '\u{1f600}',
  ' ',
  '*',
  '?',
  '#',
  '.',
  'DROP STREAM X',
  'a',
  'B',
  '1',
  '_',
  '-',
]
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
)

const runs = { numRuns: 150 }

describe('A hostile text', () => {
  it('is one literal of SQL', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const expression = parseExpression(quoteText(text))
        assert.ok(expression.kind === 'StringLiteral' || 'value' in expression)
        assert.equal((expression as { value: unknown }).value, text)
      }),
      runs,
    )
  })

  it('is one name of SQL, and what stands behind it is as it was', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        for (const text of [formatName(name), quoteName(name)]) {
          const expression = parseExpression(`${text} = 1`)
          assert.equal(expression.kind, 'Comparison')
          assert.deepEqual((expression as { left?: { kind: string; name: string } }).left?.name, name)
        }
      }),
      runs,
    )
  })
})

const base = (topic: string) => ({
  topics: [{ name: 'clicks' }],
  statements: [
    { name: 'base', sql: `CREATE STREAM CLICKS (USERID INT, EVENT_TS BIGINT, IP VARCHAR) WITH (KAFKA_TOPIC=${quoteText(topic)}, VALUE_FORMAT='JSON');` },
  ],
})

/** Undefined: the schema has refused it. */
function pipelineOf(spec: object): ClickstreamPipeline | undefined {
  const parsed = parsePipeline({ apiVersion: 'clickstream.dev/v1alpha1', kind: 'ClickstreamPipeline', metadata: { name: 'p', namespace: 'demo' }, spec })
  return parsed.ok ? parsed.value : undefined
}

function compileSpec(spec: object) {
  const pipeline = pipelineOf(spec)
  return pipeline && compilePipeline({ pipeline, platform: platform(), configMaps: new Map(), facts: { plugins, now: 0 } })
}

describe('A pipeline with hostile texts', () => {
  it('never fails otherwise than by a finding, wherever they stand', () => {
    const places: ((text: string) => object)[] = [
      (text) => base(text),
      (text) => ({ ...base('clicks'), topics: [{ name: text }] }),
      (text) => ({ ...base('clicks'), topics: [{ name: 'clicks', config: { [text]: text } }] }),
      (text) => ({ ...base('clicks'), sources: [{ name: text, datagen: { preset: 'clickstream', topic: 'clicks' } }] }),
      (text) => ({ ...base('clicks'), sources: [{ name: 's', connector: { class: plugins[0].class, config: { [text]: text, 'kafka.topic': text } } }] }),
      (text) => ({ ...base('clicks'), sinks: [{ name: text, from: 'CLICKS', elasticsearch: { index: text } }] }),
      (text) => ({ ...base('clicks'), sinks: [{ name: 's', from: `\`${text}\``, elasticsearch: { config: { [text]: text } } }] }),
      (text) => ({ ...base('clicks'), indexTemplates: [{ name: text, patterns: [text], settings: { [text]: text } }] }),
      (text) => ({ ...base('clicks'), dashboards: [{ name: 'd', title: text, json: text }] }),
      (text) => ({ ...base('clicks'), statements: [{ name: 'a', sql: text, properties: { [text]: text } }] }),
      (text) => ({
        ...base('clicks'),
        statements: [
          { name: 'a', sql: `CREATE SOURCE CONNECTOR ${quoteName(text)} WITH ('connector.class'=${quoteText(text)}, ${quoteText(text)}=${quoteText(text)});` },
        ],
      }),
      (text) => ({
        ...base('clicks'),
        metrics: [
          {
            name: 'M',
            from: `\`${text}\``,
            measures: [{ name: 'N', function: 'count' }],
            by: [text],
            window: { type: 'tumbling', size: '1m' },
            where: text,
            having: text,
          },
        ],
      }),
    ]
    fc.assert(
      fc.property(hostile, fc.nat(places.length - 1), (text, at) => {
        const compiled = compileSpec(places[at]!(text))
        for (const { specPath } of compiled?.graph?.nodes ?? []) assert.ok(specPath.startsWith('spec.'))
      }),
      { numRuns: 600 },
    )
  })

  it('makes one statement of each, that says what was declared', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const where = `IP = ${quoteText(text)}`
        const metric = {
          name: 'M',
          from: 'CLICKS',
          measures: [{ name: 'N', function: 'count' }],
          by: ['USERID'],
          window: { type: 'tumbling', size: '1m' },
          where,
        }
        const compiled = compileSpec({ ...base('clicks'), metrics: [metric] })
        assert.ok(compiled?.graph, JSON.stringify(compiled?.findings))
        const node = compiled.graph.nodes.find(({ id }) => id === 'Statement/M')!
        const [statement, ...more] = parseStatements((node.spec as ResourceSpecs['Statement']).sql)
        assert.deepEqual([statement?.kind, more], ['CreateAsSelect', []])
        assert.ok(JSON.stringify(statement).includes(JSON.stringify(text)), 'the literal is whole')
        assert.doesNotThrow(() => parseStatement((node.spec as ResourceSpecs['Statement']).sql))
      }),
      runs,
    )
  })

  it('cannot end a condition of a metric and go on with SQL of its own', () => {
    for (const where of ['BYTES > 1 GROUP BY USERID; DROP STREAM CLICKS; --', 'USERID > 1 /*', 'USERID > 1) UNION (SELECT 1', 'USERID > 1; --']) {
      const metric = {
        name: 'M',
        from: 'CLICKS',
        measures: [{ name: 'N', function: 'count' }],
        by: ['USERID'],
        window: { type: 'tumbling', size: '1m' },
        where,
      }
      const compiled = compileSpec({ ...base('clicks'), metrics: [metric] })
      assert.deepEqual([compiled?.graph, compiled?.findings[0]?.path], [undefined, 'spec.metrics[0].where'], where)
    }
    const comment = {
      name: 'M',
      from: 'CLICKS',
      measures: [{ name: 'N', function: 'count' }],
      by: ['USERID'],
      window: { type: 'tumbling', size: '1m' },
      where: 'USERID > 1 -- all of it',
    }
    const node = compileSpec({ ...base('clicks'), metrics: [comment] })?.graph?.nodes.find(({ id }) => id === 'Statement/M')
    assert.ok(node)
    assert.match((node.spec as ResourceSpecs['Statement']).sql, /WHERE .*USERID > 1.*GROUP BY/s)
  })
})
