/** Reads a command of the command topic back into the change that it made. */
import { parseStatement } from '../../../sql/index.ts'
import type { Command } from '../store/command-log.ts'
import type { Change } from './change.ts'
import { controlChange } from './control.ts'
import { complete, type PlanningWorld, plan } from './create.ts'
import { alterChange, createTypeChange, dropChange, dropTypeChange } from './drop.ts'

export async function restoreChange(command: Command, world: PlanningWorld): Promise<Change> {
  const statement = parseStatement(command.statement, { variables: command.variables })
  switch (statement.kind) {
    case 'CreateSource':
    case 'CreateAsSelect':
    case 'InsertInto': {
      const planned = await plan(await complete(statement, world), command.text, world, {
        ensureTopics: false,
        ...(command.queryId === undefined ? {} : { queryId: command.queryId }),
        ...(command.startsAt === undefined ? {} : { startsAt: command.startsAt }),
      })
      return planned.change
    }
    case 'DropSource':
      return dropChange(statement, world.state)
    case 'AlterSource':
      return alterChange(statement, command.text, world.state)
    case 'CreateType':
      return createTypeChange(statement, world)
    case 'DropType':
      return dropTypeChange(statement, world.state)
    case 'Terminate':
    case 'Pause':
    case 'Resume':
      return controlChange(statement, world.state)
    default:
      throw new Error(`no command is a ${statement.kind}`)
  }
}
