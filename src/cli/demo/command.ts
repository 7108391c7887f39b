/** `clickstream demo`: everything in one process, from nothing to a panel with numbers. */
import { createWriteStream } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { PIPELINE } from '../../api/index.ts'
import { readPipeline, startConsole, UserError } from '../../console/index.ts'
import { createLogger, systemClock } from '../../ports/index.ts'
import type { RealServers } from '../../sandbox/index.ts'
import { apply } from '../apply.ts'
import { checkPipeline, formatRow, printVerdict } from '../commands/check.ts'
import { fileOfPackage, readManifest } from '../manifest.ts'
import { formatTable, print } from '../output.ts'
import { GRAFANA_LOGIN, NAMESPACE, withSandboxAddresses } from './manifests.ts'
import { type Demo, startDemo } from './run.ts'

/** The options of RealServers name servers that take the place of stand-ins. */
export interface DemoOptions extends RealServers {
  readonly check?: boolean
  /** Connectors are KafkaConnector objects. */
  readonly strimziConnect?: boolean
  /** The pipeline to run; default: the example of the package. */
  readonly file?: string
}

const STATE_DIRECTORY = fileOfPackage('.cache/demo')
const DEFAULT_PIPELINE = fileOfPackage('examples/clickstream/pipeline.yaml')
const READY_WITHIN_MS = 180_000

export async function demo(options: DemoOptions): Promise<number> {
  await mkdir(STATE_DIRECTORY, { recursive: true })
  const logFile = `${STATE_DIRECTORY}/demo.log`
  const stream = createWriteStream(logFile)
  const log = createLogger({ name: 'clickstream', destination: { write: (line) => void stream.write(line) } })
  const stop = new AbortController()
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        stop.abort(new UserError('Stopped.'))
        resolve()
      })
    }
  })
  const startedAt = systemClock.now()
  const progress = (text: string) => print(`${`+${((systemClock.now() - startedAt) / 1000).toFixed(1)}s`.padStart(7)}  ${text}`)
  print('Starting the stand-ins and the operator ...')
  const running = await startDemo({ log, progress, real: options, strimziConnect: options.strimziConnect === true })
  try {
    const kubeconfig = `${STATE_DIRECTORY}/kubeconfig`
    await copyFile(running.sandbox.kubeconfig, kubeconfig)
    const name = await applyPipelines(running, options.file ?? DEFAULT_PIPELINE)
    progress(`applied ClickstreamPipeline ${NAMESPACE}/${name}`)
    await untilReady(running, name, progress, stop.signal)
    const console = await startConsole({ kube: running.kube, namespace: NAMESPACE, pipeline: name })
    running.closeFirst(() => console.close())
    print(`\n${await addresses(running, console.url, kubeconfig, logFile, name)}\n`)
    if (options.check) return await check(running, name, progress, stop.signal)
    print('Ctrl-C ends it.')
    await interrupted
    return 0
  } catch (error) {
    if (stop.signal.aborted) return 130
    throw error
  } finally {
    print('Stopping ...')
    await running.close()
    stream.end()
  }
}

/** Applies every object of the file; the last pipeline is the one that is watched. */
async function applyPipelines(running: Demo, file: string): Promise<string> {
  let name: string | undefined
  for (const object of await readManifest(file)) {
    const applied = await apply(running.kube, NAMESPACE, withSandboxAddresses(object, running.sandbox))
    if (object.kind === PIPELINE.kind) name = applied.metadata.name
  }
  if (name === undefined) throw new UserError(`${file} holds no ${PIPELINE.kind}.`)
  return name
}

/** Shows each condition as it changes; ends when Ready and DataFlowing are True. */
async function untilReady(running: Demo, name: string, progress: (text: string) => void, signal: AbortSignal): Promise<void> {
  const shown = new Map<string, string>()
  const deadline = systemClock.now() + READY_WITHIN_MS
  while (systemClock.now() < deadline) {
    const pipeline = await readPipeline(running.kube, NAMESPACE, name)
    const conditions = pipeline.status?.conditions ?? []
    for (const { type, status, reason, message } of conditions) {
      const text = `${type.padEnd(20)} ${status.padEnd(8)} ${reason}${message && status !== 'True' ? `: ${message}` : ''}`
      if (shown.get(type) !== text) progress(text)
      shown.set(type, text)
    }
    const holds = (type: string) => conditions.some((condition) => condition.type === type && condition.status === 'True')
    if (holds('Ready') && holds('DataFlowing')) return
    if (holds('Stalled')) throw new UserError(`The pipeline is stalled: ${conditions.find(({ type }) => type === 'Stalled')?.message}`)
    await systemClock.sleep(250, signal)
  }
  throw new UserError(`The pipeline was not Ready, with data flowing, after ${READY_WITHIN_MS / 1000} s.`)
}

async function addresses(running: Demo, consoleUrl: string, kubeconfig: string, logFile: string, name: string): Promise<string> {
  const { servers } = running.sandbox
  const pipeline = await readPipeline(running.kube, NAMESPACE, name)
  const dashboard = pipeline.status?.resources?.find((resource) => resource.kind === 'Dashboard')
  const where = [
    ['Console', consoleUrl, 'every view of the pipeline on one page'],
    ['Grafana', `${servers.grafana.url}${dashboard?.id ? `/d/${dashboard.id}` : ''}`, `user ${GRAFANA_LOGIN.username}, password ${GRAFANA_LOGIN.password}`],
    ['Kubernetes API', servers.kubernetes.url, `export KUBECONFIG=${kubeconfig}`],
    ['Kafka', servers.kafka.url, `kcat -b ${servers.kafka.url} -L`],
    ['ksqlDB', servers.ksqldb.url, `curl ${servers.ksqldb.url}/info`],
    ['Kafka Connect', servers.connect.url, `curl ${servers.connect.url}/connectors`],
    ['Elasticsearch', servers.elasticsearch.url, `curl ${servers.elasticsearch.url}/_cat/indices`],
    ['Log', logFile, ''],
  ]
  const next = [
    `export KUBECONFIG=${kubeconfig}`,
    `npx clickstream status ${name}`,
    'npx clickstream topics',
    'npx clickstream print clickstream --limit 3',
    'kubectl get clickstreampipelines -w',
  ]
  return `${formatTable(['WHAT', 'WHERE', ''], where)}\n\nTry next, in another terminal:\n${next.map((line) => `  ${line}`).join('\n')}`
}

async function check(running: Demo, name: string, progress: (text: string) => void, signal: AbortSignal): Promise<number> {
  progress('checking; the numbers of one whole minute are recounted, so this takes up to two minutes')
  const rows = await checkPipeline(running.kube, { namespace: NAMESPACE, name }, signal, {
    numbers: true,
    grafanaLogin: GRAFANA_LOGIN,
    onRow: (row) => print(formatRow(row)),
  })
  const bad = rows.filter((row) => !row.ok)
  printVerdict(rows, bad)
  return bad.length === 0 ? 0 : 1
}
