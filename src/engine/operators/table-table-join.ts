/** Joins two tables on their keys: a change of either side changes the joined row. The result has the later of both times. */
import type { Row, Value } from '../values.ts'
import type { Change, Downstream } from './change.ts'
import { type StoredRow, storeKey, type TableStore } from './source.ts'

export interface TableTableJoin {
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'OUTER'
  readonly left: TableStore
  readonly right: TableStore
  readonly leftWidth: number
  readonly rightWidth: number
}

/** How a change of one side is joined with the row of the other. */
interface Rule {
  /** Without a row on the other side there is no result. */
  readonly needsOther: boolean
  /** Without a row on this side there is none. */
  readonly needsOwn: boolean
}

function rules(type: TableTableJoin['type']): { left: Rule; right: Rule } {
  const [needsLeft, needsRight] = [type === 'INNER' || type === 'LEFT', type === 'INNER' || type === 'RIGHT']
  return { left: { needsOther: needsRight, needsOwn: needsLeft }, right: { needsOther: needsLeft, needsOwn: needsRight } }
}

/** The changes that go in must carry the rows they replace; the stores must hold them already. */
export function tableTableJoin(join: TableTableJoin, downstream: Downstream): { left: Downstream; right: Downstream } {
  const nothing = { left: new Array<Value>(join.leftWidth).fill(null) as Row, right: new Array<Value>(join.rightWidth).fill(null) as Row }
  const sides = rules(join.type)
  const pair = (own: Row | null, other: Row | null, rule: Rule, combine: (own: Row | null, other: Row | null) => Row): Row | null => {
    if (own === null && (rule.needsOwn || other === null)) return null
    return combine(own, other)
  }
  const side = (rule: Rule, other: TableStore, combine: (own: Row | null, other: Row | null) => Row): Downstream => {
    return (change: Change) => {
      const match: StoredRow | undefined = other.get(storeKey(change))
      if (!match && (rule.needsOther || (change.row === null && change.old === null))) return
      const otherRow = match?.row ?? null
      downstream({
        ...change,
        row: pair(change.row, otherRow, rule, combine),
        old: pair(change.old, otherRow, rule, combine),
        time: match ? Math.max(change.time, match.time) : change.time,
      })
    }
  }
  return {
    left: side(sides.left, join.right, (own, other) => [...(own ?? nothing.left), ...(other ?? nothing.right)]),
    right: side(sides.right, join.left, (own, other) => [...(other ?? nothing.left), ...(own ?? nothing.right)]),
  }
}
