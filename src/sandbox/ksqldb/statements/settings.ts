/** SET, UNSET, DEFINE, UNDEFINE, and the check of a request's properties. */

import type { BodyValue } from '../rest/body.ts'
import { genericError, StatementFault, withCauses } from '../rest/errors.ts'
import { DENIED, isKnownProperty, propertyRule } from './known-properties.ts'

/** Throws 400 for what may not be set and for values that cannot be. */
export function checkOverrides(properties: Readonly<Record<string, BodyValue>>): void {
  const denied = Object.keys(properties).filter((name) => DENIED.has(name))
  if (denied.length > 0) throw deniedError(denied)
  for (const [name, value] of Object.entries(properties)) {
    const complaint = badValue(name, value)
    if (complaint !== undefined) throw genericError(40000, withCauses(`Failed to coerce type of value '${String(value)}' for key '${name}'`, complaint))
  }
}

/** Statements say it with their text, status 500. */
export function unknownOverride(properties: Readonly<Record<string, BodyValue>>): string | undefined {
  const unknown = Object.keys(properties).find((name) => !isKnownProperty(name))
  return unknown === undefined ? undefined : `Not recognizable as ksql, streams, consumer, or producer property: '${unknown}'`
}

export function deniedError(names: readonly string[]) {
  return genericError(
    40000,
    `One or more properties overrides set locally are prohibited by the KSQL server (use UNSET to reset their default value): [${names.join(', ')}]`,
  )
}

export function setProperty(properties: Record<string, BodyValue>, name: string, value: string): void {
  if (!isKnownProperty(name)) throw new StatementFault(`Unknown property: ${name}`)
  const complaint = badValue(name, value)
  if (complaint !== undefined) throw new StatementFault(complaint)
  properties[name] = value
}

/** What Kafka's own checks say of a value. */
function badValue(name: string, value: BodyValue): string | undefined {
  const rule = propertyRule(name)
  if (rule === undefined) return undefined
  const text = String(value)
  if (rule.oneOf !== undefined && !rule.oneOf.includes(text)) {
    return `Invalid value ${text} for configuration ${rule.name}: String must be one of: ${rule.oneOf.join(', ')}`
  }
  if (rule.number !== undefined && !/^\s*-?\d+\s*$/.test(text))
    return `Invalid value ${text} for configuration ${rule.name}: Not a number of type ${rule.number}`
  return undefined
}

/** What variables put in can be one name, one text or one number, never a piece of a statement; other values are not put in. */
export function singleValues(variables: Readonly<Record<string, string>>): Record<string, string> {
  const single = /^\s*(?:[A-Za-z_][\w-]*|`(?:[^`]|``)+`|'(?:[^']|'')*'|"(?:[^"]|"")*"|[-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*$/
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => single.test(value)))
}
