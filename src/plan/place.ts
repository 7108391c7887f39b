/** Where the user finds what a message speaks of. */
import type { Span } from '../sql/index.ts'
import type { Desired, Finding, Place } from './resources.ts'

export type Where = Pick<Finding, 'path' | 'line' | 'column'>

/** `key`: of a connector's config. */
export function placeOf(node: Pick<Desired, 'specPath' | 'place'>, key?: string): Where {
  return placeIn(node.place ?? { path: node.specPath }, key)
}

export function placeIn(place: Place, key?: string): Where {
  if (key !== undefined && place.keys?.[key] !== undefined) return { path: place.keys[key] }
  if (key !== undefined && place.config !== undefined) return { path: `${place.config}.${key}` }
  const { path, line, column } = place
  return { path, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
}

export function placeAt(path: string, span: Span | undefined): Place {
  return span ? { path, line: span.start.line, column: span.start.column } : { path }
}

/** Paths of the keys of a map in the spec. */
export function keysUnder(path: string, keys: Iterable<string>): Record<string, string> {
  return Object.fromEntries([...keys].map((key) => [key, `${path}.${key}`]))
}
