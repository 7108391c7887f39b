/** Table functions by name: from an argument to the rows it becomes. */
import type { SqlType } from '../../sql/index.ts'
import { arrayOf } from '../types.ts'
import type { Value } from '../values.ts'

export interface ResolvedTableFunction {
  /** Of one element. */
  readonly type: SqlType
  run(argument: Value): readonly Value[]
}

function elementType(name: string, type: SqlType | undefined): SqlType {
  if (type?.kind !== 'ARRAY') throw new Error(`Function '${name.toLowerCase()}' does not accept parameters (${type?.kind ?? 'null'})`)
  return type.element
}

/** Every combination of each element and null, the last element turning fastest; nulls of the input count once. */
function cube(items: readonly Value[]): Value[][] {
  let rows: Value[][] = [[]]
  for (const item of items)
    rows = rows.flatMap((row) =>
      item === null
        ? [[...row, null]]
        : [
            [...row, null],
            [...row, item],
          ],
    )
  return rows
}

export function resolveTableFunction(name: string, type: SqlType | undefined): ResolvedTableFunction {
  const element = elementType(name, type)
  switch (name) {
    case 'EXPLODE':
      return { type: element, run: (argument) => (argument as readonly Value[] | null) ?? [] }
    case 'CUBE_EXPLODE':
      return { type: arrayOf(element), run: (argument) => (argument === null ? [] : cube(argument as readonly Value[])) }
    default:
      throw new Error(`Can't find any table functions with the name '${name}'`)
  }
}
