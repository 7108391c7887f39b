/** Backends that misbehave: told in conditions with a reason, tried again, no harm to others, and used again when they are back. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { PIPELINE, PLATFORM, parsePlatform } from '../../src/api/index.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { runOperator } from '../../src/cli/operator.ts'
import { createKubeApi, systemClock } from '../../src/ports/index.ts'
import { conditionOf, givenDemo, pipelineOf, suiteLog, then } from '../given.ts'
import { type BackendProxy, type Mode, startProxy } from '../proxy.ts'
import { HEALTHY, pipelineFrom } from '../wrong/case.ts'

const NAMESPACE = 'default'
/** Of one request; long enough for a machine that does much else. */
const TIMEOUT = '5s'
/** A look every 10 s, and the time-out of one request. */
const TOLD_WITHIN_MS = 25_000
const BACKENDS = ['kafka', 'ksqldb', 'connect', 'elasticsearch', 'grafana'] as const
type BackendName = (typeof BACKENDS)[number]

const CONDITIONS: Readonly<Record<BackendName, [platform: string, pipeline: string]>> = {
  kafka: ['KafkaAvailable', 'TopicsReady'],
  ksqldb: ['KsqldbAvailable', 'StatementsReady'],
  connect: ['ConnectAvailable', 'SinksReady'],
  elasticsearch: ['ElasticsearchAvailable', 'TemplatesReady'],
  grafana: ['GrafanaAvailable', 'DashboardsReady'],
}
type Fault = Exclude<Mode, 'pass' | 'slow' | 'conflict'>

const REASONS: Readonly<Record<Fault, readonly string[]>> = {
  refuse: ['Unreachable'],
  hang: ['TimedOut'],
  reset: ['Unreachable'],
  // What is no answer of Kafka's protocol has no known length, and the client waits for the rest.
  garbage: ['UnexpectedAnswer', 'Unreachable', 'TimedOut'],
  error: ['BackendError'],
}
const SENTENCES: Readonly<Record<Fault, string>> = {
  refuse: 'is down and comes back on the same port',
  hang: 'takes requests and answers none',
  reset: 'cuts its answers in the middle',
  garbage: 'answers with a page of somebody else',
  error: 'answers 503',
}
/** Kafka's protocol has no status 503. */
const struckBy = (fault: Fault) => BACKENDS.filter((name) => fault !== 'error' || name !== 'kafka')

/** `127.0.0.1` and the port as a broker writes them into its answers. */
const advertised = (port: number) => {
  const bytes = Buffer.alloc(13, '127.0.0.1', 'latin1')
  bytes.writeInt32BE(port, 9)
  return bytes
}

describe('a backend', () => {
  let demo: Demo
  let kubernetes: BackendProxy
  const proxies = new Map<BackendName, BackendProxy>()

  before(async () => {
    demo = await givenDemo('faults')
    const portOf = (url: string) => Number(url.slice(url.lastIndexOf(':') + 1))
    const { servers, operatorKubeconfig } = demo.sandbox
    for (const name of BACKENDS) {
      const port = portOf(servers[name].url)
      proxies.set(name, await startProxy({ port, ...(name === 'kafka' ? { advertised, garbage: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') } : {}) }))
    }
    kubernetes = await startProxy({ port: portOf(servers.kubernetes.url) })
    // The operator over the proxy of the API server; everybody else goes there directly.
    await demo.operator.stop()
    const proxied = `${operatorKubeconfig}.proxied`
    await writeFile(
      proxied,
      (await readFile(operatorKubeconfig, 'utf8')).replaceAll(servers.kubernetes.url, servers.kubernetes.url.replace(/\d+$/, String(kubernetes.port))),
    )
    const kube = createKubeApi({ kubeconfig: proxied, userAgent: 'clickstream-operator' })
    demo.operator = await runOperator({ kube, log: await suiteLog('operator'), http: { port: 0 } })
    const plain = await demo.kube.get(PLATFORM, NAMESPACE, 'default')
    for (const name of BACKENDS)
      await demo.kube.create(PLATFORM, {
        ...plain!,
        metadata: { name, namespace: NAMESPACE },
        spec: behindProxy(plain!.spec, name),
        status: undefined,
      } as never)
    for (const name of BACKENDS) await demo.kube.create(PIPELINE, onPlatform(name, name))
    await Promise.all(BACKENDS.map((name) => thenStands(name)))
  })
  after(async () => {
    for (const proxy of [...proxies.values(), kubernetes]) await proxy?.set('pass')
    await demo?.close()
    for (const proxy of [...proxies.values(), kubernetes]) await proxy?.close()
  })

  function behindProxy(spec: unknown, name: BackendName): unknown {
    const { port } = proxies.get(name)!
    const parts = spec as Record<string, { url?: string; bootstrapServers?: string }>
    // Kafka Connect and Grafana reach the index past the proxy.
    const { url } = parts.elasticsearch!
    const whole = { ...parts, elasticsearch: { ...parts.elasticsearch, clients: { connect: { url }, grafana: { url } } } } as typeof parts
    const part = whole[name]!
    return {
      ...whole,
      [name]: part.url ? { ...part, url: part.url.replace(/\d+$/, String(port)), timeout: TIMEOUT } : { ...part, bootstrapServers: `127.0.0.1:${port}` },
    }
  }

  const onPlatform = (name: string, platform: string) => {
    const object = pipelineFrom(HEALTHY, name)
    return { ...object, spec: { ...(object.spec as object), platformRef: { name: platform } } }
  }

  const thenStands = (name: string, timeoutMs?: number) =>
    then(
      `pipeline ${name} is Ready`,
      () => pipelineOf(demo, name),
      (seen) => conditionOf(seen, 'Ready')?.status === 'True',
      timeoutMs,
    )

  async function platformOf(name: string) {
    const parsed = parsePlatform((await demo.kube.get(PLATFORM, NAMESPACE, name))!)
    assert.ok(parsed.ok)
    return new Map((parsed.value.status?.conditions ?? []).map((condition) => [condition.type, condition]))
  }

  /** What the operator changed at backends since then. */
  const operatorCalls = (since: number) =>
    Object.entries(demo.sandbox.servers).flatMap(([server, { requests }]) =>
      requests
        .since(since, { mutating: true })
        .filter(({ client, path }) => client.startsWith('clickstream-operator') && !/\/(events|status|configmaps|leases)\b|clickstreamp/.test(path))
        .map(({ method, path }) => `${server} ${method} ${path}`),
    )

  for (const mode of Object.keys(SENTENCES) as Fault[]) {
    describe(`that ${SENTENCES[mode]}`, () => {
      let since = 0
      before(async () => {
        since = systemClock.now()
        for (const name of struckBy(mode)) await proxies.get(name)!.set(mode)
      })
      after(async () => {
        for (const proxy of proxies.values()) await proxy.set('pass')
      })

      for (const name of struckBy(mode)) {
        it(`${name} shows in conditions of platform and pipeline`, async () => {
          const [ofPlatform, ofPipeline] = CONDITIONS[name]
          const left = Math.max(1_000, since + TOLD_WITHIN_MS - systemClock.now())
          const platform = await then(
            'the platform says so',
            () => platformOf(name),
            (seen) => seen.get(ofPlatform)?.status === 'False',
            left,
          )
          const { reason, message } = platform.get(ofPlatform)!
          assert.ok(REASONS[mode].includes(reason), `${reason}: ${message}`)
          for (const [other, [type]] of Object.entries(CONDITIONS))
            if (other !== name) assert.equal(platform.get(type)?.status, 'True', `${type} has nothing to do with it`)
          const pipeline = await then(
            'the pipeline says so',
            () => pipelineOf(demo, name),
            (seen) => conditionOf(seen, ofPipeline)?.status === 'Unknown',
            left,
          )
          assert.equal(conditionOf(pipeline, ofPipeline)?.reason, reason)
          assert.notEqual(conditionOf(pipeline, 'Ready')?.status, 'True')
        })
      }

      it('holds up no pipeline on another platform', async () => {
        await demo.kube.create(PIPELINE, onPlatform(`beside${mode}`, 'default'))
        await thenStands(`beside${mode}`, 60_000)
      })

      it('is asked again, and used again when it is back, and nothing is made twice', async () => {
        // Nobody counts the tries while nobody listens.
        const seen = async ([name, proxy]: [BackendName, BackendProxy]) => {
          const before = proxy.seen()
          await then(
            `${name} is asked again`,
            async () => proxy.seen(),
            (now) => now > before,
            40_000,
          )
        }
        if (mode !== 'refuse') await Promise.all([...proxies].filter(([name]) => struckBy(mode).includes(name)).map(seen))
        const back = systemClock.now()
        for (const proxy of proxies.values()) await proxy.set('pass')
        await Promise.all(BACKENDS.map((name) => thenStands(name, 60_000)))
        for (const name of BACKENDS)
          await then(
            `platform ${name} is Ready`,
            () => platformOf(name),
            (seen) => seen.get('Ready')?.status === 'True',
            40_000,
          )
        assert.deepEqual(operatorCalls(back), [])
      })
    })
  }

  describe('that is slow', () => {
    before(async () => {
      for (const proxy of proxies.values()) await proxy.set('slow')
    })
    after(async () => {
      for (const proxy of proxies.values()) await proxy.set('pass')
    })

    it('stays available, and its pipelines Ready', async () => {
      const since = systemClock.now()
      for (let look = 0; look < 10; look++) {
        await systemClock.sleep(2_500)
        for (const name of BACKENDS) {
          const condition = (await platformOf(name)).get(CONDITIONS[name][0])
          assert.equal(condition?.status, 'True', `${name}: ${condition?.message}`)
          assert.equal(conditionOf(await pipelineOf(demo, name), 'Ready')?.status, 'True', name)
        }
      }
      assert.deepEqual(operatorCalls(since), [])
    })

    it('is made to hold what is declared meanwhile', async () => {
      for (const name of BACKENDS) await demo.kube.create(PIPELINE, onPlatform(`slow${name}`, name))
      for (const name of BACKENDS) await thenStands(`slow${name}`, 180_000)
    })
  })

  describe('Kafka Connect while it rebalances', () => {
    it('is told, and makes its connectors when it has done so', async () => {
      await proxies.get('connect')!.set('conflict', /^(POST|PUT) \/connectors(?!.*validate)/)
      try {
        await demo.kube.create(PIPELINE, onPlatform('rebalanced', 'connect'))
        await then(
          'the pipeline says so',
          () => pipelineOf(demo, 'rebalanced'),
          (seen) => /rebalanc/.test(`${conditionOf(seen, 'SourcesReady')?.message} ${conditionOf(seen, 'Ready')?.message}`),
          40_000,
        )
        // What can be asked can be used: it is no outage.
        const available = (await platformOf('connect')).get('ConnectAvailable')
        assert.equal(available?.status, 'True', available?.message ?? 'no such condition')
      } finally {
        await proxies.get('connect')!.set('pass')
      }
      await thenStands('rebalanced', 60_000)
    })
  })

  describe('that carries out what it is asked and cuts the answer', () => {
    before(async () => {
      for (const proxy of proxies.values()) await proxy.set('reset', /^(POST|PUT) (?!.*_simulate|.*_msearch|.*validate)|"ksql":"(CREATE|DROP)/)
    })
    it('makes nothing twice', async () => {
      await Promise.all(BACKENDS.map((name) => demo.kube.create(PIPELINE, onPlatform(`cut${name}`, name))))
      await systemClock.sleep(8_000)
      for (const proxy of proxies.values()) await proxy.set('pass')
      for (const name of BACKENDS) await thenStands(`cut${name}`, 120_000)
      for (const name of BACKENDS) {
        const { status } = await pipelineOf(demo, `cut${name}`)
        assert.ok(
          status?.resources?.every(({ state }) => state === 'Ready'),
          JSON.stringify(status?.resources),
        )
      }
    })
  })

  describe('the API server', () => {
    for (const mode of ['refuse', 'hang', 'reset'] as const) {
      it(`that ${SENTENCES[mode]} costs nothing that stands, and what was declared meanwhile comes`, async () => {
        const since = systemClock.now()
        await kubernetes.set(mode)
        await demo.kube.create(PIPELINE, onPlatform(`kube${mode}`, 'default'))
        await systemClock.sleep(8_000)
        assert.deepEqual(operatorCalls(since), [])
        await kubernetes.set('pass')
        const ready = await thenStands(`kube${mode}`, 120_000)
        const own = (ready.status?.resources ?? []).length
        const calls = operatorCalls(since)
        assert.ok(calls.length <= own + 2, `${calls.length} calls for ${own} objects: ${JSON.stringify(calls)}`)
        for (const name of BACKENDS) await thenStands(name, 60_000)
      })
    }
  })
})
