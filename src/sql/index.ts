/** The ksqlDB language: text -> tree -> text, and what a tree means against a catalogue. Pure: no clock, no I/O. */
export type * from './analysis.ts'
export type * from './ast.ts'
export type * from './catalogue.ts'
export type * from './types.ts'
