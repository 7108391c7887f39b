/** LATEST_BY_OFFSET and EARLIEST_BY_OFFSET, of one value or of several; nulls are left out unless asked for. */
import { arrayOf } from '../types.ts'
import type { Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'

/** A value with its place in the order of processing, which outlives the merging of sessions. */
interface Placed {
  readonly place: number
  readonly value: Value
}

/** `constants`: column, then how many (absent: one value, no list), then whether nulls are left out. */
function parse(constants: readonly (Value | undefined)[]): { count: number | undefined; ignoreNulls: boolean } {
  const rest = constants.slice(1)
  const count = rest.find((constant) => typeof constant === 'number')
  return { count, ignoreNulls: !rest.includes(false) }
}

function byOffset(end: 'earliest' | 'latest'): MakeAggregator {
  return ([type], constants, nextPlace): Aggregator<Placed[]> => {
    const { count, ignoreNulls } = parse(constants)
    const width = count ?? 1
    const trim = (list: Placed[]): Placed[] => (end === 'latest' ? list.slice(-width) : list.slice(0, width))
    return {
      type: count === undefined ? type! : arrayOf(type!),
      init: () => [],
      add(state, [value]) {
        if (value === null && ignoreNulls) return state
        if (end === 'earliest' && state.length >= width) return state
        return trim([...state, { place: nextPlace(), value: value! }])
      },
      merge: (a, b) => trim([...a, ...b].sort((x, y) => x.place - y.place)),
      result: (state) => (count === undefined ? (state[0]?.value ?? null) : state.map(({ value }) => value)),
    }
  }
}

export const earliestByOffset = byOffset('earliest')
export const latestByOffset = byOffset('latest')
