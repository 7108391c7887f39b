/** What one operator takes for many pipelines: memory, CPU and requests per second, over the stand-ins. `npx node bench/operator-size.ts 10 100` */
import { spawn } from 'node:child_process'
import { generateCrds, PIPELINE } from '../src/api/index.ts'
import { apply } from '../src/cli/apply.ts'
import { GRAFANA_LOGIN, NAMESPACE, platformObjects } from '../src/cli/demo/manifests.ts'
import { fileOfPackage } from '../src/cli/manifest.ts'
import { createKubeApi, createLogger, type KubeObject, systemClock, systemRandom } from '../src/ports/index.ts'
import { startSandbox } from '../src/sandbox/index.ts'

/** A pipeline that waits for its first data is looked at every second for a minute. */
const SETTLE_MS = 75_000
const MEASURED_MS = 60_000
const PORT = 18_080

function pipeline(n: number): KubeObject {
  const columns = 'USERID INT, STATUS INT'
  return {
    apiVersion: 'clickstream.dev/v1alpha1',
    kind: PIPELINE.kind,
    metadata: { name: `size-${n}`, namespace: NAMESPACE },
    spec: {
      topics: [{ name: `size-${n}` }],
      statements: [{ name: 'source', sql: `CREATE STREAM SIZE_${n} (${columns}) WITH (KAFKA_TOPIC = 'size-${n}', VALUE_FORMAT = 'JSON');` }],
      metrics: [
        {
          name: `SIZE_${n}_PER_MIN`,
          from: `SIZE_${n}`,
          measures: [{ name: 'EVENTS', function: 'count' }],
          by: ['USERID'],
          window: { type: 'tumbling', size: '60s' },
        },
      ],
    },
  }
}

async function measure(count: number): Promise<void> {
  const sandbox = await startSandbox({
    clock: systemClock,
    random: systemRandom,
    log: createLogger({ name: 'size', level: 'silent' }),
    crds: generateCrds() as unknown as KubeObject[],
    namespace: NAMESPACE,
    grafanaUsers: [{ login: GRAFANA_LOGIN.username, password: GRAFANA_LOGIN.password }],
  })
  const child = spawn(
    process.execPath,
    [fileOfPackage('src/cli/main.ts'), 'operator', '--kubeconfig', sandbox.kubeconfig, '--port', String(PORT), '--log-level', 'error'],
    { stdio: 'inherit' },
  )
  try {
    const kube = createKubeApi({ kubeconfig: sandbox.kubeconfig, userAgent: 'size' })
    for (const object of platformObjects(sandbox)) await apply(kube, NAMESPACE, object)
    const startedAt = systemClock.now()
    for (let n = 0; n < count; n++) await apply(kube, NAMESPACE, pipeline(n))
    for (;;) {
      const { items } = await kube.list(PIPELINE, { namespace: NAMESPACE })
      const ready = items.filter(({ status }) =>
        (status as { conditions?: { type: string; status: string }[] })?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
      )
      if (ready.length === count) break
      if (systemClock.now() - startedAt > 400_000) throw new Error(`${ready.length} of ${count} are ready`)
      await systemClock.sleep(1_000)
    }
    const readyMs = systemClock.now() - startedAt
    await systemClock.sleep(SETTLE_MS)
    const read = async () => {
      const text = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text()
      const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
      return {
        at: systemClock.now(),
        cpu: value('process_cpu_seconds_total'),
        memory: value('process_resident_memory_bytes'),
        heap: value('nodejs_heap_size_used_bytes'),
      }
    }
    const before = await read()
    await systemClock.sleep(MEASURED_MS)
    const after = await read()
    const seconds = (after.at - before.at) / 1000
    const requests = Object.entries(sandbox.servers).map(
      ([name, server]) =>
        `${name} ${(server.requests.since(before.at).filter(({ client }) => client.startsWith('clickstream-operator') || client === '').length / seconds).toFixed(1)}`,
    )
    const all = Object.entries(sandbox.servers).map(([name, server]) => `${name} ${(server.requests.since(before.at).length / seconds).toFixed(1)}`)
    console.log(
      JSON.stringify({
        pipelines: count,
        readySeconds: Math.round(readyMs / 1000),
        heapMiB: Math.round(after.heap / 2 ** 20),
        memoryMiB: Math.round(after.memory / 2 ** 20),
        cpuCores: Number(((after.cpu - before.cpu) / seconds).toFixed(3)),
        requestsOfOperator: requests.join(', '),
        requestsOfAll: all.join(', '),
      }),
    )
  } finally {
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    await sandbox.close()
  }
}

for (const count of process.argv.slice(2).map(Number)) await measure(count)
