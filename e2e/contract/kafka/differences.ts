/** Where the stand-in does otherwise than Apache Kafka, and why that stays. */
import type { Difference } from '../contract.ts'

export const differences: readonly Difference[] = []
