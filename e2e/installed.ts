/**
 * The operator as the chart installs it: real helm, and a process with the arguments, the environment and the ServiceAccount of
 * the Deployment, since no node runs it. The stand-in of the API server asks nobody who he is: there the process may do everything.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { CHART } from '../scripts/render-chart.ts'
import { PIPELINE, PLATFORM } from '../src/api/index.ts'
import { GRAFANA_LOGIN, type PlatformOptions, platformObjects } from '../src/cli/demo/manifests.ts'
import { fileOfPackage } from '../src/cli/manifest.ts'
import { createKubeApi, createLogger, type KubeApi, type KubeObject, type KubeResource, systemClock, systemRandom } from '../src/ports/index.ts'
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts'
import { thenGrafanaAsksFor, thenNoSecretShows } from './canaries.ts'
import { auditedRequests } from './components/audit.ts'
import { helmPath } from './components/helm.ts'
import { tokenKubeconfig } from './components/identity.ts'
import { startReal } from './components/index.ts'
import { freePorts, type Running, scratch, start } from './components/process.ts'
import { OPERATOR_LOGIN, REAL } from './given.ts'
import { watchForFailures } from './keep.ts'
import { LOGS } from './logs.ts'
import { type AskedFor, readRequest } from './permissions/asked.ts'
import { client, kubectlPath } from './tools.ts'

export const OPERATORS = 'operators'
export const TENANT = 'default'
const RELEASE = 'clicks'
/** Of the chart's Deployment, ServiceAccount and Roles. */
export const NAME = 'clicks-clickstream-operator'
const USER_AGENT = 'clickstream-operator'

const NAMESPACES: KubeResource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' }
const KINDS: readonly KubeResource[] = [
  PIPELINE,
  PLATFORM,
  { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' },
  { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnects', kind: 'KafkaConnect' },
]

const deploymentSchema = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        serviceAccountName: z.string(),
        containers: z
          .array(z.looseObject({ args: z.array(z.string()), env: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional() }))
          .length(1),
      }),
    }),
  }),
})

export interface OperatorProcess {
  /** Of /healthz, /readyz and /metrics. */
  readonly url: string
  readonly process: Running
}

export interface Installation {
  readonly sandbox: Sandbox
  /** As somebody who may do everything. */
  readonly kube: KubeApi
  /** Whether the API server is a real one, which holds the operator to its rules. */
  readonly isReal: boolean
  /** `helm upgrade --install` with these values; without `values` those of the last time. */
  install(options?: { readonly values?: object; readonly chart?: string }): Promise<string>
  helm(...args: string[]): Promise<string>
  kubectl(...args: string[]): Promise<string>
  /** A process as the Deployment has it now; it lives, and may not be ready. */
  startOperator(): Promise<OperatorProcess>
  /** What the operator has asked the API server for, since some time in epoch milliseconds. */
  askedSince(since: number): Promise<AskedFor[]>
  /** By server-side apply. */
  apply(...objects: readonly KubeObject[]): Promise<void>
  /** The Secret and the platform that reach the servers beside it, named `name`, and a KafkaConnect where it needs one. */
  platform(name: string, options?: Pick<PlatformOptions, 'strimziConnect'>): KubeObject[]
  close(): Promise<void>
}

export async function givenInstallation(suite: string): Promise<Installation> {
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const components = await startReal(REAL)
    closing.push(() => components.stop())
    const isReal = REAL.includes('kubernetes')
    const log = createLogger({ name: suite, destination: { write: (line) => void writeFile(join(LOGS, `${suite}.log`), line, { flag: 'a' }) } })
    const sandbox = await startSandbox({
      clock: systemClock,
      random: systemRandom,
      log,
      // They come with the chart.
      crds: [],
      namespace: TENANT,
      grafanaUsers: [GRAFANA_LOGIN, OPERATOR_LOGIN].map(({ username, password }) => ({ login: username, password })),
      real: components.servers,
    })
    closing.push(() => sandbox.close())
    await thenGrafanaAsksFor(sandbox.servers.grafana.url, OPERATOR_LOGIN)
    const data = await scratch('installed')
    closing.push(() => data.remove())
    const [helm, kubectl] = [await helmPath(), await kubectlPath()]
    const kube = createKubeApi({ kubeconfig: sandbox.kubeconfig, userAgent: 'e2e' })
    closing.push(watchForFailures(kube))
    if ((await kube.get(NAMESPACES, '', OPERATORS)) === undefined)
      await kube.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: OPERATORS } })
    const [port] = await freePorts(1)
    const operatorUrl = `http://127.0.0.1:${port}`
    const running: Running[] = []
    closing.push(() => Promise.all(running.map((one) => one.stop())))
    let values: object = {}
    let serial = 0

    const run = async (binary: string, args: readonly string[]) => {
      const ran = await client(binary, args, { env: { KUBECONFIG: sandbox.kubeconfig } })
      if (ran.code !== 0) throw new Error(`${binary} ${args.join(' ')}: ${ran.stderr}${ran.stdout}`)
      return ran.stdout
    }
    const given = () => ({ port, logLevel: 'debug', ...values })

    const deployment = async (): Promise<unknown> => JSON.parse(await run(kubectl, ['-n', OPERATORS, 'get', 'deployment', NAME, '-o', 'json']))

    return {
      sandbox,
      kube,
      isReal,
      async install(options = {}) {
        values = options.values ?? values
        const file = join(data.path, 'values.yaml')
        await writeFile(file, stringify(given()))
        return run(helm, ['upgrade', '--install', RELEASE, options.chart ?? CHART, '--namespace', OPERATORS, '--values', file])
      },
      helm: (...args) => run(helm, args),
      kubectl: (...args) => run(kubectl, args),
      async startOperator() {
        const { serviceAccountName, containers } = deploymentSchema.parse(await deployment()).spec.template.spec
        const kubeconfig = isReal ? await tokenKubeconfig(sandbox.kubeconfig, { namespace: OPERATORS, name: serviceAccountName }) : sandbox.kubeconfig
        const env = Object.fromEntries((containers[0]!.env ?? []).map(({ name, value }) => [name, value]))
        const process_ = await start({
          name: `operator-${++serial}`,
          command: process.execPath,
          args: [fileOfPackage('src/cli/main.ts'), ...containers[0]!.args],
          env: { ...env, KUBECONFIG: kubeconfig },
          ready: async () => (await fetch(`${operatorUrl}/healthz`)).ok,
        })
        running.push(process_)
        return { url: operatorUrl, process: process_ }
      },
      async askedSince(since) {
        if (isReal) return auditedRequests(components.auditLog!, `system:serviceaccount:${OPERATORS}:${NAME}`, since)
        return sandbox.servers.kubernetes.requests.since(since, { client: USER_AGENT }).flatMap(({ method, path, status }) => readRequest(method, path, status))
      },
      async apply(...objects) {
        for (const body of objects) {
          const resource = KINDS.find(({ kind }) => kind === body.kind)!
          await kube.patch(resource, body.metadata.namespace ?? TENANT, body.metadata.name, { type: 'apply', body, fieldManager: 'e2e', force: true })
        }
      },
      platform(name, options) {
        return platformObjects(sandbox, { ...options, operatorLogin: OPERATOR_LOGIN }).map((object) =>
          object.kind === PLATFORM.kind ? { ...object, metadata: { ...object.metadata, name } } : object,
        )
      },
      async close() {
        try {
          await thenNoSecretShows({ kube, kubeconfig: sandbox.kubeconfig, operatorUrl })
        } finally {
          await close()
        }
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** One topic of generated clicks and one metric, whose names nobody else has. */
export function smallPipeline(name: string, options: { platform?: string; namespace?: string; spec?: object } = {}): KubeObject {
  const stream = name.toUpperCase().replaceAll('-', '_')
  const columns = '_TIME BIGINT, TIME VARCHAR, IP VARCHAR, REQUEST VARCHAR, STATUS INT, USERID INT, BYTES BIGINT, AGENT VARCHAR'
  return {
    apiVersion: 'clickstream.dev/v1alpha1',
    kind: PIPELINE.kind,
    metadata: { name, namespace: options.namespace ?? TENANT },
    spec: {
      platformRef: { name: options.platform ?? 'default', ...(options.namespace ? { namespace: TENANT } : {}) },
      topics: [{ name: `clicks-${name}` }],
      sources: [{ name: `datagen-${name}`, datagen: { preset: 'clickstream', topic: `clicks-${name}` } }],
      statements: [{ name: 'clicks', sql: `CREATE STREAM ${stream} (${columns}) WITH (KAFKA_TOPIC = 'clicks-${name}', VALUE_FORMAT = 'JSON');` }],
      metrics: [
        {
          name: `${stream}_PER_MIN`,
          from: stream,
          measures: [{ name: 'EVENTS', function: 'count' }],
          by: ['USERID'],
          window: { type: 'tumbling', size: '60s' },
          panel: { title: 'Events per minute' },
        },
      ],
      ...options.spec,
    },
  }
}
