/** Keeps pipelines as they are declared: watches them, compares, acts, and tells. */
export { type Operator, type OperatorOptions, startOperator } from './operator.ts'
export type { ConnectTargets } from './platforms.ts'
