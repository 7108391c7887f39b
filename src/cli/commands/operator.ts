/** `clickstream operator`: the operator itself, until it is told to stop. */
import { createKubeApi, createLogger } from '../../ports/index.ts'
import { runOperator } from '../operator.ts'

export interface OperatorCommandOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly watchNamespace?: string
  readonly port: number
  readonly host: string
  readonly logLevel: string
}

/** Logs JSON lines to standard output; SIGTERM and SIGINT end it once the action in work has ended. */
export async function operator(options: OperatorCommandOptions): Promise<number> {
  const log = createLogger({ name: 'clickstream-operator', level: options.logLevel })
  const kube = createKubeApi({
    ...(options.kubeconfig ? { kubeconfig: options.kubeconfig } : {}),
    ...(options.context ? { context: options.context } : {}),
    userAgent: 'clickstream-operator',
  })
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve)
  })
  const http = { port: options.port, host: options.host }
  const running = await runOperator({ kube, log, http, ...(options.watchNamespace ? { namespace: options.watchNamespace } : {}) })
  await stopped
  await running.stop()
  return 0
}
