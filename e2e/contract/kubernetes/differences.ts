/** Where the stand-in does otherwise than kube-apiserver, and why that stays. */
import type { Difference } from '../contract.ts'

export const differences: readonly Difference[] = []
