/** What the suites start from: the demo in this process, without a pipeline or with one that is Ready. */
import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PIPELINE, parsePipeline } from '../src/api/index.ts'
import { apply } from '../src/cli/apply.ts'
import { NAMESPACE, type PlatformOptions } from '../src/cli/demo/manifests.ts'
import { type Demo, startDemo } from '../src/cli/demo/run.ts'
import { fileOfPackage, readManifest } from '../src/cli/manifest.ts'
import { createLogger, Failure, type Logger, systemClock } from '../src/ports/index.ts'
import type { RealServers } from '../src/sandbox/index.ts'
import { type Searched, thenGrafanaAsksFor, thenNoSecretShows } from './canaries.ts'
import { type Kind, startReal } from './components/index.ts'
import { watchForFailures } from './keep.ts'
import { LOGS } from './logs.ts'

export const EXAMPLE = fileOfPackage('examples/01-events-per-minute.yaml')
export const SEED = fileOfPackage('examples/clickstream/pipeline.yaml')

/** Kinds of components, with commas between, that a suite takes in place of the stand-ins; the runner sets it. */
export const REAL = (process.env.CLICKSTREAM_E2E_REAL ?? '').split(',').filter((kind) => kind !== '') as Kind[]

/**
 * Servers and operator log into a file named after the suite, which stays for whoever looks into a failure. `given`: servers
 * that the suite has started itself. `level`: of the log.
 */
export async function givenDemo(suite: string, given?: RealServers, level?: string, platform: PlatformOptions = {}): Promise<Demo> {
  if (given !== undefined || REAL.length === 0) return demoOver(suite, given ?? {}, level, platform)
  const components = await startReal(REAL)
  try {
    const demo = await demoOver(suite, components.servers, level, platform)
    const { close } = demo
    demo.close = async () => {
      try {
        await close()
      } finally {
        await components.stop()
      }
    }
    return demo
  } catch (error) {
    await components.stop()
    throw error
  }
}

/** Writes into the file of that name among the logs of the suite. */
export async function suiteLog(name: string, level = 'info'): Promise<Logger> {
  await mkdir(LOGS, { recursive: true })
  const stream = createWriteStream(join(LOGS, `${name}.log`), { flags: 'a' })
  return createLogger({ name, level, destination: { write: (line) => void stream.write(line) } })
}

/** What the operator comes to Grafana with: a canary, which nobody may see anywhere. */
export const OPERATOR_LOGIN = { username: 'clickstream-operator', password: 'Canary/of+Grafana "1"' }

async function demoOver(suite: string, real: RealServers, level: string | undefined, platform: PlatformOptions): Promise<Demo> {
  const demo = await startDemo({ log: await suiteLog(suite, level), progress: () => undefined, real, operatorLogin: OPERATOR_LOGIN, ...platform })
  const unwatch = watchForFailures(demo.kube)
  const { close } = demo
  demo.close = async () => {
    try {
      await thenNoSecretShows(searchedOf(demo))
    } finally {
      await unwatch()
      await close()
    }
  }
  try {
    await thenGrafanaAsksFor(demo.sandbox.servers.grafana.url, OPERATOR_LOGIN)
    return demo
  } catch (error) {
    await close()
    throw error
  }
}

export const searchedOf = ({ kube, sandbox, operator }: Demo): Searched => ({ kube, kubeconfig: sandbox.kubeconfig, operatorUrl: operator.url })

export async function whenApplied(demo: Demo, file: string): Promise<string> {
  let name = ''
  for (const object of await readManifest(file)) {
    const applied = await apply(demo.kube, NAMESPACE, object)
    if (object.kind === PIPELINE.kind) name = applied.metadata.name
  }
  return name
}

export async function pipelineOf(demo: Demo, name: string) {
  const object = await demo.kube.get(PIPELINE, NAMESPACE, name)
  assert.ok(object, `there is no pipeline ${name}`)
  const parsed = parsePipeline(object)
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
}

/** Waits until `holds`; the last thing seen stands in the failure. A backend that cannot answer just now is asked again. */
export async function then<T>(what: string, look: () => Promise<T>, holds: (seen: T) => boolean, timeoutMs = 120_000): Promise<T> {
  const deadline = systemClock.now() + timeoutMs
  for (;;) {
    const seen = await look().catch((error: unknown) => {
      if (error instanceof Failure && error.class === 'Retry') return error
      throw error
    })
    if (!(seen instanceof Failure) && holds(seen)) return seen
    const last = seen instanceof Failure ? seen.message : JSON.stringify(seen)?.slice(-3_000)
    if (systemClock.now() > deadline) assert.fail(`${what}: not after ${timeoutMs / 1000} s; last seen ${last}`)
    await systemClock.sleep(250)
  }
}

export const conditionOf = (pipeline: Awaited<ReturnType<typeof pipelineOf>>, type: string) =>
  pipeline.status?.conditions?.find((condition) => condition.type === type)

export async function thenReady(demo: Demo, name: string) {
  return then(
    `pipeline ${name} is Ready and its data flows`,
    () => pipelineOf(demo, name),
    (pipeline) => conditionOf(pipeline, 'Ready')?.status === 'True' && conditionOf(pipeline, 'DataFlowing')?.status === 'True',
  )
}
