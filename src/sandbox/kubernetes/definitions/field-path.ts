/** Paths that name one field of a schema, in rules and selectable fields. */
import { findSteps } from '../jsonpath.ts'
import { childSchema, type Schema } from '../schema/structural.ts'

/** The schema of the field, or why there is none. */
export function schemaAt(schema: Schema, path: string, allowKeys: boolean): Schema | string {
  if (!path.startsWith('.') && !(allowKeys && path.startsWith('['))) return 'must start with a dot'
  const steps = findSteps(path)
  if (typeof steps === 'string') return steps
  if (!allowKeys && path.includes('[')) return 'array notation is not allowed'
  let at: Schema | undefined = schema
  for (const step of steps) {
    at = at && childSchema(at, step)
    if (!at) return 'does not refer to a valid field'
  }
  return at ?? 'does not refer to a valid field'
}
