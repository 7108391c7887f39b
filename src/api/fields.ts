/**
 * The building blocks of both resources. Each carries what Kubernetes needs beside what zod checks: a description, a
 * bound, the list's merge key, and for rules across fields one CEL rule for the API server with its twin for us.
 */
import { z } from 'zod'
import { DURATION_PATTERN } from './duration.ts'

export function text(description: string, options: { max: number; min?: number; pattern?: string }) {
  const base = z
    .string()
    .min(options.min ?? 1)
    .max(options.max)
  return (options.pattern ? base.regex(new RegExp(options.pattern)) : base).meta({ description })
}

/** Names of Kubernetes objects: DNS subdomains. */
export const objectName = (description: string) => text(description, { max: 253, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' })
export const namespaceName = (description: string) => text(description, { max: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' })
/** Key of a Secret or ConfigMap. */
export const dataKey = (description: string) => text(description, { max: 253, pattern: '^[-._a-zA-Z0-9]+$' })
/** Names of connectors, templates, entries: verbatim at the backend. */
export const entryName = (description: string) => text(description, { max: 200, pattern: '^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$' })
export const topicName = (description: string) => text(description, { max: 249, pattern: '^[a-zA-Z0-9._-]+$' })
/** A ksqlDB name that needs no quotes and stays as it is written. */
export const sqlName = (description: string) => text(description, { max: 128, pattern: '^[A-Z_][A-Z0-9_]*$' })
/** A reference to a stream or table, as SQL would resolve it: upper case unless in backquotes. */
export const sourceReference = (description: string) => text(description, { max: 130, pattern: '^([A-Za-z_][A-Za-z0-9_]*|`[^`]+`)$' })
/** A field of an index, or a column. */
export const columnName = (description: string) => text(description, { max: 128, pattern: '^[A-Za-z_@][A-Za-z0-9_@.-]*$' })
export const indexName = (description: string) => text(description, { max: 200, pattern: '^[a-z0-9][a-z0-9._-]*$' })
export const className = (description: string) => text(description, { max: 300, pattern: '^[A-Za-z_$][A-Za-z0-9_$.]*$' })
export const url = (description: string) => text(description, { max: 2048, pattern: '^https?://[^\\s]+$' })
export const duration = (description: string) => text(`${description} A duration such as 500ms, 90s, 2m or 1h30m.`, { max: 40, pattern: DURATION_PATTERN })
export const integer = (description: string, min: number, max: number) => z.int().min(min).max(max).meta({ description })
export const flag = (description: string) => z.boolean().meta({ description })
export const choice = <const T extends readonly [string, ...string[]]>(description: string, values: T) => z.enum(values).meta({ description })

/** A YAML string, number or boolean. */
export type Scalar = string | number | boolean

/**
 * A map to strings, numbers and booleans. The CRD cannot say "one of these types" in a structural schema, so the value is
 * untyped there, and objects and lists are refused by their bounds; the schema here refuses the rest.
 */
export const scalarMap = (description: string, maxProperties = 100, maxLength = 16_384) =>
  z
    .record(z.string().min(1).max(300), z.union([z.string().max(maxLength), z.number(), z.boolean()]))
    .refine((map) => Object.keys(map).length <= maxProperties, `at most ${maxProperties} entries`)
    .meta({ description, maxProperties, [SCALAR_MAX_LENGTH]: maxLength })

/** Read by the CRD generator only, never written out. */
export const SCALAR_MAX_LENGTH = 'x-scalar-max-length'

/** A list of objects that merge by `keys`, as Kubernetes does it; equal keys are refused. */
export function mapList<T extends z.ZodType<object>>(description: string, item: T, maxItems: number, keys: readonly string[] = ['name']) {
  return z
    .array(item)
    .max(maxItems)
    .superRefine((items, context) => {
      const seen = new Set<string>()
      for (const [index, entry] of items.entries()) {
        const key = keys.map((name) => String((entry as Record<string, unknown>)[name])).join('/')
        if (seen.has(key)) context.addIssue({ code: 'custom', path: [index, keys[0]!], message: `"${key}" stands twice in this list` })
        seen.add(key)
      }
    })
    .meta({ description, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...keys] })
}

/** A list of strings. `set`: no value twice, order without meaning; `atomic`: ordered, replaced as a whole. */
export function textList(description: string, item: z.ZodType<string>, maxItems: number, type: 'set' | 'atomic', minItems = 0) {
  const list = z.array(item).min(minItems).max(maxItems)
  const checked = type === 'set' ? list.refine((items) => new Set(items).size === items.length, 'a value stands twice in this list') : list
  return checked.meta({ description, 'x-kubernetes-list-type': type })
}

/** A condition across the fields of one object, in CEL for the API server and in TypeScript for everybody else. */
export interface Rule<T> {
  readonly cel: string
  readonly holds: (value: T) => boolean
  readonly message: string
}

export function described<S extends z.ZodRawShape>(description: string, shape: S, rules: readonly Rule<z.output<z.ZodObject<S, z.core.$strict>>>[] = []) {
  let schema = z.strictObject(shape)
  for (const rule of rules) schema = schema.refine((value) => rule.holds(value as never), { message: rule.message })
  return schema.meta({
    description,
    ...(rules.length ? { 'x-kubernetes-validations': rules.map(({ cel, message }) => ({ rule: cel, message })) } : {}),
  })
}

/** A rule over a change, which only the API server sees: it knows the value before. */
export const neverChanges = (message: string): Rule<unknown> => ({ cel: 'self == oldSelf', holds: () => true, message })

/** Exactly one of the named fields is set. */
export function exactlyOne(...names: string[]): Rule<object> {
  return {
    cel: `[${names.map((name) => `has(self.${name})`).join(', ')}].filter(x, x).size() == 1`,
    holds: (value) => names.filter((name) => (value as Record<string, unknown>)[name] !== undefined).length === 1,
    message: `exactly one of ${names.join(', ')} must be set`,
  }
}

// ---------------------------------------------------------------- references

export const secretKeyRef = (description: string) => described(description, { name: objectName('Name of the Secret.'), key: dataKey('Key in the Secret.') })

export const configMapRef = (description: string) =>
  described(description, { name: objectName('Name of the ConfigMap, in the namespace of the pipeline.'), key: dataKey('Key in the ConfigMap.') })
