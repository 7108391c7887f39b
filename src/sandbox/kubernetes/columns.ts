/** Printer columns: those of CustomResourceDefinitions by JSONPath, and the makings of the built-in ones. */
import type { KubeObject } from '../../ports/index.ts'
import { ageOf } from './duration.ts'
import type { Json } from './json.ts'
import { findAll, type JsonPath, parseJsonPath } from './jsonpath.ts'
import type { Column } from './resources.ts'

export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
}

export function column(
  name: string,
  cell: (object: KubeObject, nowMs: number) => Json,
  options: { type?: string; format?: string; priority?: number; description?: string } = {},
): Column {
  const { type = 'string', format, priority = 0, description = '' } = options
  return { name, type, ...(format ? { format } : {}), description, priority, cell }
}

export const nameColumn = column('Name', (object) => object.metadata.name, { format: 'name', description: 'Name must be unique within a namespace.' })

export const ageColumn = column('Age', (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs), {
  description: 'Time since the object was created.',
})

/** What a table shows of a custom resource; without columns of its own, its age. */
export function customColumns(columns: readonly PrinterColumn[] | undefined): Column[] {
  const shown = columns?.length
    ? columns
    : [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'CreationTimestamp is the time at which the object was created.' }]
  return [nameColumn, ...shown.map(customColumn)]
}

function customColumn(definition: PrinterColumn): Column {
  const path = columnPath(definition.jsonPath)
  return {
    name: definition.name,
    type: definition.type,
    ...(definition.format ? { format: definition.format } : {}),
    description: definition.description ?? `Custom resource definition column (in JSONPath format): ${definition.jsonPath}`,
    priority: definition.priority ?? 0,
    cell: (object, nowMs) => cellOf(definition.type, path && findAll(object, path)[0], nowMs),
  }
}

/** A path that is not understood is taken, as by the real server, and leaves its column empty. */
function columnPath(text: string): JsonPath | undefined {
  try {
    return parseJsonPath(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function cellOf(type: string, value: Json | undefined, nowMs: number): Json {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return typeof value === 'string' ? ageOf(value, nowMs) : null
    default:
      return typeof value === 'string' ? value : JSON.stringify(value)
  }
}
