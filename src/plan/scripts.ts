/** Pass: the texts of spec.statements become statements with their effective properties, and connectors. */
import type { Statement } from '../sql/index.ts'
import { parseStatements, SqlError } from '../sql/index.ts'
import { type Draft, refuse } from './draft.ts'
import { placeAt } from './place.ts'
import { unsafeProperties } from './unsafe-config.ts'

/** New queries read what is there already; a later SET or property can say otherwise. */
const DEFAULT_PROPERTIES = { 'auto.offset.reset': 'earliest' } as const

export function readScripts(draft: Draft): void {
  const { spec } = draft.pipeline
  for (const [index, entry] of spec.statements.entries()) {
    const specPath = `spec.statements[${index}]`
    const path = entry.configMapRef ? `${specPath}.configMapRef` : `${specPath}.sql`
    const text = entry.configMapRef ? draft.configMaps.get(`${entry.configMapRef.name}/${entry.configMapRef.key}`) : entry.sql
    if (text === undefined) {
      const { name, key } = entry.configMapRef!
      refuse(draft, 'ReferenceNotFound', path, `ConfigMap ${name} has no key ${key}, or does not exist`, 'Create it in the namespace of the pipeline.')
      continue
    }
    const properties = Object.fromEntries(Object.entries(entry.properties).map(([key, value]) => [key, String(value)]))
    const [objection] = draft.platform.spec.limits.allowUnsafeConnectorConfig ? [] : unsafeProperties(properties)
    if (objection) refuse(draft, 'UnsafeConfigRefused', `${specPath}.properties.${objection.key}`, `${objection.key} ${objection.why}`, UNSAFE_MEND)
    else readScript(draft, text, { path, specPath, properties, driftPolicy: entry.driftPolicy ?? spec.driftPolicy })
  }
  const limit = draft.platform.spec.limits.maxStatements
  if (limit !== undefined && draft.statements.length > limit)
    refuse(draft, 'LimitExceeded', 'spec.statements', `${draft.statements.length} statements are more than the ${limit} that the platform allows`)
}

interface Script {
  readonly path: string
  readonly specPath: string
  readonly properties: Readonly<Record<string, string>>
  readonly driftPolicy: Draft['statements'][number]['driftPolicy']
}

function readScript(draft: Draft, text: string, script: Script): void {
  let statements: Statement[]
  try {
    statements = parseStatements(text)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    refuse(draft, error.kind === 'syntax' ? 'SqlSyntax' : 'SqlInvalid', script.path, error.message.trim(), undefined, error.span)
    return
  }
  let properties: Record<string, string> = { ...DEFAULT_PROPERTIES, ...script.properties }
  for (const statement of statements) {
    switch (statement.kind) {
      case 'SetProperty':
        refuseUnsafe(draft, statement, script.path)
        properties = { ...properties, [statement.key]: statement.value }
        break
      case 'UnsetProperty': {
        const { [statement.key]: _, ...rest } = properties
        properties = rest
        break
      }
      case 'Define':
      case 'Undefine':
        // The parser has put the values in already.
        break
      case 'CreateSource':
      case 'CreateAsSelect':
        draft.statements.push({ ...script, properties, written: true, statement: { ...statement, orReplace: false, ifNotExists: false } })
        break
      case 'CreateType':
        draft.statements.push({ ...script, properties: {}, written: true, statement: { ...statement, ifNotExists: false } })
        break
      case 'InsertInto':
        draft.statements.push({ ...script, properties, written: true, statement })
        break
      case 'CreateConnector':
        if (!CONNECTOR_NAME.test(statement.name)) {
          refuse(draft, 'SqlInvalid', script.path, `"${statement.name}" is no name for a connector`, NAME_MEND, statement.span)
          break
        }
        draft.connectors.push({
          name: statement.name,
          direction: statement.direction === 'SINK' ? 'sink' : 'source',
          config: Object.fromEntries(statement.config.map(({ key, value }) => [key, String(value)])),
          secrets: [],
          state: 'RUNNING',
          scheduled: false,
          autoRestart: true,
          place: placeAt(script.path, statement.span),
          specPath: script.specPath,
          driftPolicy: script.driftPolicy,
        })
        break
      default:
        refuse(
          draft,
          'SqlStatementRefused',
          script.path,
          `${WHAT[statement.kind] ?? statement.kind} has no place in a pipeline`,
          mendOf(statement),
          statement.span,
        )
    }
  }
}

const UNSAFE_MEND = 'Leave it out, or have the owner of the platform set spec.limits.allowUnsafeConnectorConfig.'

function refuseUnsafe(draft: Draft, statement: Extract<Statement, { kind: 'SetProperty' }>, path: string): void {
  const [objection] = draft.platform.spec.limits.allowUnsafeConnectorConfig ? [] : unsafeProperties({ [statement.key]: String(statement.value) })
  if (objection) refuse(draft, 'UnsafeConfigRefused', path, `${objection.key} ${objection.why}`, UNSAFE_MEND, statement.span)
}

/** As the names under spec.sources are: what would be read otherwise in a path or a message is no name. */
const CONNECTOR_NAME = /^(?=.{1,200}$)[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$/
const NAME_MEND = 'Use letters, digits, dots, hyphens and underscores.'

const WHAT: Readonly<Partial<Record<Statement['kind'], string>>> = {
  InsertValues: 'INSERT ... VALUES',
  DropSource: 'DROP',
  DropType: 'DROP TYPE',
  DropConnector: 'DROP CONNECTOR',
  AlterSource: 'ALTER',
  Select: 'A SELECT that makes nothing',
  Terminate: 'TERMINATE',
  Pause: 'PAUSE',
  Resume: 'RESUME',
  List: 'SHOW and LIST',
  Describe: 'DESCRIBE',
  Print: 'PRINT',
}

function mendOf(statement: Statement): string {
  switch (statement.kind) {
    case 'InsertValues':
      return 'Produce records to the topic, or declare a source; a pipeline says what is, not what is done once.'
    case 'DropSource':
    case 'DropType':
    case 'DropConnector':
    case 'Terminate':
      return 'Leave the statement that makes it out of the spec: the operator removes what is no longer declared.'
    case 'AlterSource':
      return 'Add the column to the CREATE statement: the operator alters the stream or table.'
    case 'Pause':
    case 'Resume':
      return 'Set spec.state.'
    default:
      return 'Take it out of the script; `clickstream sql` runs such statements.'
  }
}
