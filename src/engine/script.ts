/** A script of statements compiled as one: its sources, and its queries in the order of the text. */
import {
  type AnalysisOptions,
  analyse,
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
import type { CompileOptions, ProcessingError, RunningQuery } from './engine.ts'
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
  readonly sources: readonly Source[]
  readonly queries: readonly ScriptQuery[]
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
  readonly properties: Map<string, PropertyValue>
  readonly sources: Source[]
  readonly queries: ScriptQuery[]
}

/** @throws SqlError for what the server would refuse, and for statements that make nothing to run. */
export function compileScript(text: string, options: ScriptOptions = {}): Script {
  const progress: Progress = { catalogue: createCatalogue(), properties: new Map(), sources: [], queries: [] }
  for (const statement of parseStatements(text)) execute(statement, progress, options)
  return { catalogue: progress.catalogue, sources: progress.sources, queries: progress.queries }
}

function execute(statement: Statement, progress: Progress, options: ScriptOptions): void {
  switch (statement.kind) {
    case 'CreateSource':
    case 'CreateAsSelect':
    case 'InsertInto':
      define(statement, progress, options)
      return
    case 'CreateType':
      progress.catalogue = progress.catalogue.withType(statement.name, statement.type)
      return
    case 'DropType':
      progress.catalogue = progress.catalogue.withoutType(statement.name)
      return
    case 'SetProperty':
      progress.properties.set(statement.key, statement.value)
      return
    case 'UnsetProperty':
      progress.properties.delete(statement.key)
      return
    case 'AlterSource':
      alter(statement, progress)
      return
    default:
      throw new SqlError('analysis', `A script that is run here cannot hold ${statement.kind}`, statement.span)
  }
}

function define(statement: Extract<Statement, { kind: 'CreateSource' | 'CreateAsSelect' | 'InsertInto' }>, progress: Progress, options: ScriptOptions): void {
  if (statement.kind !== 'InsertInto' && statement.ifNotExists && progress.catalogue.source(statement.name)) return
  const analysed = analyse(statement, progress.catalogue, { ...options.analysis, properties: progress.properties })
  if (statement.kind !== 'InsertInto') {
    progress.catalogue = progress.catalogue.with(analysed.sink)
    progress.sources.push(analysed.sink)
  }
  if (analysed.kind === 'source') return
  const { sink } = analysed
  const number = progress.queries.length
  const id = statement.kind === 'InsertInto' ? `INSERTQUERY_${number}` : `${statement.sourceType === 'STREAM' ? 'CSAS' : 'CTAS'}_${sink.name}_${number}`
  const query = compile(statement, {
    query: analysed.query,
    sink,
    onError: (error) => options.onError?.(error, id),
    ...(options.random ? { random: options.random } : {}),
    ...(options.now ? { now: options.now } : {}),
  })
  progress.queries.push({ id, statement: analysed.statement, sink, query })
}

/** What the engine cannot run is refused like what the analysis refuses: with its place. */
function compile(statement: Statement, options: CompileOptions): RunningQuery {
  try {
    return compileQuery(options)
  } catch (error) {
    throw new SqlError('analysis', (error as Error).message, statement.span)
  }
}

function alter(statement: Extract<Statement, { kind: 'AlterSource' }>, progress: Progress): void {
  const source = progress.catalogue.source(statement.name)
  if (!source) throw new SqlError('analysis', `Source ${statement.name} does not exist.`, statement.span)
  if (source.readOnly) {
    throw new SqlError(
      'analysis',
      `Cannot alter ${source.sourceType.toLowerCase()} '${source.name}': ALTER operations are not supported on source ${source.sourceType.toLowerCase()}s.`,
      statement.span,
    )
  }
  const added = { ...source, value: [...source.value, ...statement.columns.map(({ name, type }) => ({ name, type }))] }
  progress.catalogue = progress.catalogue.with(added)
  progress.sources.push(added)
}
