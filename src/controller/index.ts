/** Keeps pipelines as they are declared: watches them, compares, acts, and tells. */
export { LedgerFile } from './ledger.ts'
export { type Operator, type OperatorOptions, startOperator } from './operator.ts'
export type { ConnectTargets } from './platforms.ts'
export { References } from './references.ts'
