/** The Kubernetes API server of the sandbox: the API machinery of a real one, without nodes, pods and authentication. */
import type { Clock, KubeObject, Random } from '../../ports/index.ts'
import { createHttpServer, type SandboxServer } from '../server.ts'
import { builtinTypes } from './builtin/index.ts'
import { Controllers } from './controllers.ts'
import { decodeObject } from './decode.ts'
import { Handlers } from './handlers.ts'
import { clone, type JsonObject } from './json.ts'
import { kubeconfigFor } from './kubeconfig.ts'
import { ResourceRegistry } from './resources.ts'
import { KubernetesHttp } from './server.ts'
import { Store } from './store.ts'
import { Watches } from './watches.ts'
import { Writes } from './writes.ts'

export interface KubernetesOptions {
  readonly clock: Clock
  readonly random: Random
  /** 0 (default): given by the system. */
  readonly port?: number
  /** CustomResourceDefinitions that are there from the start. */
  readonly crds?: readonly KubeObject[]
  /** Changes that can still be watched from; older resourceVersions are 410 Gone. */
  readonly historyLimit?: number
  /** Faults of a controller inside the server, which no request can answer for. */
  readonly onError?: (error: unknown) => void
}

export interface KubernetesServer extends SandboxServer {
  /** A kubeconfig file, as text, that leads kubectl here. */
  kubeconfig(): string
  /** Forgets the history of changes: every older resourceVersion is 410 Gone from now on. */
  expireHistory(): void
  /** Ends every open watch, as a restarting server does. */
  closeWatches(): void
  /** Open watches stay open and fall silent, as over a connection that died unnoticed; new ones work. */
  muteWatches(): void
}

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']
const BOOT = { manager: 'kube-apiserver', dryRun: false } as const

export async function startKubernetes(options: KubernetesOptions): Promise<KubernetesServer> {
  const { clock, random } = options
  const store = new Store(options.historyLimit ?? 20_000)
  const registry = new ResourceRegistry()
  for (const type of builtinTypes) registry.add(type)
  const writes = new Writes({ store, registry, clock, random })
  const watches = new Watches({ store, clock, random })
  const controllers = new Controllers({
    store,
    registry,
    writes,
    clock,
    onError:
      options.onError ??
      ((error) => {
        throw error
      }),
  })
  const definitions = registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!
  const namespaces = registry.find('', 'v1', 'namespaces')!
  for (const name of NAMESPACES) writes.create(namespaces, '', decodeObject({ metadata: { name } }, namespaces).object, BOOT)
  for (const crd of options.crds ?? []) writes.create(definitions, '', decodeObject(clone(crd) as unknown as JsonObject, definitions).object, BOOT)
  controllers.run()
  // Nobody can have seen the boot: like a fresh watch cache, the history starts behind it.
  store.forget()

  const server = createHttpServer({ name: 'kubernetes', clock, isMutating: (request) => request.method !== 'GET' && !isQuestion(request.url) })
  let url = ''
  const http = new KubernetesHttp({ registry, handlers: new Handlers({ store, writes }), watches, clock, requests: server.requests, url: () => url })
  server.app.removeAllContentTypeParsers()
  server.app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.app.all('/*', (request, reply) => http.serve(request, reply))
  const listening = await server.listen(options.port)
  url = listening.url
  return {
    ...listening,
    kubeconfig: () => kubeconfigFor(listening.url),
    expireHistory: () => store.forget(),
    closeWatches: () => watches.closeAll(),
    muteWatches: () => watches.muteAll(),
    async close() {
      watches.closeAll()
      controllers.close()
      await listening.close()
    },
  }
}

/** Access reviews are posted but change nothing. */
function isQuestion(url: string): boolean {
  return /^\/apis\/auth(orization|entication)\.k8s\.io\//.test(url)
}
