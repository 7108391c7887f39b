/** How a KafkaConnector goes: nothing tells when Strimzi has taken the connector away, so it is stopped before its object is deleted. */
import { MARK_PREFIX } from '../../api/index.ts'
import type { KafkaConnector } from './objects.ts'
import { conditionOf, OFFSETS } from './objects.ts'

/** Ours: how often Strimzi was asked to forget the offsets. Without its own annotation beside it, it has done so. */
export const OFFSETS_ASKED = `${MARK_PREFIX}offsets`

export type RemovalStep =
  | { readonly kind: 'wait' }
  | { readonly kind: 'patch'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'delete' }
  | { readonly kind: 'stuck'; readonly message: string }

export function nextRemovalStep(connector: KafkaConnector, forgetOffsets: boolean): RemovalStep {
  const { metadata, spec, status } = connector
  if (metadata.deletionTimestamp) return { kind: 'wait' }
  const state = status?.connectorStatus?.connector.state
  // Strimzi never made it, or its KafkaConnect is gone: there is nothing to stop. Nor does Strimzi stop one that has failed.
  if (state === undefined || state === 'FAILED') return { kind: 'delete' }
  if (spec.state !== 'stopped') return { kind: 'patch', body: { spec: { state: 'stopped' } } }
  const seen = status?.observedGeneration === metadata.generation
  if (seen && state !== 'STOPPED' && conditionOf(connector, 'NotReady')) return { kind: 'delete' }
  if (!seen || state !== 'STOPPED') return { kind: 'wait' }
  if (!forgetOffsets) return { kind: 'delete' }
  const { annotations } = metadata
  const asked = annotations[OFFSETS_ASKED]
  if (asked === undefined) return ask(1)
  if (annotations[OFFSETS] === undefined) return { kind: 'delete' }
  const warning = status?.conditions?.find(({ type, reason }) => type === 'Warning' && reason === 'ResetOffsets')
  if (!warning) return { kind: 'wait' }
  // Its tasks may not have left their group yet. Strimzi would try again in two minutes; a change of the object wakes it.
  const times = Number(asked)
  return times < ASKED_MAX ? ask(times + 1) : { kind: 'stuck', message: warning.message ?? 'Strimzi cannot reset its offsets' }
}

const ASKED_MAX = 20
const ask = (times: number): RemovalStep => ({
  kind: 'patch',
  body: { metadata: { annotations: { [OFFSETS_ASKED]: String(times), [OFFSETS]: 'reset' } } },
})
