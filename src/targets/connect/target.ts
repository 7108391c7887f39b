/**
 * Kafka Connect over REST. One list call gives every connector with config and state. Our mark is two config keys; the
 * worker hands them to the connector, which ignores what it does not know.
 */
import { z } from 'zod'
import { type Action, type Desired, type Finding, type LedgerEntry, type Observed, type Owner, placeOf, type ResourceId } from '../../plan/index.ts'
import { type Clock, createHttpClient, Failure, type HttpClient, type HttpOptions, type KafkaClient, KafkaFault } from '../../ports/index.ts'
import { type ReferenceReader, readSecretValues } from '../credentials.ts'
import { marksOf, ownerIn, sameOwner } from '../mark.ts'
import { connectGroup, sinkProgress } from '../offsets.ts'
import type { Applied, Target } from '../target.ts'
import * as answers from './answers.ts'
import { missingClass } from './classes.ts'
import { listConnectors } from './list.ts'
import { observedConnector } from './observed.ts'
import { createRestarts } from './restarts.ts'
import { refuseUnsafeSecret, unsafeSecret } from './unsafe-secret.ts'

export interface ConnectOptions {
  readonly url: string
  readonly connection?: HttpOptions['connection']
  readonly timeoutMs?: number
  readonly adapter?: HttpOptions['adapter']
  /** For secrets and authorities that a connector's config takes. */
  readonly references: ReferenceReader
  /** For the lag of sinks. */
  readonly kafka: KafkaClient
  readonly clock: Clock
  /** The platform lets connectors have configs that reach around it. Default: no. */
  readonly allowUnsafeConfig?: boolean
}

type State = 'RUNNING' | 'PAUSED' | 'STOPPED'

export function createConnectTarget(options: ConnectOptions): Target {
  const http: HttpClient = createHttpClient({
    baseUrl: options.url,
    service: 'Kafka Connect',
    ...(options.connection ? { connection: options.connection } : {}),
    ...(options.timeoutMs !== undefined ? { timeoutMs: options.timeoutMs } : {}),
    ...(options.adapter ? { adapter: options.adapter } : {}),
  })
  const restarts = createRestarts(options.clock)

  async function plugins(signal: AbortSignal) {
    return (await http.request({ method: 'GET', path: ['connector-plugins'], answer: answers.plugins, signal })).body
  }

  /** Undefined: there is no such connector. */
  async function configOf(name: string, signal: AbortSignal) {
    const answer = await http.request({ method: 'GET', path: ['connectors', name, 'config'], accept: [404], answer: z.unknown(), signal })
    return answer.status === 404 ? undefined : answers.config.parse(answer.body)
  }

  async function setState(name: string, state: State, signal: AbortSignal): Promise<void> {
    const verb = { RUNNING: 'resume', PAUSED: 'pause', STOPPED: 'stop' }[state]
    await http.request({ method: 'PUT', path: ['connectors', name, verb], answer: z.unknown(), signal })
  }

  async function fullConfig(desired: Desired<'Connector'>, owner: Owner, signal: AbortSignal) {
    const secret = await readSecretValues(options.references, desired.spec.secrets, signal)
    if (!options.allowUnsafeConfig) refuseUnsafeSecret(desired, secret)
    return { config: { ...desired.spec.config, ...secret, ...marksOf(owner) }, secrets: Object.values(secret) }
  }

  async function create(desired: Desired<'Connector'>, owner: Owner, signal: AbortSignal): Promise<Applied> {
    const { config, secrets } = await fullConfig(desired, owner, signal)
    const answer = await http.request({
      method: 'POST',
      path: ['connectors'],
      body: { name: desired.name, config, initial_state: desired.spec.state },
      secrets,
      accept: [409],
      answer: z.unknown(),
      signal,
    })
    if (answer.status !== 409) return { backendId: desired.name, pending: true }
    // 409 is a rebalance, or a connector that is there: of ours when an earlier try was cut off.
    const existing = await configOf(desired.name, signal)
    if (!existing) throw new Failure('Retry', 'Rebalancing', `Kafka Connect is rebalancing and did not take connector ${desired.name}`)
    refuseForeign(desired.name, existing, owner)
    return await update(desired, owner, undefined, signal)
  }

  async function update(desired: Desired<'Connector'>, owner: Owner, observed: Observed<'Connector'> | undefined, signal: AbortSignal): Promise<Applied> {
    const { config, secrets } = await fullConfig(desired, owner, signal)
    const existing = await configOf(desired.name, signal)
    if (!existing) return await create(desired, owner, signal)
    // The ledger knows that it is ours where somebody has written the config without our mark.
    if (!observed || ownerIn(existing)) refuseForeign(desired.name, existing, owner)
    const { name: _, ...rest } = existing
    if (!equalMaps(rest, config))
      await http.request({ method: 'PUT', path: ['connectors', desired.name, 'config'], body: config, secrets, answer: z.unknown(), signal })
    if (observed?.spec.state !== desired.spec.state) await setState(desired.name, desired.spec.state, signal)
    return { backendId: desired.name, pending: true }
  }

  async function restartFailed(name: string, signal: AbortSignal): Promise<Applied> {
    if (!restarts.due(name)) return { backendId: name, pending: true }
    await http.request({
      method: 'POST',
      path: ['connectors', name, 'restart'],
      query: { includeTasks: true, onlyFailed: true },
      answer: z.unknown(),
      signal,
    })
    return { backendId: name, pending: true }
  }

  return {
    backend: 'connect',
    kinds: ['Connector'],

    async probe(signal) {
      const { version } = (await http.request({ method: 'GET', path: [''], answer: answers.root, signal })).body
      return { version, plugins: (await plugins(signal)).map((plugin) => ({ class: plugin.class, type: plugin.type, version: plugin.version ?? '' })) }
    },

    async observe(signal) {
      const found: Observed<'Connector'>[] = []
      for (const [name, { info, status }] of Object.entries(await listConnectors(http, signal))) {
        if (!info) continue
        const observed = observedConnector(name, info, status)
        if (observed.health === 'Ready') restarts.forget(name)
        found.push(observed)
      }
      return found
    },

    async check(desired, signal) {
      const findings: Finding[] = []
      const known = new Set((await plugins(signal)).map((plugin) => plugin.class))
      for (const node of desired as readonly Desired<'Connector'>[]) {
        const connectorClass = node.spec.config['connector.class'] ?? ''
        if (!known.has(connectorClass)) {
          findings.push(missingClass(node, connectorClass, [...known]))
          continue
        }
        const secret = await readSecretValues(options.references, node.spec.secrets, signal)
        const unsafe = options.allowUnsafeConfig ? undefined : unsafeSecret(node, secret)
        if (unsafe) {
          findings.push(unsafe)
          continue
        }
        const { body } = await http.request({
          method: 'PUT',
          path: ['connector-plugins', connectorClass, 'config', 'validate'],
          body: { ...node.spec.config, ...secret, name: node.name },
          secrets: Object.values(secret),
          answer: answers.validation,
          signal,
        })
        // The worker and the connector's class may both say the same.
        // The worker and the connector's class may both say that a value is wrong: the first says it best.
        const errors = body.configs.flatMap(
          ({
            value: {
              name: key,
              errors: [message],
            },
          }) => (message === undefined ? [] : [{ key, message: withoutValues(message, secret) }]),
        )
        findings.push(...refusals(node, errors))
      }
      return findings
    },

    async apply(action: Action, owner, signal) {
      const desired = action.desired as Desired<'Connector'>
      if (action.rule === 'Failed') return await restartFailed(desired.name, signal)
      if (action.class === 'Create') return await create(desired, owner, signal)
      return await update(desired, owner, action.observed as Observed<'Connector'> | undefined, signal)
    },

    async remove(entry: LedgerEntry, owner, signal) {
      const existing = await configOf(entry.name, signal)
      if (existing) {
        const marked = ownerIn(existing)
        // Somebody else made a connector under this name meanwhile: it is not ours to delete.
        if (!marked || !sameOwner(marked, owner)) return {}
        await http.request({ method: 'DELETE', path: ['connectors', entry.name], accept: [404], answer: z.unknown(), signal })
      }
      if (entry.onRemove === 'delete') return await forgetOffsets(options.kafka, entry.name)
      return {}
    },

    async progress(ids: readonly ResourceId[], signal) {
      const reading = Object.entries(await listConnectors(http, signal)).flatMap(([name, { info }]) =>
        ids.includes(`Connector/${name}`) ? [{ id: `Connector/${name}`, connector: name, topics: info?.config.topics ?? undefined }] : [],
      )
      return await sinkProgress(options.kafka, reading)
    },
  }
}

/** Options that exclude each other are refused with the same words; the user finds the one that they wrote. */
function refusals(node: Desired<'Connector'>, errors: readonly { key: string; message: string }[]): Finding[] {
  const isWritten = (key: string) => node.place?.keys?.[key] !== undefined
  const told = errors.filter(({ key, message }) => {
    const keys = errors.filter((other) => other.message === message).map((other) => other.key)
    return key === (keys.find(isWritten) ?? keys[0])
  })
  return told.map(({ key, message }) => ({
    severity: 'error',
    reason: 'ConnectorConfigInvalid',
    ...placeOf(node, key),
    message: `Kafka Connect refuses ${key} of connector ${node.name}: ${message}`,
    mend: `Correct ${key} in the config of the connector.`,
  }))
}

function refuseForeign(name: string, config: Readonly<Record<string, string | null>>, owner: Owner): void {
  const marked = ownerIn(config)
  if (marked && sameOwner(marked, owner)) return
  const whose = marked ? `belongs to pipeline ${marked.namespace}/${marked.pipeline}` : 'was made by somebody else'
  throw new Failure('Stall', 'OwnedByAnother', `Connector ${name} ${whose}`)
}

/** A sink that comes back over new topics must not start at the old ones' offsets. */
async function forgetOffsets(kafka: KafkaClient, name: string): Promise<Applied> {
  try {
    await kafka.deleteGroup(connectGroup(name))
  } catch (error) {
    if (!(error instanceof KafkaFault)) throw error
    // The tasks are leaving their group: come back.
    if (error.type === 'NON_EMPTY_GROUP') return { pending: true }
    if (error.type !== 'GROUP_ID_NOT_FOUND')
      throw new Failure('Retry', error.type, `Deleting the offsets of connector ${name}: ${error.message}`, { cause: error })
  }
  return {}
}

function withoutValues(message: string, secret: Readonly<Record<string, string>>): string {
  return Object.values(secret).reduce((text, value) => (value === '' ? text : text.replaceAll(value, '***')), message)
}

function equalMaps(a: Readonly<Record<string, string | null>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
