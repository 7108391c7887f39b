/** The contract of the Kubernetes API server. `KUBERNETES=KUBECONFIG` in the environment names a real one that runs already. */
import { type Clock, seededRandom, systemClock } from '../../src/ports/index.ts'
import { startKubernetes as startStandIn } from '../../src/sandbox/kubernetes/index.ts'
import { startKubernetes as startReal } from '../components/kubernetes.ts'
import type { Contract } from './contract.ts'
import { access } from './kubernetes/access.ts'
import { builtins } from './kubernetes/builtins.ts'
import { callOfRequest } from './kubernetes/calls.ts'
import { Kube } from './kubernetes/client.ts'
import { custom } from './kubernetes/custom.ts'
import { differences } from './kubernetes/differences.ts'
import { discovery } from './kubernetes/discovery.ts'
import { lists } from './kubernetes/lists.ts'
import { recorded } from './kubernetes/recorded.ts'
import { watches } from './kubernetes/watches.ts'
import { writes } from './kubernetes/writes.ts'

/** Watches of the stand-in end twenty times as fast. */
const hurried: Clock = { ...systemClock, after: (ms, fn) => systemClock.after(ms / 20, fn) }

export const kubernetes: Contract<Kube> = {
  name: 'kubernetes',
  title: 'Kubernetes API server',
  real: 'kube-apiserver 1.37.2',
  cases: [...recorded, ...discovery, ...lists, ...watches, ...writes, ...builtins, ...custom, ...access],
  differences,
  callOf: ({ method, path }) => callOfRequest(method, path),
  async start(side) {
    const running = process.env.KUBERNETES
    if (side === 'real' && running !== undefined) return { server: Kube.of(running), stop: async () => undefined }
    if (side === 'real') {
      const { kubeconfig, stop } = await startReal()
      return { server: Kube.of(kubeconfig), stop }
    }
    const standIn = await startStandIn({ clock: hurried, random: seededRandom(1) })
    return { server: new Kube({ url: standIn.url }), stop: () => standIn.close() }
  },
}
