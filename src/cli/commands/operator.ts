/** `clickstream operator`: the operator itself, until it is told to stop or has lost its lease. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { collectDefaultMetrics } from 'prom-client'
import { UserError } from '../../console/index.ts'
import type { LeaderElection } from '../../controller/index.ts'
import { createKubeApi, createLogger } from '../../ports/index.ts'
import { runOperator } from '../operator.ts'

export interface OperatorCommandOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly watchNamespace?: readonly string[]
  readonly leaderElect: boolean
  readonly leaderElectionNamespace?: string
  readonly leaderElectionId: string
  readonly port: number
  readonly host: string
  readonly logLevel: string
}

/** Where the kubelet puts it. */
const OWN_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'
/** What still hangs when everything is over must not keep a process that has to be started anew. */
const LINGER_MS = 10_000

/**
 * Logs JSON lines to standard output; SIGTERM and SIGINT end it once the action in work has ended. Answers 1 when it has lost its
 * lease: what it knew is of the time when it led, so that a new process is the clean way to go on.
 */
export async function operator(options: OperatorCommandOptions): Promise<number> {
  const log = createLogger({ name: 'clickstream-operator', level: options.logLevel })
  const kube = createKubeApi({
    ...(options.kubeconfig ? { kubeconfig: options.kubeconfig } : {}),
    ...(options.context ? { context: options.context } : {}),
    userAgent: 'clickstream-operator',
  })
  const stopped = new Promise<'stopped'>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve('stopped'))
  })
  const running = await runOperator({
    kube,
    log,
    http: { port: options.port, host: options.host },
    namespaces: options.watchNamespace ?? [],
    ...(options.leaderElect ? { leaderElection: leaderElectionOf(options) } : {}),
  })
  // Of the process: here it is the operator's own.
  collectDefaultMetrics({ register: running.metrics.registry })
  const code = (await Promise.race([stopped, running.lost])) === 'stopped' ? 0 : 1
  setTimeout(() => process.exit(code), LINGER_MS).unref()
  await running.stop()
  return code
}

function leaderElectionOf(options: OperatorCommandOptions): LeaderElection {
  const namespace = options.leaderElectionNamespace ?? ownNamespace()
  if (namespace === undefined) throw new UserError('Outside of a pod --leader-elect needs --leader-election-namespace, the namespace of the Lease.')
  // In a pod the host's name is the pod's.
  const identity = `${process.env.POD_NAME ?? hostname()}_${randomUUID()}`
  return { namespace, name: options.leaderElectionId, identity, monotonic: () => performance.now() }
}

function ownNamespace(): string | undefined {
  try {
    return readFileSync(OWN_NAMESPACE, 'utf8').trim()
  } catch {
    return undefined
  }
}
