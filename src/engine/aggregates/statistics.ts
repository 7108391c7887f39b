/** STDDEV_SAMP (really the variance of the sample), STDDEV_SAMPLE (its root) and CORRELATION. */
import { DOUBLE } from '../types.ts'
import type { Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'

/** Sum, count and the sum of squared differences from the mean, updated as Youngs and Cramer do. */
interface Spread {
  sum: number | bigint
  count: number
  squares: number
}

/** `count * value - sum` in the type's own arithmetic: a BIGINT wraps round. */
interface Arithmetic {
  readonly zero: number | bigint
  plus(sum: number | bigint, value: Value, sign: 1 | -1): number | bigint
  distance(count: number, value: Value, sum: number | bigint): number
}

const DOUBLES: Arithmetic = {
  zero: 0,
  plus: (sum, value, sign) => (sum as number) + sign * (value as number),
  distance: (count, value, sum) => count * (value as number) - (sum as number),
}

const LONGS: Arithmetic = {
  zero: 0n,
  plus: (sum, value, sign) => BigInt.asIntN(64, (sum as bigint) + BigInt(sign) * (value as bigint)),
  distance: (count, value, sum) => Number(BigInt.asIntN(64, BigInt(count) * (value as bigint) - (sum as bigint))),
}

function spread(finish: (variance: number) => number): MakeAggregator {
  return ([type]): Aggregator<Spread> => {
    const { zero, plus, distance } = type!.kind === 'BIGINT' ? LONGS : DOUBLES
    return {
      type: DOUBLE,
      init: () => ({ sum: zero, count: 0, squares: 0 }),
      add(state, [value]) {
        if (value === null) return state
        const count = state.count + 1
        const sum = plus(state.sum, value!, 1)
        const squares = count > 1 ? state.squares + distance(count, value!, sum) ** 2 / (count * (count - 1)) : state.squares
        return { sum, count, squares }
      },
      remove(state, [value]) {
        if (value === null) return state
        const count = state.count - 1
        const squares = count > 0 ? state.squares - distance(state.count, value!, state.sum) ** 2 / (state.count * count) : 0
        return { sum: plus(state.sum, value!, -1), count, squares }
      },
      merge(a, b) {
        if (a.count === 0) return b
        if (b.count === 0) return a
        const difference = (b.count / a.count) * Number(a.sum) - Number(b.sum)
        const squares = a.squares + b.squares + (a.count / (b.count * (a.count + b.count))) * difference ** 2
        return { sum: plus(a.sum, b.sum, 1), count: a.count + b.count, squares }
      },
      result: ({ count, squares }) => (count < 2 ? 0 : finish(squares / (count - 1))),
    }
  }
}

export const sampleVariance = spread((variance) => variance)
export const sampleDeviation = spread(Math.sqrt)

/** Pearson's correlation from running sums; of fewer than two pairs it is NaN. */
interface Pairs {
  count: number
  x: number
  y: number
  xx: number
  yy: number
  xy: number
}

export const correlation: MakeAggregator = (): Aggregator<Pairs> => {
  const change = (state: Pairs, args: readonly Value[], sign: 1 | -1): Pairs => {
    if (args[0] === null || args[1] === null) return state
    const [x, y] = [Number(args[0]), Number(args[1])]
    return {
      count: state.count + sign,
      x: state.x + sign * x,
      y: state.y + sign * y,
      xx: state.xx + sign * x * x,
      yy: state.yy + sign * y * y,
      xy: state.xy + sign * x * y,
    }
  }
  return {
    type: DOUBLE,
    init: () => ({ count: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 }),
    add: (state, args) => change(state, args, 1),
    remove: (state, args) => change(state, args, -1),
    merge: (a, b) => ({ count: a.count + b.count, x: a.x + b.x, y: a.y + b.y, xx: a.xx + b.xx, yy: a.yy + b.yy, xy: a.xy + b.xy }),
    result({ count, x, y, xx, yy, xy }) {
      const product = Math.sqrt((count * xx - x * x) * (count * yy - y * y))
      return (count * xy - x * y) / product
    },
  }
}
