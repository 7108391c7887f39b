/** `clickstream sandbox`: the stand-ins alone, for an operator or a client of one's own. */
import { generateCrds } from '../../api/index.ts'
import { openKube } from '../../console/index.ts'
import { createLogger, type KubeObject, systemClock, systemRandom } from '../../ports/index.ts'
import { startSandbox } from '../../sandbox/index.ts'
import { apply } from '../apply.ts'
import { GRAFANA_LOGIN, NAMESPACE, platformObjects } from '../demo/manifests.ts'
import { print } from '../output.ts'

/** With a platform that names the stand-ins applied; ends with SIGINT or SIGTERM. */
export async function sandbox(options: { logLevel: string }): Promise<number> {
  const running = await startSandbox({
    clock: systemClock,
    random: systemRandom,
    log: createLogger({ name: 'clickstream-sandbox', level: options.logLevel }),
    crds: generateCrds() as unknown as KubeObject[],
    namespace: NAMESPACE,
    grafanaUsers: [{ login: GRAFANA_LOGIN.username, password: GRAFANA_LOGIN.password }],
    onStarted: (name, url) => print(`${name.padEnd(22)} ${url}`),
  })
  const kube = openKube({ kubeconfig: running.kubeconfig })
  for (const object of platformObjects(running)) await apply(kube, NAMESPACE, object)
  print(`\nexport KUBECONFIG=${running.kubeconfig}\nCtrl-C ends it.`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve)
  })
  await running.close()
  return 0
}
