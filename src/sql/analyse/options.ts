import type { AnalysisOptions } from '../analysis.ts'
import type { PropertyValue, Statement } from '../ast.ts'
import type { Format } from '../catalogue.ts'
import { readFormat } from './formats.ts'

function optionValue(options: AnalysisOptions, name: string): PropertyValue | undefined {
  const { properties } = options
  if (properties === undefined) return undefined
  const all = properties instanceof Map ? properties : new Map(Object.entries(properties))
  return all.get(name) ?? all.get(`ksql.streams.${name}`)
}

/** What `ksql.persistence.default.format.key` (or `.value`) says. */
export function defaultFormat(part: 'key' | 'value', options: AnalysisOptions, statement: Statement): Format | undefined {
  const written = optionValue(options, `ksql.persistence.default.format.${part}`)
  return written === undefined || written === '' ? undefined : readFormat(String(written), '', statement.span)
}

/** What `ksql.persistence.wrap.single.values` says; true where nothing is said. */
export function wrapsSingleValues(options: AnalysisOptions): boolean {
  return String(optionValue(options, 'ksql.persistence.wrap.single.values') ?? true).toLowerCase() !== 'false'
}
