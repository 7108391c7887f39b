/** Which of the failed parts of a connector is to be restarted now. An annotation can name one task only. */
import { type KafkaConnector, RESTART, RESTART_TASK } from './objects.ts'

/** Annotation and value; undefined: nothing has failed, or Strimzi is still at it. `due`: whether this part may be restarted again. */
export function restartAnnotation(connector: KafkaConnector, due: (part: string) => boolean): readonly [string, string] | undefined {
  const { annotations } = connector.metadata
  const status = connector.status?.connectorStatus
  if (!status || annotations[RESTART] !== undefined || annotations[RESTART_TASK] !== undefined) return undefined
  if (status.connector.state === 'FAILED') return due('connector') ? [RESTART, 'true'] : undefined
  const task = status.tasks.find(({ state, id }) => state === 'FAILED' && due(String(id)))
  return task && [RESTART_TASK, String(task.id)]
}
