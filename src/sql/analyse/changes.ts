/** A script, statement by statement: what each one does to the catalogue. */
import type { AnalysedStatement, AnalysisOptions } from '../analysis.ts'
import type { Statement } from '../ast.ts'
import type { Catalogue } from '../catalogue.ts'
import { refuse } from '../error.ts'
import { formatType } from '../print/types.ts'
import { resolveType } from './named-types.ts'
import { analyse } from './statements.ts'

export interface AppliedStatement {
  readonly catalogue: Catalogue
  /** Of CREATE STREAM / TABLE and INSERT INTO; absent where IF NOT EXISTS found what it wanted. */
  readonly analysed?: AnalysedStatement
}

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

/** Statements that change nothing in the catalogue give it back as it is. @throws SqlError */
export function applyStatement(statement: Statement, catalogue: Catalogue, options: AnalysisOptions = {}): AppliedStatement {
  switch (statement.kind) {
    case 'CreateSource':
    case 'CreateAsSelect': {
      if (statement.ifNotExists && !statement.orReplace && catalogue.source(statement.name) !== undefined) return { catalogue }
      const analysed = analyse(statement, catalogue, options)
      return { catalogue: catalogue.with(analysed.sink), analysed }
    }
    case 'InsertInto':
      return { catalogue, analysed: analyse(statement, catalogue, options) }
    case 'CreateType':
      return { catalogue: createType(statement, catalogue) }
    case 'DropType':
      return { catalogue: dropType(statement, catalogue) }
    case 'DropSource':
      return { catalogue: dropSource(statement, catalogue) }
    case 'AlterSource':
      return { catalogue: alterSource(statement, catalogue) }
    default:
      return { catalogue }
  }
}

function createType(statement: Of<'CreateType'>, catalogue: Catalogue): Catalogue {
  const existing = catalogue.type(statement.name)
  const type = resolveType(statement.type, catalogue, statement.span)
  if (existing === undefined) return catalogue.withType(statement.name, type)
  if (statement.ifNotExists) return catalogue
  return refuse(`Cannot register custom type '${statement.name}' since it is already registered with type: ${formatType(existing)}`, statement.span)
}

function dropType(statement: Of<'DropType'>, catalogue: Catalogue): Catalogue {
  if (catalogue.type(statement.name) === undefined && !statement.ifExists) refuse(`Type ${statement.name} does not exist.`, statement.span)
  return catalogue.withoutType(statement.name)
}

function dropSource(statement: Of<'DropSource'>, catalogue: Catalogue): Catalogue {
  const source = catalogue.source(statement.name)
  const word = statement.sourceType.toLowerCase()
  if (source === undefined) {
    if (statement.ifExists) return catalogue
    return refuse(`${word === 'table' ? 'Table' : 'Stream'} ${statement.name} does not exist.`, statement.span)
  }
  if (source.sourceType !== statement.sourceType) {
    refuse(`Incompatible data source type is ${source.sourceType.toLowerCase()}, but statement was DROP ${word}`, statement.span)
  }
  return catalogue.without(statement.name)
}

function alterSource(statement: Of<'AlterSource'>, catalogue: Catalogue): Catalogue {
  const source = catalogue.source(statement.name) ?? refuse(`Source ${statement.name} does not exist.`, statement.span)
  if (source.sourceType !== statement.sourceType) {
    refuse(`Incompatible data source type is ${source.sourceType}, but statement was ALTER ${statement.sourceType}`, statement.span)
  }
  if (source.readOnly) {
    const word = source.sourceType.toLowerCase()
    refuse(`Cannot alter ${word} '${source.name}': ALTER operations are not supported on source ${word}s.`, statement.span)
  }
  const added = statement.columns.map((column) => ({ name: column.name, type: resolveType(column.type, catalogue, column.span) }))
  for (const [index, column] of added.entries()) {
    const taken = [...source.key, ...source.value, ...source.headers, ...added.slice(0, index)].some((known) => known.name === column.name)
    if (taken) refuse(`Cannot add column \`${column.name}\` to schema. A column with the same name already exists.`, statement.columns[index]!.span)
  }
  return catalogue.with({ ...source, value: [...source.value, ...added] })
}
