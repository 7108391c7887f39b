/**
 * The statements of one request: all are parsed, then all are checked in a sandbox, then they run one after the other. So a
 * fault that can be seen beforehand changes nothing; one that shows while running leaves what ran before it.
 */
import { type ParseOptions, parseStatements, type Statement } from '../../../sql/index.ts'
import { describe, describeAll, describeFunction, list } from '../describe/lists.ts'
import { RestError, StatementFault, statementError } from '../rest/errors.ts'
import { assertSchema, assertTopic } from './assert.ts'
import { createConnector, describeConnector, dropConnector } from './connectors.ts'
import { control } from './control.ts'
import { create } from './create.ts'
import { alterSource, createType, dropSource, dropType } from './drop.ts'
import { explain } from './explain.ts'
import { syntaxError, toRestError } from './faults.ts'
import { insertValues } from './insert-values.ts'
import { DENIED } from './known-properties.ts'
import { deniedError, setProperty } from './settings.ts'
import type { Entity, Parsed, World } from './world.ts'

/** @throws RestError */
export function parseRequest(text: string, options: ParseOptions): Parsed[] {
  let statements: Statement[]
  try {
    statements = parseStatements(text, options)
  } catch (error) {
    throw syntaxError(error, text)
  }
  return statements.map((statement) => ({ statement, text: textOf(statement, text) }))
}

/** With its semicolon, which stands behind the tree's span. */
function textOf(statement: Statement, text: string): string {
  const end = text.indexOf(';', statement.span.end.offset)
  return text.slice(statement.span.start.offset, end === -1 ? undefined : end + 1).trim()
}

export async function runStatements(parsed: readonly Parsed[], world: World): Promise<Entity[]> {
  const entities: Entity[] = []
  for (const one of parsed) {
    try {
      const entity = await run(one, world)
      if (entity !== undefined) entities.push(entity)
    } catch (error) {
      const fault = toRestError(error, one.text, one.text)
      // In the sandbox nothing has run yet.
      if (world.sandbox || fault.body['@type'] !== 'statement_error' || entities.length === 0) throw fault
      throw new RestError(fault.status, { ...fault.body, entities })
    }
  }
  return entities
}

async function run(parsed: Parsed, world: World): Promise<Entity | undefined> {
  const { statement } = parsed
  switch (statement.kind) {
    case 'CreateSource':
    case 'CreateAsSelect':
    case 'InsertInto':
      return create(parsed, statement, world)
    case 'DropSource':
      return dropSource(parsed, statement, world)
    case 'AlterSource':
      return alterSource(parsed, statement, world)
    case 'CreateType':
      return createType(parsed, statement, world)
    case 'DropType':
      return dropType(parsed, statement, world)
    case 'Terminate':
    case 'Pause':
    case 'Resume':
      return control(parsed, statement, world)
    case 'InsertValues':
      await insertValues(statement, world)
      return undefined
    case 'List':
      return world.sandbox && statement.what !== 'CONNECTORS' && statement.what !== 'CONNECTOR PLUGINS' ? undefined : list(parsed, statement, world)
    case 'Describe':
      return describe(parsed, statement.name, statement.extended, world)
    case 'DescribeAll':
      return world.sandbox ? undefined : describeAll(parsed, statement.what === 'STREAMS' ? 'STREAM' : 'TABLE', statement.extended, world)
    case 'DescribeFunction':
      return describeFunction(parsed, statement.name)
    case 'DescribeConnector':
      return describeConnector(parsed, statement.name, world)
    case 'Explain':
      return explain(parsed, statement, world)
    case 'CreateConnector':
      return createConnector(parsed, statement, world)
    case 'DropConnector':
      return dropConnector(parsed, statement, world)
    case 'AssertTopic':
      return assertTopic(parsed, statement, world)
    case 'AssertSchema':
      return assertSchema()
    case 'Select':
    case 'Print':
      throw statementError("The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT", parsed.text, 40002)
    default:
      return setting(statement, world)
  }
}

/** Statements that change what holds for the rest of the request. */
function setting(
  statement: Extract<Statement, { kind: 'SetProperty' | 'UnsetProperty' | 'AlterSystemProperty' | 'RunScript' | 'Define' | 'Undefine' }>,
  world: World,
): undefined {
  const { properties, variables } = world.session
  switch (statement.kind) {
    case 'SetProperty':
      if (DENIED.has(statement.key)) throw deniedError([statement.key])
      setProperty(properties, statement.key, statement.value)
      return
    case 'UnsetProperty':
      delete properties[statement.key]
      return
    case 'Define':
      variables[statement.name] = statement.value
      return
    case 'Undefine':
      delete variables[statement.name]
      return
    case 'AlterSystemProperty':
      throw new StatementFault('ALTER SYSTEM is only supported in Confluent Cloud, not by this server.')
    case 'RunScript':
      throw new StatementFault('RUN SCRIPT is a command of the ksqlDB CLI: send the statements of the script instead.')
  }
}
