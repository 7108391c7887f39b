/** How a scalar function is described: from the types of its arguments, its result's type and what it does. */
import type { SqlType } from '../../sql/index.ts'
import type { Value } from '../values.ts'

export type ArgumentTypes = readonly (SqlType | undefined)[]

export interface Resolved {
  /** Undefined: the untyped NULL. */
  readonly type: SqlType | undefined
  readonly run: (...values: never[]) => Value
}

/** What a function may need from the world; each absent one makes the functions that need it fail. */
export interface World {
  readonly random?: (() => number) | undefined
  readonly now?: (() => number) | undefined
}

export type Resolve = (types: ArgumentTypes, world: World) => Resolved

export type Family = Readonly<Record<string, Resolve>>

/** A function of one result type. `run` is not called with nulls: any null argument gives null. */
export function strict(type: SqlType, run: (...values: never[]) => Value): Resolve {
  return () => ({ type, run: nullIfAnyNull(run) })
}

/** A function of one result type that takes nulls. */
export function plain(type: SqlType, run: (...values: never[]) => Value): Resolve {
  return () => ({ type, run })
}

export function nullIfAnyNull(run: (...values: never[]) => Value): (...values: never[]) => Value {
  return (...values) => {
    for (const value of values) if (value === null) return null
    return run(...values)
  }
}

export function refuseTypes(name: string, types: ArgumentTypes): never {
  throw new Error(`Function '${name.toLowerCase()}' does not accept parameters (${types.map((type) => type?.kind ?? 'null').join(', ')})`)
}
