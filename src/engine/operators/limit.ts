/** LIMIT: the first rows and no more. */
export interface Limit {
  /** False: the row is beyond the limit. */
  take(): boolean
  readonly reached: boolean
}

export function limitOf(rows: number | undefined): Limit {
  let left = rows ?? Number.POSITIVE_INFINITY
  return {
    take: () => left-- > 0,
    get reached() {
      return left <= 0
    },
  }
}
