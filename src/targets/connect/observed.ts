/** A connector as Connect lists it, in the shape of a declared one. */
import { MARKS } from '../../api/index.ts'
import { type Observed, SECRETS_KEY } from '../../plan/index.ts'
import { ownerIn } from '../mark.ts'
import type { ConnectorStatus } from './answers.ts'
import { healthOf } from './health.ts'

/** Values of Secrets end here: what is observed may be printed. */
const HIDDEN = '[hidden]'
/** Of connectors that others made, as far as names tell. */
const SECRET_LIKE = /password|secret(?!s$)|token|credential|jaas/i

export function observedConnector(
  name: string,
  info: { config: Readonly<Record<string, string | null>>; type?: string | undefined },
  status: ConnectorStatus | undefined,
): Observed<'Connector'> {
  const owner = ownerIn(info.config)
  const config: Record<string, string> = {}
  const ours = (info.config[SECRETS_KEY] ?? '').split(' ')[1]?.split(',') ?? []
  const isSecret = (key: string) => ours.includes(key) || (!owner && SECRET_LIKE.test(key))
  for (const [key, value] of Object.entries(info.config)) {
    if (value !== null && key !== 'name' && key !== MARKS.namespace && key !== MARKS.pipeline) config[key] = isSecret(key) ? HIDDEN : value
  }
  const state = status?.connector.state
  return {
    id: `Connector/${name}`,
    kind: 'Connector',
    name,
    ...(owner ? { owner } : {}),
    spec: {
      direction: info.type === 'sink' ? 'sink' : 'source',
      config,
      secrets: [],
      state: state === 'PAUSED' || state === 'STOPPED' ? state : 'RUNNING',
      scheduled: false,
      autoRestart: false,
    },
    backendId: name,
    ...healthOf(status),
  }
}
