/** Rules whose cost nothing bounds, or all rules of a schema together beyond their budget, are refused. */
import { type FieldError, forbiddenField } from '../field-error.ts'
import { ruleCost } from '../schema/cel.ts'
import { MAX_REQUEST_BYTES, sizedType } from '../schema/cel-sizes.ts'
import type { Schema } from '../schema/structural.ts'

const RULE_LIMIT = 10_000_000
const SCHEMA_LIMIT = 100_000_000
/** How many of the most expensive rules are named when all together are too many. */
const NAMED = 4

interface Cost {
  readonly path: string
  readonly cost: number
}

/** `path`: of the whole schema. */
export function checkCosts(root: Schema, path: string): FieldError[] {
  const costs: Cost[] = []
  const errors: FieldError[] = []
  walk(root, path, 1, (at, what, cost) => {
    costs.push({ path: at, cost })
    if (cost > RULE_LIMIT) errors.push(forbiddenField(at, exceeds(what, cost, RULE_LIMIT)))
  })
  const total = costs.reduce((sum, { cost }) => sum + cost, 0)
  if (total <= SCHEMA_LIMIT) return errors
  const worst = costs
    .filter(({ cost }) => cost >= SCHEMA_LIMIT / 100)
    .sort((a, b) => b.cost - a.cost)
    .slice(0, NAMED)
  for (const { path: at } of worst) errors.push(forbiddenField(at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'))
  return [...errors, forbiddenField(path, exceeds('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', total, SCHEMA_LIMIT))]
}

/** `times`: how often a value of this schema can stand in one object; undefined: as often as fits into a request. */
function walk(schema: Schema, path: string, times: number | undefined, found: (path: string, what: string, cost: number) => void): void {
  const rules = schema['x-kubernetes-validations'] ?? []
  if (rules.length > 0) {
    const type = sizedType(schema)
    const often = times ?? Math.floor(MAX_REQUEST_BYTES / (type.minBytes + 1))
    for (const [i, rule] of rules.entries()) {
      const at = `${path}.x-kubernetes-validations[${i}]`
      found(`${at}.rule`, 'estimated rule cost', ruleCost(rule.rule, type) * often)
      if (rule.messageExpression) found(`${at}.messageExpression`, 'estimated messageExpression cost', ruleCost(rule.messageExpression, type))
    }
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) walk(property, `${path}.properties[${name}]`, times, found)
  const many = (limit: number | undefined) => (times === undefined || limit === undefined ? undefined : times * limit)
  if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${path}.additionalProperties`, many(schema.maxProperties), found)
  if (schema.items) walk(schema.items, `${path}.items`, many(schema.maxItems), found)
}

function exceeds(what: string, cost: number, limit: number): string {
  const factor = cost / limit
  // A factor of 1.0 would not read as too much.
  const shown = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}
