/** A definition whose fields each carry one rule, through the breadth of CEL and of what Kubernetes adds to it. */
import type { KubeObject } from '../../../src/ports/index.ts'

const text = (rule: string, more: Record<string, unknown> = {}) => ({ type: 'string', maxLength: 40, 'x-kubernetes-validations': [{ rule, ...more }] })
const number = (rule: string, more: Record<string, unknown> = {}) => ({ type: 'integer', 'x-kubernetes-validations': [{ rule }], ...more })
const list = (items: Record<string, unknown>, rule: string, more: Record<string, unknown> = {}) => ({
  type: 'array',
  maxItems: 10,
  items,
  'x-kubernetes-validations': [{ rule }],
  ...more,
})
const word = { type: 'string', maxLength: 20 }

const fields = (maximum: number): Record<string, unknown> => ({
  even: number('self % 2 == 0'),
  bounded: number('self > 1 && self <= 5 || self == 100'),
  ratio: { type: 'number', 'x-kubernetes-validations': [{ rule: 'self >= 0.5 && self < 2.0' }] },
  word: text("self.startsWith('a') && self.endsWith('z') && self.contains('-')"),
  pattern: text("self.matches('^[a-z]+$')"),
  length: text('size(self) >= 2 && self.size() < 5', { message: ' between 2 and 4 signs ' }),
  split: text("self.split(',').all(part, part.trim() != '')"),
  lower: text("self.lowerAscii() == 'abc'"),
  replaced: text("self.replace('x', 'y') == 'yay'"),
  indexed: text("self.indexOf('b') == 1 && self.lastIndexOf('b') == 3 && self.substring(1, 3) == 'bc'"),
  find: text("self.find('[0-9]+') != '' && int(self.find('[0-9]+')) > 10"),
  url: text('isURL(self)'),
  ip: text('isIP(self)'),
  choice: text("self in ['one', 'two']"),
  conditional: text("self == 'x' ? true : self == 'y'", { reason: 'FieldValueForbidden' }),
  described: text("self != 'bad'", { messageExpression: "'it was ' + self" }),
  tags: list(word, "self.exists(tag, tag == 'main') && self.exists_one(tag, tag.startsWith('m'))"),
  sorted: list({ type: 'integer' }, 'self.isSorted() && self.sum() == 6 && self.min() == 1 && self.max() == 3'),
  mapped: list({ type: 'integer' }, 'self.map(n, n * 2).filter(n, n > 2).size() == 2'),
  labels: {
    type: 'object',
    maxProperties: 5,
    additionalProperties: word,
    'x-kubernetes-validations': [{ rule: "self.all(key, key != 'none' && self[key] != '')" }],
  },
  time: {
    type: 'string',
    format: 'date-time',
    'x-kubernetes-validations': [{ rule: "self < timestamp('2030-01-01T00:00:00Z') && self.getFullYear() == 2026" }],
  },
  duration: { type: 'string', format: 'duration', 'x-kubernetes-validations': [{ rule: "self >= duration('5s') && self.getMinutes() < 10" }] },
  port: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-validations': [{ rule: "type(self) == int ? self < 100 : self == 'http'" }] },
  nested: {
    type: 'object',
    properties: { 'a-b': { type: 'integer' }, namespace: { type: 'string', maxLength: 20 }, in: { type: 'string', maxLength: 20 } },
    'x-kubernetes-validations': [{ rule: "self.a__dash__b == 1 && self.__namespace__ == 'x' && (!has(self.__in__) || self.__in__ != '')" }],
  },
  counter: { type: 'integer', maximum, 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'counts up only' }] },
  entries: {
    type: 'array',
    maxItems: 10,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: {
      type: 'object',
      required: ['name'],
      properties: { name: word, v: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] } },
    },
  },
  once: word,
})

export function rulesVersions(maximum: number): unknown[] {
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: fields(maximum),
          'x-kubernetes-validations': [{ rule: '!has(oldSelf.once) || has(self.once)', message: 'once set, it stays' }],
        },
      },
    },
  }
  return [
    { name: 'v1', served: true, storage: true, schema },
    { name: 'v2', served: maximum < 100, storage: false, schema, subresources: { status: {} } },
  ]
}

export const rulesCrd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rules.example.dev' },
  spec: { group: 'example.dev', scope: 'Namespaced', names: { plural: 'rules', kind: 'Rule' }, versions: rulesVersions(100) },
}

export const HOLD: Record<string, unknown> = {
  even: 4,
  bounded: 100,
  ratio: 1,
  word: 'a-z',
  pattern: 'abc',
  length: 'ab',
  split: 'a, b',
  lower: 'ABC',
  replaced: 'xax',
  indexed: 'abcb',
  find: 'no 12',
  url: 'https://example.dev/x',
  ip: '10.0.0.1',
  choice: 'two',
  conditional: 'y',
  described: 'good',
  tags: ['main', 'other'],
  sorted: [1, 2, 3],
  mapped: [1, 2, 3],
  labels: { a: 'b' },
  time: '2026-05-06T07:08:09Z',
  duration: '90s',
  port: 'http',
  nested: { 'a-b': 1, namespace: 'x' },
  counter: 5,
  entries: [
    { name: 'a', v: 1 },
    { name: 'b', v: 1 },
  ],
  once: 'set',
}

export const BREAK: Record<string, unknown> = {
  even: 3,
  bounded: 50,
  ratio: 2.5,
  word: 'abc',
  pattern: 'ABC',
  length: 'abcdef',
  split: 'a,,b',
  lower: 'xyz',
  replaced: 'zzz',
  indexed: 'bbbb',
  find: 'no 9',
  url: 'no url',
  ip: '10.0.0.300',
  choice: 'three',
  conditional: 'z',
  described: 'bad',
  tags: ['mainly', 'other'],
  sorted: [3, 2, 1],
  mapped: [1],
  labels: { none: 'b' },
  time: '2025-05-06T07:08:09Z',
  duration: '1s',
  port: 100,
  nested: { 'a-b': 2, namespace: 'x' },
  counter: 5,
}

export function rules(spec: Record<string, unknown>): KubeObject {
  return { apiVersion: 'example.dev/v1', kind: 'Rule', metadata: { name: 'r' }, spec }
}
