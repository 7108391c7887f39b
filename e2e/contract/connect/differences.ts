/** Where the stand-in for Connect does otherwise, and the cases that show it. */
import type { Case, Difference } from '../contract.ts'
import type { Worker } from './worker.ts'

export const differences: readonly Difference[] = []
export const differing: readonly Case<Worker>[] = []
