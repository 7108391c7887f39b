/** The ksqlDB language: text -> tree -> text, and what a tree means against a catalogue. Pure: no clock, no I/O. */

export { type AppliedStatement, applyStatement } from './analyse/changes.ts'
export { analyse, analyseSelect, completeStatement, typeOf } from './analyse/statements.ts'
export type * from './analysis.ts'
export type * from './ast.ts'
export * from './catalogue.ts'
export * from './durations.ts'
export { SqlError, type SqlErrorCode, type SqlStage } from './error.ts'
export { type FunctionKind, type FunctionSignature, type FunctionVariation, functionNames, functionSignature } from './functions/signatures.ts'
export { lineage, orderByLineage, type StatementLineage, unknownSources } from './lineage.ts'
export { type ParseOptions, parseExpression, parseStatement, parseStatements } from './parse/statements.ts'
export { formatExpression, quoteText } from './print/expressions.ts'
export { formatName, quoteName } from './print/names.ts'
export { formatStatement } from './print/statements.ts'
export { formatSchema, formatType } from './print/types.ts'
export { sameExpression, sameStatement } from './same.ts'

export type * from './types.ts'
