/** A script of statements compiled as one: its sources, and its queries in the order of the text. */
import {
  type AnalysedStatement,
  type AnalysisOptions,
  applyStatement,
  type Catalogue,
  type CreateAsSelect,
  createCatalogue,
  type InsertInto,
  type PropertyValue,
  parseStatements,
  type Source,
  SqlError,
  type Statement,
} from '../sql/index.ts'
import type { CompileOptions, OutputRow, ProcessingError, RunningQuery } from './engine.ts'
import { type InsertValues, insertedRow } from './insert-values.ts'
import { compileQuery } from './query.ts'

export interface ScriptQuery {
  /** `CSAS_NAME_0`, `CTAS_NAME_1`, `INSERTQUERY_2`, counted over the whole script. */
  readonly id: string
  readonly statement: CreateAsSelect | InsertInto
  readonly sink: Source
  readonly query: RunningQuery
}

export interface Script {
  readonly catalogue: Catalogue
  /** In the order of their making; a source that was altered stands there again. */
  readonly sources: readonly Source[]
  readonly queries: readonly ScriptQuery[]
  /** Rows of INSERT ... VALUES, in the order of the text. */
  readonly inserted: readonly { readonly source: Source; readonly row: OutputRow }[]
}

export interface ScriptOptions {
  readonly onError?: (error: ProcessingError, queryId: string) => void
  readonly analysis?: Omit<AnalysisOptions, 'properties'>
  readonly random?: CompileOptions['random']
  readonly now?: CompileOptions['now']
}

/** What the statements before have left behind. */
interface Progress {
  catalogue: Catalogue
  numberOfQueries: number
  readonly properties: Map<string, PropertyValue>
  readonly sources: Source[]
  queries: ScriptQuery[]
  readonly inserted: { source: Source; row: OutputRow }[]
}

/** @throws SqlError for what the server would refuse, and for statements that a script cannot hold. */
export function compileScript(text: string, options: ScriptOptions = {}): Script {
  const progress: Progress = { catalogue: createCatalogue(), numberOfQueries: 0, properties: new Map(), sources: [], queries: [], inserted: [] }
  for (const statement of parseStatements(text)) execute(statement, progress, options)
  const { catalogue, sources, queries, inserted } = progress
  return { catalogue, sources, queries, inserted }
}

function execute(statement: Statement, progress: Progress, options: ScriptOptions): void {
  switch (statement.kind) {
    case 'CreateSource':
    case 'CreateAsSelect':
    case 'InsertInto':
    case 'CreateType':
    case 'DropType':
    case 'DropSource':
    case 'AlterSource':
      apply(statement, progress, options)
      return
    case 'InsertValues':
      insert(statement, progress, options)
      return
    case 'SetProperty':
      progress.properties.set(statement.key, statement.value)
      return
    case 'UnsetProperty':
      progress.properties.delete(statement.key)
      return
    default:
      throw new SqlError('analysis', `A script that is run here cannot hold ${statement.kind}`, statement.span)
  }
}

function apply(statement: Statement, progress: Progress, options: ScriptOptions): void {
  const { catalogue, analysed } = applyStatement(statement, progress.catalogue, { ...options.analysis, properties: progress.properties })
  progress.catalogue = catalogue
  if (statement.kind === 'DropSource') progress.queries = progress.queries.filter(({ sink }) => sink.name !== statement.name)
  if (statement.kind === 'AlterSource') progress.sources.push(catalogue.source(statement.name)!)
  if (analysed) define(analysed, progress, options)
}

function define(analysed: AnalysedStatement, progress: Progress, options: ScriptOptions): void {
  const { sink, statement } = analysed
  if (statement.kind !== 'InsertInto') {
    progress.sources.push(sink)
    // With OR REPLACE the query before makes way.
    progress.queries = progress.queries.filter((query) => query.statement.kind === 'InsertInto' || query.sink.name !== sink.name)
  }
  if (analysed.kind === 'source') return
  const id = queryId(analysed.statement, sink, progress.numberOfQueries++)
  const query = compile(statement, {
    query: analysed.query,
    sink,
    onError: (error) => options.onError?.(error, id),
    ...(options.random ? { random: options.random } : {}),
    ...(options.now ? { now: options.now } : {}),
  })
  progress.queries.push({ id, statement: analysed.statement, sink, query })
}

function queryId(statement: CreateAsSelect | InsertInto, sink: Source, number: number): string {
  if (statement.kind === 'InsertInto') return `INSERTQUERY_${number}`
  return `${statement.sourceType === 'STREAM' ? 'CSAS' : 'CTAS'}_${sink.name}_${number}`
}

/** What the engine cannot run is refused like what the analysis refuses: with its place. */
function compile(statement: Statement, options: CompileOptions): RunningQuery {
  try {
    return compileQuery(options)
  } catch (error) {
    throw new SqlError('analysis', (error as Error).message, statement.span)
  }
}

function insert(statement: InsertValues, progress: Progress, { random, now }: ScriptOptions): void {
  const source = progress.catalogue.source(statement.target)
  if (!source) throw new SqlError('analysis', `Cannot insert values into an unknown stream/table: \`${statement.target}\``, statement.targetSpan)
  const world = { ...(random ? { random } : {}), ...(now ? { now } : {}) }
  progress.inserted.push({ source, row: insertedRow(statement, source, now?.() ?? 0, world) })
}
