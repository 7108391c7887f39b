/**
 * Whether a secret shows anywhere: in logs, objects, metrics, what the command prints and the console answers. The secrets are
 * those that stand in the API server. Every suite that has an operator looks when it ends (`given.ts`, `installed.ts`).
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PIPELINE, PLATFORM } from '../src/api/index.ts'
import type { Login } from '../src/cli/demo/manifests.ts'
import { fileOfPackage } from '../src/cli/manifest.ts'
import { startConsole } from '../src/console/index.ts'
import { formsOf, type KubeApi, type KubeResource } from '../src/ports/index.ts'
import { LOGS } from './logs.ts'

const run = promisify(execFile)

const SECRETS: KubeResource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' }
/** Everything that operator and stand-ins write, but no Secrets. */
const SEARCHED: readonly KubeResource[] = [
  PLATFORM,
  PIPELINE,
  ...['kafkatopics', 'kafkaconnectors'].map((plural) => ({ group: 'kafka.strimzi.io', version: 'v1', plural, kind: plural })),
  { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
  { group: '', version: 'v1', plural: 'events', kind: 'Event' },
  { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease' },
]
/** Where the metrics stand among the texts. */
const METRICS = 'metrics'
/** Shorter ones are words that stand everywhere. */
const LENGTH_MIN = 8
/** Certificates are for everybody, and a user name is no secret. */
const PUBLIC_KEY = /\.(crt|cert|pem)$|^username$/

/** Name -> value. */
export type Canaries = ReadonlyMap<string, string>

/** The values of every Secret that is there now. */
export async function canariesOf(kube: KubeApi): Promise<Canaries> {
  const { items } = await kube.list(SECRETS, {})
  return new Map(
    items.flatMap(({ metadata, data, type }) =>
      // Tokens that the API server makes are for itself.
      type === 'kubernetes.io/service-account-token'
        ? []
        : Object.entries((data ?? {}) as Record<string, string>).flatMap(([key, value]): [string, string][] => {
            const text = Buffer.from(value, 'base64').toString('utf8')
            return PUBLIC_KEY.test(key) || text.length < LENGTH_MIN ? [] : [[`${metadata.namespace}/${metadata.name} ${key}`, text]]
          }),
    ),
  )
}

/** A secret that nobody asks for would be no canary: Grafana refuses without this login, and lets in with it. */
export async function thenGrafanaAsksFor(url: string, { username, password }: Login): Promise<void> {
  const status = async (headers: Record<string, string>) => (await fetch(`${url}/api/datasources`, { headers })).status
  assert.equal(await status({}), 401)
  assert.equal(await status({ authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }), 200)
}

/** Whose things are searched. */
export interface Searched {
  readonly kube: KubeApi
  /** A file, for the command. */
  readonly kubeconfig: string
  /** Of the operator that is there now, if one is. */
  readonly operatorUrl?: string | undefined
}

/**
 * Throws with the places where a secret shows, and never with the secret. `more`: beside those that stand in the API server: of
 * before a rotation, say. Prints how much it has searched for how many: a search for nothing, or of nothing, fails.
 */
export async function thenNoSecretShows(searched: Searched, more: Canaries = new Map()): Promise<void> {
  const { kube } = searched
  const canaries = new Map([...more, ...(await canariesOf(kube))])
  assert.ok(canaries.size > 0, 'there is a secret to look for')
  const pipelines = (await kube.list(PIPELINE, {})).items.map(({ metadata }) => ({ namespace: metadata.namespace ?? 'default', name: metadata.name }))
  const texts = new Map([...(await logs()), ...(await objects(kube)), ...(await metrics(searched))])
  for (const pipeline of pipelines.slice(0, 3)) {
    for (const [where, text] of [...(await commands(searched, pipeline)), ...(await consoleAnswers(kube, pipeline))])
      texts.set(`${pipeline.name}: ${where}`, text)
  }
  assert.ok(texts.size > 0, 'there is something to search')
  assert.deepEqual(hitsIn(texts, canaries), [])
  const without = texts.has(METRICS) ? '' : ', no metrics since no operator runs any more'
  console.log(`      searched for ${canaries.size} secrets: ${texts.size} logs, objects and answers${without}`)
}

/** `WHERE: NAME of the secret`, one for each text and secret. */
export function hitsIn(texts: ReadonlyMap<string, string>, canaries: Canaries): string[] {
  return [...texts].flatMap(([where, text]) =>
    [...canaries].flatMap(([name, value]) => (partsOf(value).some((part) => formsOf(part).some((form) => text.includes(form))) ? [`${where}: ${name}`] : [])),
  )
}

/** A private key may be torn into lines; each of them gives it away. */
const partsOf = (value: string): string[] =>
  value.includes('\n') ? value.split('\n').filter((line) => line.length >= 24 && !line.startsWith('-----')) : [value]

async function logs(): Promise<[string, string][]> {
  // What the real servers say of themselves is their own affair.
  const files = (await readdir(LOGS)).filter((file) => file.endsWith('.log') && !/^(kafka|connect|elasticsearch.*|kube.*|etcd|minikcm)\.log$/.test(file))
  return Promise.all(files.map(async (file): Promise<[string, string]> => [`log ${file}`, await readFile(join(LOGS, file), 'utf8')]))
}

async function objects(kube: KubeApi): Promise<[string, string][]> {
  const lists = await Promise.all(
    SEARCHED.map(async (resource) =>
      // Not every cluster has all of Strimzi's kinds.
      (await kube.list(resource, {}).catch(() => ({ items: [] }))).items.map((item): [string, string] => [
        `${resource.kind} ${item.metadata.namespace}/${item.metadata.name}`,
        JSON.stringify(item),
      ]),
    ),
  )
  return lists.flat()
}

async function metrics({ operatorUrl }: Searched): Promise<[string, string][]> {
  // Many a suite ends with an operator that it has stopped.
  const answer = operatorUrl === undefined ? undefined : await fetch(`${operatorUrl}/metrics`).catch(() => undefined)
  return answer === undefined ? [] : [[METRICS, await answer.text()]]
}

async function commands({ kubeconfig }: Searched, { namespace, name }: { namespace: string; name: string }): Promise<[string, string][]> {
  const at = ['--kubeconfig', kubeconfig, '--namespace', namespace]
  const calls = [
    ['plan', '--json', '--pipeline', name],
    ['status', name, '--json'],
    ['connectors', '--json', '--pipeline', name],
  ]
  return Promise.all(
    calls.map(async (call): Promise<[string, string]> => {
      // It may well say that not all is ready: what it says is what counts.
      const { stdout, stderr } = await run(process.execPath, [fileOfPackage('src/cli/main.ts'), ...call, ...at], { maxBuffer: 64 * 1024 * 1024 }).catch(
        (error: { stdout?: string; stderr?: string }) => ({ stdout: error.stdout ?? '', stderr: error.stderr ?? '' }),
      )
      assert.notEqual(stdout + stderr, '', `clickstream ${call.join(' ')} says something`)
      return [`clickstream ${call.join(' ')}`, stdout + stderr]
    }),
  )
}

async function consoleAnswers(kube: KubeApi, { namespace, name }: { namespace: string; name: string }): Promise<[string, string][]> {
  const console = await startConsole({ kube, namespace, pipeline: name })
  const paths = [
    '/api/pipeline',
    '/api/flow',
    '/api/connectors',
    '/api/topics',
    '/api/topics/no-such-topic/sample',
    `/api/query?sql=${encodeURIComponent('SELEKT 1;')}`,
  ]
  try {
    return await Promise.all(
      paths.map(async (path): Promise<[string, string]> => {
        const answer = await fetch(`${console.url}${path}`, { signal: AbortSignal.timeout(20_000) }).then(
          (response) => response.text(),
          (error: Error) => error.message,
        )
        return [`console ${path}`, answer]
      }),
    )
  } finally {
    await console.close()
  }
}
