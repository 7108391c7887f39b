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

/** A reference that the worker resolves is no secret. */
const REFERENCE = /^\$\{[^{}]*\}$/

/** Keys whose values came from Secrets, as our mark says. */
const secretKeysOf = (config: Readonly<Record<string, string | null>>): readonly string[] => (config[SECRETS_KEY] ?? '').split(' ')[1]?.split(',') ?? []

export function withoutSecrets(config: Readonly<Record<string, string | null>>, ours: boolean): Record<string, string> {
  const ourKeys = secretKeysOf(config)
  const isSecret = (key: string, value: string) => (ourKeys.includes(key) || (!ours && SECRET_LIKE.test(key))) && !REFERENCE.test(value)
  const entries = Object.entries(config).flatMap(([key, value]) => (value === null ? [] : [[key, isSecret(key, value) ? HIDDEN : value] as const]))
  return Object.fromEntries(entries)
}

export function observedConnector(
  name: string,
  info: { config: Readonly<Record<string, string | null>>; type?: string | undefined },
  status: ConnectorStatus | undefined,
): Observed<'Connector'> {
  const owner = ownerIn(info.config)
  const config = withoutSecrets(info.config, owner !== undefined)
  for (const key of ['name', MARKS.namespace, MARKS.pipeline]) delete config[key]
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
