/** kube-apiserver and etcd, with the controllers that need no nodes; built with Go, since no registry has the programs. */
import { generateKeyPairSync } from 'node:crypto'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { createKubeApi } from '../../src/ports/index.ts'
import type { RequestLog } from '../../src/sandbox/index.ts'
import { AUDIT_POLICY } from './audit.ts'
import { installed, kept, needed, tool, Unavailable, write } from './cache.ts'
import { answers, freePorts, type Running, scratch, start } from './process.ts'
import { AuditLog } from './recorder.ts'

const KUBERNETES = 'v1.37.2'
/** The parts of Kubernetes that are modules of their own carry its number with another major version. */
const STAGING = KUBERNETES.replace('v1.', 'v0.')
const ETCD = 'v3.6.16'
/** That of the go.mod of Kubernetes. */
const GO_MINOR = 26

const CONTROLLERS = fileURLToPath(new URL('kubernetes/minikcm/main.go', import.meta.url))

export interface RealKubernetes {
  readonly url: string
  /** Path of a kubeconfig whose user may do everything. */
  readonly kubeconfig: string
  /** Path of the log of what service accounts asked for (audit.ts). */
  readonly auditLog: string
  /** The same, as the stand-ins note it. */
  readonly requests: RequestLog
  readonly apiServer: Running
  readonly etcd: Running
  stop(): Promise<void>
}

async function goEnvironment(): Promise<NodeJS.ProcessEnv> {
  await needed('go')
  const minor = Number(/go1\.(\d+)/.exec(await tool('go', ['env', 'GOVERSION'], { env: { GOTOOLCHAIN: 'local' } }))?.[1])
  if (!(minor >= GO_MINOR)) throw new Unavailable(`Go 1.${GO_MINOR} or later is not on this machine`)
  return {
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=mod -buildvcs=false',
    GOMODCACHE: await kept('go-modules'),
    GOCACHE: await kept('go-build'),
  }
}

const goMod = (name: string, rest: string) => `module example.local/${name}\n\ngo 1.${GO_MINOR}.0\n\n${rest}\n`

/** Minutes, when nothing of it was built before. */
export async function installKubernetes(): Promise<string> {
  return installed(`kubernetes-${KUBERNETES}`, async (making) => {
    const env = await goEnvironment()
    const download = await tool('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${KUBERNETES}`], { cwd: making, env })
    const { GoMod } = z.object({ GoMod: z.string() }).parse(JSON.parse(download))
    // Kubernetes names its parts by directories of its own tree, which are no modules elsewhere.
    const parts = [...(await readFile(GoMod, 'utf8')).matchAll(/^\t(k8s\.io\/[a-z-]+) => \.\/staging/gm)].map(([, part]) => `\t${part} => ${part} ${STAGING}`)
    await write(
      join(making, 'go.mod'),
      goMod('kube', `godebug default=go1.${GO_MINOR}\n\nrequire k8s.io/kubernetes ${KUBERNETES}\n\nreplace (\n${parts.join('\n')}\n)`),
    )
    await mkdir(join(making, 'minikcm'))
    await copyFile(CONTROLLERS, join(making, 'minikcm/main.go'))
    const [, minor] = KUBERNETES.split('.')
    // Without these the server does not know its own version.
    const version = {
      gitVersion: KUBERNETES,
      gitMajor: '1',
      gitMinor: minor,
      gitTreeState: 'clean',
      gitCommit: '0'.repeat(40),
      buildDate: '2026-01-01T00:00:00Z',
    }
    const set = Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    await mkdir(join(making, 'bin'))
    await tool('go', ['build', '-trimpath', '-ldflags', `-s -w ${set.join(' ')}`, '-o', 'bin/', 'k8s.io/kubernetes/cmd/kube-apiserver', './minikcm'], {
      cwd: making,
      env,
    })
  })
}

export async function installEtcd(): Promise<string> {
  return installed(`etcd-${ETCD}`, async (making) => {
    const env = await goEnvironment()
    await write(join(making, 'go.mod'), goMod('etcd', `require go.etcd.io/etcd/server/v3 ${ETCD}`))
    await tool('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', 'bin/etcd', 'go.etcd.io/etcd/server/v3'], { cwd: making, env })
  })
}

/** Without nodes, so that nothing runs in it; its data are gone when it is stopped. */
export async function startKubernetes(): Promise<RealKubernetes> {
  const [kubernetes, etcd] = [await installKubernetes(), await installEtcd()]
  const [port, clientPort, peerPort] = await freePorts(3)
  const url = `https://127.0.0.1:${port}`
  const data = await scratch('kubernetes')
  const at = (name: string) => join(data.path, name)
  const started: Running[] = []
  const stop = async () => {
    // An API server whose etcd went first hangs.
    for (const one of started.toReversed()) await one.stop()
    await data.remove()
  }
  try {
    const keys = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    await write(at('sa.key'), keys.privateKey)
    await write(at('sa.pub'), keys.publicKey)
    await write(at('audit-policy.yaml'), AUDIT_POLICY)
    await write(at('tokens.csv'), 'e2e-admin,admin,admin,system:masters\n')
    await write(
      at('kubeconfig'),
      `apiVersion: v1
kind: Config
clusters: [{ name: e2e, cluster: { server: '${url}', certificate-authority: '${at('certs/apiserver.crt')}' } }]
users: [{ name: admin, user: { token: e2e-admin } }]
contexts: [{ name: e2e, context: { cluster: e2e, user: admin } }]
current-context: e2e
`,
    )
    const [client, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`]
    started.push(
      await start({
        name: 'etcd',
        command: join(etcd, 'bin/etcd'),
        args: [
          ...['--data-dir', at('etcd'), '--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer],
          ...['--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`, '--unsafe-no-fsync', '--log-level', 'warn'],
        ],
        ready: () => answers(`${client}/health`),
      }),
    )
    started.push(
      await start({
        name: 'kube-apiserver',
        command: join(kubernetes, 'bin/kube-apiserver'),
        args: [
          ...[`--etcd-servers=${client}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${port}`],
          ...[`--cert-dir=${at('certs')}`, `--service-account-key-file=${at('sa.pub')}`, `--service-account-signing-key-file=${at('sa.key')}`],
          ...['--service-account-issuer=https://kubernetes.default.svc', '--authorization-mode=RBAC', `--token-auth-file=${at('tokens.csv')}`],
          ...['--service-cluster-ip-range=10.96.0.0/24', '--endpoint-reconciler-type=none', '--profiling=false'],
          ...[`--audit-policy-file=${at('audit-policy.yaml')}`, `--audit-log-path=${at('audit.log')}`, '--audit-log-maxsize=1000'],
        ],
        // The namespace comes a moment after the first answers.
        ready: async () => {
          const kube = createKubeApi({ kubeconfig: at('kubeconfig'), userAgent: 'e2e', timeoutMs: 2_000 })
          return (await kube.get({ group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' }, '', 'default')) !== undefined
        },
      }),
    )
    started.push(
      await start({
        name: 'kube-controllers',
        command: join(kubernetes, 'bin/minikcm'),
        args: ['--kubeconfig', at('kubeconfig')],
        ready: () => Promise.resolve(true),
      }),
    )
    const [etcdProcess, apiServer] = started as [Running, Running]
    return { url, kubeconfig: at('kubeconfig'), auditLog: at('audit.log'), requests: new AuditLog(at('audit.log')), apiServer, etcd: etcdProcess, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
