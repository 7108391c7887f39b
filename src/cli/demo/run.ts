/** The demo: stand-ins, operator and the example pipeline in one process, until it is stopped. */
import { generateCrds } from '../../api/index.ts'
import type { Operator } from '../../controller/index.ts'
import { createKubeApi, type KubeApi, type KubeObject, type Logger, systemClock, systemRandom } from '../../ports/index.ts'
import { type RealServers, type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { apply } from '../apply.ts'
import { runOperator } from '../operator.ts'
import { GRAFANA_LOGIN, NAMESPACE, type PlatformOptions, platformObjects } from './manifests.ts'

export interface Demo {
  readonly sandbox: Sandbox
  readonly kube: KubeApi
  operator: Operator
  /** A second operator over the same sandbox, after the first was stopped. */
  startOperator(): Promise<Operator>
  /** What uses the demo and has to end before it. */
  closeFirst(step: () => Promise<void>): void
  close(): Promise<void>
}

export interface DemoOptions extends PlatformOptions {
  /** Where servers and operator write; the demo itself prints. */
  readonly log: Logger
  readonly progress: (text: string) => void
  readonly real?: RealServers
}

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { log, operatorLogin = GRAFANA_LOGIN } = options
  const sandbox = await startSandbox({
    clock: systemClock,
    random: systemRandom,
    log,
    crds: generateCrds() as unknown as KubeObject[],
    namespace: NAMESPACE,
    grafanaUsers: [GRAFANA_LOGIN, operatorLogin].map(({ username, password }) => ({ login: username, password })),
    onStarted: (name, url) => options.progress(`${name.padEnd(22)} ${url}`),
    ...(options.real ? { real: options.real } : {}),
  })
  const closing: (() => Promise<void>)[] = []
  const kube = createKubeApi({ kubeconfig: sandbox.kubeconfig, userAgent: 'clickstream-cli' })
  const operatorKube = createKubeApi({ kubeconfig: sandbox.operatorKubeconfig, userAgent: 'clickstream-operator' })
  const start = () => runOperator({ kube: operatorKube, log: log.child({ part: 'operator' }), http: { port: 0 } })
  const operator = await start()
  options.progress('operator               started')
  const demo: Demo = {
    sandbox,
    kube,
    operator,
    async startOperator() {
      demo.operator = await start()
      return demo.operator
    },
    closeFirst: (step) => void closing.push(step),
    async close() {
      for (const step of closing) await step()
      await demo.operator.stop()
      await sandbox.close()
    },
  }
  try {
    for (const object of platformObjects(sandbox, options)) await apply(kube, NAMESPACE, object)
    return demo
  } catch (error) {
    await demo.close()
    throw error
  }
}
