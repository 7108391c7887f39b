/** What a connector's state and those of its tasks mean together. */
import type { Health } from '../../plan/index.ts'
import type { ConnectorStatus } from './answers.ts'

export interface ConnectorHealth {
  readonly health: Health
  readonly reason?: string
  readonly message?: string
}

/** A finite generator ends its task with this exception: the work is done, nothing is broken. */
const GENERATED_ALL = /generated the configured \d+ number of messages/i

export function healthOf(status: ConnectorStatus | undefined): ConnectorHealth {
  if (!status) return { health: 'Pending', reason: 'Starting', message: 'Kafka Connect has no status of it yet' }
  const { connector, tasks } = status
  if (connector.state === 'FAILED') return { health: 'Failed', reason: 'ConnectorFailed', message: firstLine(connector.trace) }
  const failed = tasks.filter((task) => task.state === 'FAILED')
  if (failed.length > 0) {
    if (failed.length === tasks.length && failed.every((task) => GENERATED_ALL.test(task.trace ?? '')))
      return { health: 'Completed', reason: 'Completed', message: 'All records were generated' }
    const task = failed[0]!
    return { health: 'Failed', reason: 'TaskFailed', message: `Task ${task.id} of ${tasks.length} failed: ${firstLine(task.trace)}` }
  }
  if (connector.state === 'STOPPED') return { health: 'Ready' }
  if (connector.state === 'UNASSIGNED' || connector.state === 'RESTARTING')
    return { health: 'Pending', reason: 'Starting', message: `The connector is ${connector.state}` }
  // It has no tasks before it first runs: one that was made paused, or paused while it was stopped, is as it should be.
  if (tasks.length === 0 && connector.state === 'PAUSED') return { health: 'Ready' }
  if (tasks.length === 0) return { health: 'Pending', reason: 'Starting', message: 'It has no tasks yet' }
  const waiting = tasks.find((task) => task.state !== connector.state)
  if (waiting) return { health: 'Pending', reason: 'Starting', message: `Task ${waiting.id} is ${waiting.state}` }
  return { health: 'Ready' }
}

/** The exception's own text and the innermost cause, without the stack. */
function firstLine(trace: string | undefined): string {
  const lines = (trace ?? 'no trace was given').split('\n').filter((line) => line !== '' && !/^\s+(at |\.\.\.)/.test(line))
  const cause = lines.findLast((line) => line.startsWith('Caused by: '))
  return [lines[0], cause]
    .filter((line) => line !== undefined)
    .join('; ')
    .slice(0, 400)
}
