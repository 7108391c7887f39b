/**
 * Definitions that a server takes or refuses, one trait each. What a real kube-apiserver 1.37.2 says of them is in
 * test/data/kubernetes-definitions.json.gz, recorded by `record.ts`.
 */
import type { KubeObject } from '../../../src/ports/index.ts'
import type { Kube } from './client.ts'

type Loose = Record<string, unknown>

const text = { type: 'string' }
const whole = { type: 'integer' }

/** A field of spec, by the name of its trait. */
const fields: Record<string, Loose> = {
  nullable_default: { type: 'string', nullable: true, default: null },
  default_null: { type: 'string', default: null },
  default_bad_enum: { type: 'string', enum: ['a'], default: 'b' },
  default_prune: { type: 'object', properties: { a: text }, default: { b: 1 } },
  default_in_map: { type: 'object', additionalProperties: { type: 'string', default: 'x' } },
  default_item: { type: 'array', items: { type: 'string', default: 'x' } },
  pattern_bad: { type: 'string', pattern: '(' },
  pattern_lookahead: { type: 'string', pattern: '(?=a)b' },
  format_unknown: { type: 'string', format: 'nonsense' },
  min_on_string: { type: 'string', minimum: 1 },
  maxlen_neg: { type: 'string', maxLength: -1 },
  list_no_items: { type: 'array' },
  list_map_nokey_required: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items: { type: 'object', properties: { k: text } },
  },
  list_map_missing: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['q'],
    items: { type: 'object', required: ['k'], properties: { k: text } },
  },
  list_map_dup: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k', 'k'],
    items: { type: 'object', required: ['k'], properties: { k: text } },
  },
  list_map_scalar: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: text },
  list_map_keyobj: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items: { type: 'object', required: ['k'], properties: { k: { type: 'object', properties: { a: text } } } },
  },
  list_set_obj: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object', properties: { a: text } } },
  list_set_obj_atomic: {
    type: 'array',
    'x-kubernetes-list-type': 'set',
    items: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: text } },
  },
  list_set_list: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'array', items: text } },
  list_type_bad: { type: 'array', 'x-kubernetes-list-type': 'bag', items: text },
  list_type_on_obj: { type: 'object', 'x-kubernetes-list-type': 'set' },
  keys_on_set: { type: 'array', 'x-kubernetes-list-type': 'set', 'x-kubernetes-list-map-keys': ['k'], items: text },
  map_type_bad: { type: 'object', 'x-kubernetes-map-type': 'odd', properties: { a: text } },
  map_type_on_str: { type: 'string', 'x-kubernetes-map-type': 'atomic' },
  ios_type: { type: 'string', 'x-kubernetes-int-or-string': true },
  ios_anyof: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
  ios_pattern: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: '^a$' },
  preserve_notype: { 'x-kubernetes-preserve-unknown-fields': true },
  preserve_str: { type: 'string', 'x-kubernetes-preserve-unknown-fields': true },
  preserve_false: { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
  addl_false: { type: 'object', additionalProperties: false },
  addl_true: { type: 'object', additionalProperties: true },
  addl_and_props: { type: 'object', properties: { a: text }, additionalProperties: text },
  type_odd: { type: 'str' },
  type_null: { type: 'null' },
  unique: { type: 'array', items: text, uniqueItems: true },
  ref: { $ref: '#/x' },
  defs: { type: 'object', definitions: { a: text } },
  patternprops: { type: 'object', patternProperties: { a: text } },
  anyof_type: { type: 'object', properties: { a: text }, anyOf: [{ type: 'object', required: ['a'] }] },
  anyof_props: { type: 'object', properties: { a: text }, anyOf: [{ properties: { b: { minLength: 1 } } }] },
  anyof_ok: { type: 'object', properties: { a: text }, anyOf: [{ properties: { a: { minLength: 1 } } }] },
  anyof_desc: { type: 'object', properties: { a: text }, anyOf: [{ description: 'x', required: ['a'] }] },
  not_default: { type: 'string', not: { default: 'a' } },
  allof_nullable: { type: 'string', allOf: [{ nullable: true }] },
  oneof_xk: { type: 'object', oneOf: [{ 'x-kubernetes-preserve-unknown-fields': true }] },
  embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } },
  embedded_empty: { type: 'object', 'x-kubernetes-embedded-resource': true },
  embedded_preserve: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  embedded_str: { type: 'string', 'x-kubernetes-embedded-resource': true },
  rule_empty: { type: 'string', maxLength: 5, 'x-kubernetes-validations': [{ rule: '' }] },
  rule_ws: { type: 'string', maxLength: 5, 'x-kubernetes-validations': [{ rule: ' ' }] },
  rule_fieldpath_bad: { type: 'object', properties: { a: whole }, 'x-kubernetes-validations': [{ rule: 'self.a>1', fieldPath: '.b' }] },
  rule_fieldpath_nodot: { type: 'object', properties: { a: whole }, 'x-kubernetes-validations': [{ rule: 'self.a>1', fieldPath: 'a' }] },
  rule_multiline: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >\n 1' }] },
  rule_msg_empty: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1', message: ' ' }] },
  oldself_in_list: { type: 'array', maxItems: 3, items: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] } },
  oldself_in_map: { type: 'object', maxProperties: 3, additionalProperties: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] } },
  oldself_set: {
    type: 'array',
    maxItems: 3,
    'x-kubernetes-list-type': 'set',
    items: { type: 'string', maxLength: 3, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
  },
  optold: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'oldSelf.orValue(0) <= self', optionalOldSelf: true }] },
  optold_no: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1', optionalOldSelf: true }] },
  rule_dup: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1' }, { rule: 'self > 1' }] },
  long_msg: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1', message: 'x'.repeat(2049) }] },
  rule_anyof: { type: 'object', properties: { a: whole }, anyOf: [{ 'x-kubernetes-validations': [{ rule: 'true' }] }] },
  required_missing: { type: 'object', required: ['zz'], properties: { a: text } },
  enum_dup: { type: 'string', enum: ['a', 'a'] },
  enum_empty: { type: 'string', enum: [] },
  exmin: { type: 'integer', minimum: 1, exclusiveMinimum: true },
  multi0: { type: 'integer', multipleOf: 0 },
  metadata_named: { type: 'object', properties: { metadata: { type: 'object', properties: { x: text } } } },
}

function definition(schema: Loose, version: Loose = {}): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'trials.trial.dev' },
    spec: {
      group: 'trial.dev',
      scope: 'Namespaced',
      names: { plural: 'trials', kind: 'Trial' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
    },
  }
}

interface Spec {
  [key: string]: unknown
  names: Loose
  versions: Loose[]
}

function changed(change: (definition: KubeObject & { spec: Spec }) => void): KubeObject {
  const copy = definition({ type: 'object' }) as KubeObject & { spec: Spec }
  change(copy)
  return copy
}

const strings = (maxLength?: number, maxItems?: number): Loose => ({
  type: 'array',
  items: { type: 'string', ...(maxLength ? { maxLength } : {}) },
  ...(maxItems ? { maxItems } : {}),
})
const pair = (field: Loose): Loose => ({ type: 'object', properties: { a: field, b: field } })

/** Rules by the cost that the schema lets them have; each stands in a list of unknown length. */
const costs: readonly (readonly [string, Loose, string])[] = [
  ['cost_prefix', { type: 'string' }, "self.startsWith('a')"],
  ['cost_regex', { type: 'string' }, "self.matches('^[a-z]+$')"],
  ['cost_regex_bounded', { type: 'string', maxLength: 100_000 }, "self.matches('^[a-z]{1,20}-[0-9]+$')"],
  ['cost_contains_itself', { type: 'string' }, 'self.contains(self)'],
  ['cost_in', { type: 'string' }, "self in ['a', 'b']"],
  ['cost_all', strings(), "self.all(x, x != '')"],
  ['cost_all_bounded', strings(100, 1000), "self.all(x, x.startsWith('a'))"],
  ['cost_square', strings(100, 1000), 'self.all(x, self.exists_one(y, y == x))'],
  ['cost_square_numbers', { type: 'array', items: whole, maxItems: 5000 }, 'self.all(x, self.exists(y, y == x))'],
  ['cost_sorted', strings(100), 'self.isSorted()'],
  ['cost_chain', { type: 'array', items: whole }, 'self.map(x, x * 2).filter(y, y > 2).size() > 1'],
  ['cost_map', { type: 'object', additionalProperties: text }, "self.all(k, self[k].contains('abc'))"],
  ['cost_map_bounded', { type: 'object', maxProperties: 100, additionalProperties: { type: 'string', maxLength: 100 } }, "self.all(k, self[k] != '')"],
  ['cost_pair', pair(text), 'self.a.contains(self.b)'],
  ['cost_concatenation', pair(text), "self.a + self.b == 'x'"],
  ['cost_split', pair({ type: 'string', maxLength: 1000 }), "self.a.split(',').all(p, p.trim() != '')"],
  ['cost_lists_in_lists', pair(strings(100, 500)), 'self.a.all(x, x in self.b)'],
  ['cost_find', { type: 'string' }, "self.findAll('[0-9]+').size() > 0"],
  ['cost_join', strings(100, 100), "self.join(',').size() < 100"],
  ['cost_size', { type: 'string' }, 'size(self) > 3'],
]

function costly(schema: Loose, rule: string): KubeObject {
  const items = { ...schema, 'x-kubernetes-validations': [{ rule }] }
  return definition({ type: 'object', properties: { spec: { type: 'object', properties: { f: { type: 'array', items } } } } })
}

export const trials: readonly (readonly [string, KubeObject])[] = [
  ...costs.map(([name, schema, rule]) => [name, costly(schema, rule)] as const),
  ...Object.entries(fields).map(
    ([name, field]) => [name, definition({ type: 'object', properties: { spec: { type: 'object', properties: { f: field } } } })] as const,
  ),
  ['root_notype', definition({ properties: {} })],
  ['root_str', definition({ type: 'string' })],
  ['root_nullable', definition({ type: 'object', nullable: true })],
  ['root_preserve', definition({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })],
  [
    'root_meta',
    definition({
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 }, labels: { type: 'object' } } } },
    }),
  ],
  ['root_meta_pattern', definition({ type: 'object', properties: { metadata: { type: 'object', properties: { name: { type: 'string', pattern: '^a' } } } } })],
  ['root_apiver', definition({ type: 'object', properties: { apiVersion: { type: 'string', enum: ['x'] } } })],
  ['col_bad_type', definition({ type: 'object' }, { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] })],
  ['col_bad_path', definition({ type: 'object' }, { additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: 'a' }] })],
  ['col_bad_path2', definition({ type: 'object' }, { additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a[' }] })],
  ['col_noname', definition({ type: 'object' }, { additionalPrinterColumns: [{ type: 'string', jsonPath: '.a' }] })],
  ['col_badformat', definition({ type: 'object' }, { additionalPrinterColumns: [{ name: 'A', type: 'string', format: 'xx', jsonPath: '.a' }] })],
  ['scale_bad', definition({ type: 'object' }, { subresources: { scale: { specReplicasPath: '.status.r', statusReplicasPath: '.spec.r' } } })],
  ['scale_empty', definition({ type: 'object' }, { subresources: { scale: {} } })],
  [
    'sel_bad',
    definition(
      { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'object' } } } } },
      { selectableFields: [{ jsonPath: '.spec.a' }] },
    ),
  ],
  ['sel_missing', definition({ type: 'object' }, { selectableFields: [{ jsonPath: '.spec.a' }] })],
  [
    'sel_dup',
    definition(
      { type: 'object', properties: { spec: { type: 'object', properties: { a: text } } } },
      { selectableFields: [{ jsonPath: '.spec.a' }, { jsonPath: '.spec.a' }] },
    ),
  ],
  [
    'sel_list',
    definition(
      { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'array', items: text } } } } },
      { selectableFields: [{ jsonPath: '.spec.a[0]' }] },
    ),
  ],
  ['depr', definition({ type: 'object' }, { deprecated: true, deprecationWarning: 'no' })],
  ['depr_warnonly', definition({ type: 'object' }, { deprecationWarning: 'no' })],
  [
    'group_nodot',
    changed((x) => {
      x.spec.group = 'trial'
      x.metadata.name = 'trials.trial'
    }),
  ],
  [
    'plural_bad',
    changed((x) => {
      x.spec.names.plural = 'Tri_als'
    }),
  ],
  [
    'kind_bad',
    changed((x) => {
      x.spec.names.kind = '1Trial'
    }),
  ],
  [
    'short_bad',
    changed((x) => {
      x.spec.names.shortNames = ['A B']
    }),
  ],
  [
    'cat_bad',
    changed((x) => {
      x.spec.names.categories = ['A B']
    }),
  ],
  [
    'listkind_same',
    changed((x) => {
      x.spec.names.listKind = 'Trial'
    }),
  ],
  [
    'scope_bad',
    changed((x) => {
      x.spec.scope = 'Galaxy'
    }),
  ],
  [
    'no_versions',
    changed((x) => {
      x.spec.versions = []
    }),
  ],
  [
    'noserved',
    changed((x) => {
      x.spec.versions[0]!.served = false
    }),
  ],
  [
    'ver_bad',
    changed((x) => {
      x.spec.versions[0]!.name = 'V 1'
    }),
  ],
  [
    'ver_dup',
    changed((x) => {
      x.spec.versions.push({ ...x.spec.versions[0]!, storage: false })
    }),
  ],
  [
    'two_storage',
    changed((x) => {
      x.spec.versions.push({ ...x.spec.versions[0]!, name: 'v2' })
    }),
  ],
  [
    'conv_webhook',
    changed((x) => {
      x.spec.conversion = { strategy: 'Webhook' }
    }),
  ],
  [
    'conv_odd',
    changed((x) => {
      x.spec.conversion = { strategy: 'Odd' }
    }),
  ],
  [
    'pruf',
    changed((x) => {
      x.spec.preserveUnknownFields = true
    }),
  ],
  [
    'k8sio',
    changed((x) => {
      x.spec.group = 'x.k8s.io'
      x.metadata.name = 'trials.x.k8s.io'
    }),
  ],
  [
    'singular_bad',
    changed((x) => {
      x.spec.names.singular = 'A b'
    }),
  ],
  [
    'no_names',
    changed((x) => {
      delete (x.spec as Loose).names
    }),
  ],
  [
    'no_spec',
    changed((x) => {
      delete (x as Loose).spec
    }),
  ],
]

interface Refusal {
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] }
}

/** What a server says of a definition, in a form that does not depend on the order of its walk. */
export async function verdict(server: Kube, trial: KubeObject): Promise<string[]> {
  const { status, body } = await server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All', trial)
  if (status === 201) return []
  const causes = (body as Refusal).details?.causes ?? [{ field: '', message: (body as Refusal).message ?? '' }]
  return [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))].sort()
}
