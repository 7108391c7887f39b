/** Runs ksqlDB statements in process, record by record. */
export type * from './engine.ts'
export type * from './values.ts'
