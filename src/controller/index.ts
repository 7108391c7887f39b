/** Keeps pipelines as they are declared: watches them, compares, acts, and tells. */
export type { LeaderElection } from './leader/elector.ts'
export type { Fence } from './leader/fence.ts'
export { LedgerFile } from './ledger.ts'
export { type Operator, type OperatorOptions, startOperator } from './operator.ts'
export type { ConnectTargets, Writing } from './platforms.ts'
export { References } from './references.ts'
