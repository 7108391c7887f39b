/** Every backend behind TLS and a login, each refusing who has none; all secrets changed while it runs; no secret shown anywhere. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { PIPELINE, PLATFORM, parsePlatform } from '../../src/api/index.ts'
import { apply } from '../../src/cli/apply.ts'
import { GRAFANA_LOGIN } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { readManifest } from '../../src/cli/manifest.ts'
import { type Backends, openBackends } from '../../src/console/index.ts'
import {
  createHttpClient,
  createKafkaClient,
  Failure,
  type HttpConnection,
  type KafkaSecurity,
  type KubeObject,
  type KubeResource,
  systemClock,
} from '../../src/ports/index.ts'
import { createAuthority } from '../../test/ports/certificates.ts'
import { type Canaries, canariesOf, thenNoSecretShows } from '../canaries.ts'
import { type RealComponents, startReal } from '../components/index.ts'
import { type SecureConnect, startSecureConnect } from '../components/secure/connect.ts'
import { basic, ELASTICSEARCH_REFUSAL, type Gate, KSQLDB_REFUSAL, startGate } from '../components/secure/gate.ts'
import { type SecureKafka, startSecureKafka } from '../components/secure/kafka.ts'
import { conditionOf, EXAMPLE, givenDemo, pipelineOf, REAL, searchedOf, then } from '../given.ts'
import { HEALTHY, pipelineFrom } from '../wrong/case.ts'

const NAMESPACE = 'default'
const SECRETS: KubeResource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' }
const CONFIG_MAPS: KubeResource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }
const CONDITIONS = {
  kafka: 'KafkaAvailable',
  ksqldb: 'KsqldbAvailable',
  connect: 'ConnectAvailable',
  elasticsearch: 'ElasticsearchAvailable',
  grafana: 'GrafanaAvailable',
} as const
type BackendName = keyof typeof CONDITIONS
const BACKENDS = Object.keys(CONDITIONS) as BackendName[]

/** Made to be told apart, and to need escapes in JSON, URLs and headers. */
const secret = (of: string, version: number) => `Canary-of ${of}/+%&=~${version}`
const login = (username: string, version: number) => ({ username, password: secret(username, version) })
const apiKey = (version: number) => Buffer.from(`id-of-a-key:canary-of-a-key-${version}`).toString('base64')

describe('over TLS and with logins', function () {
  this.timeout(900_000)
  const now = systemClock.now()
  let servers = createAuthority('Servers', now)
  let clients = createAuthority('Clients', now)
  let version = 1
  const running: { stop(): Promise<void> }[] = []
  const gates = {} as Record<'ksqldb' | 'elasticsearch' | 'grafana', Gate>
  let components: RealComponents
  let kafka: SecureKafka
  let connect: SecureConnect
  let demo: Demo
  let token: { readonly account: number; readonly id: number; readonly key: string }
  let backends: Backends | undefined
  const old = new Map<string, string>()

  const started = <T extends { stop(): Promise<void> }>(one: T): T => {
    running.push(one)
    return one
  }

  before(async () => {
    components = started(await startReal(REAL.filter((kind) => kind === 'elasticsearch' || kind === 'kubernetes')))
    kafka = started(
      await startSecureKafka({
        identity: servers.issue(),
        clientAuthority: clients.cert,
        scram: { user: 'clickstream', password: secret('scram', 1) },
        plain: { user: 'plain', password: secret('plain', 1) },
      }),
    )
    connect = started(await startSecureConnect(kafka.kafka.address, { identity: servers.issue(), authority: servers.cert, login: login('connect', 1) }))
    demo = await givenDemo('security', { ...components.servers, kafka: kafka.kafka.address, connect: connect.connect.url }, 'trace')
    const { elasticsearch, ksqldb, grafana } = demo.sandbox.servers
    gates.elasticsearch = await startGate({ upstream: elasticsearch.url, identity: servers.issue(), allowed: [], refusal: ELASTICSEARCH_REFUSAL })
    gates.ksqldb = await startGate({ upstream: ksqldb.url, identity: servers.issue(), allowed: [], refusal: KSQLDB_REFUSAL })
    // It has users and tokens of its own.
    gates.grafana = await startGate({ upstream: grafana.url, identity: servers.issue() })
    letIn()
    token = await newToken()
    // The demo's own platform has no business here: nothing of it is secured.
    await demo.kube.delete(PLATFORM, NAMESPACE, 'default')
    await giveSecrets()
    await giveAuthorities()
    await giveClientCertificate()
    for (const platform of platforms()) await demo.kube.create(PLATFORM, platform)
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
    for (const gate of Object.values(gates)) await gate.close()
    for (const one of running.reverse()) await one.stop()
  })

  // ---------------------------------------------------------------- the world

  /** What the gates take from now on. */
  function letIn(): void {
    gates.elasticsearch.allow([...['search', 'sink', 'panels'].map((user) => basic(login(user, version))), `ApiKey ${apiKey(version)}`])
    gates.ksqldb.allow([basic(login('ksqldb', version))])
  }

  async function grafanaAdmin<T>(method: 'POST' | 'DELETE', path: readonly string[], body: unknown, answer: z.ZodType<T>): Promise<T> {
    const auth = GRAFANA_LOGIN
    return (await createHttpClient({ baseUrl: demo.sandbox.servers.grafana.url, service: 'Grafana', auth }).request({ method, path, body, answer })).body
  }
  async function newToken() {
    const { id: account } = await grafanaAdmin('POST', ['api', 'serviceaccounts'], { name: `operator ${version}`, role: 'Admin' }, z.object({ id: z.number() }))
    const made = await grafanaAdmin(
      'POST',
      ['api', 'serviceaccounts', String(account), 'tokens'],
      { name: 'operator' },
      z.object({ id: z.number(), key: z.string() }),
    )
    return { account, ...made }
  }

  async function give(resource: KubeResource, name: string, data: Readonly<Record<string, string>>): Promise<void> {
    const encoded = resource === SECRETS ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) : data
    await apply(demo.kube, NAMESPACE, { apiVersion: 'v1', kind: resource.kind, metadata: { name }, data: encoded })
  }
  async function giveSecrets(): Promise<void> {
    // As Strimzi writes that of a KafkaUser: the name of the Secret is that of the user.
    await give(SECRETS, 'clickstream', { password: secret('scram', version), 'sasl.jaas.config': `not read, but no less secret: ${secret('scram', version)}` })
    for (const user of ['ksqldb', 'connect', 'search', 'sink', 'panels']) await give(SECRETS, `${user}-login`, login(user, version))
    await give(SECRETS, 'search-key', { apiKey: apiKey(version) })
    await give(SECRETS, 'grafana-token', { token: token.key })
  }
  async function giveAuthorities(): Promise<void> {
    await give(CONFIG_MAPS, 'authorities', { 'ca.crt': servers.cert })
    await give(SECRETS, 'cluster-ca-cert', { 'ca.crt': servers.cert })
  }
  const giveClientCertificate = async () => {
    const { cert, key } = clients.issue({ commonName: 'clickstream' })
    await give(SECRETS, 'clickstream-certificate', { 'user.crt': cert, 'user.key': key })
  }

  function platforms(): KubeObject[] {
    const caRef = { kind: 'ConfigMap', name: 'authorities' }
    const spec = (kafkaPart: object, searchSecret: string) => ({
      kafka: { strimziCluster: 'sandbox', ...kafkaPart },
      ksqldb: { url: gates.ksqldb.url, secretRef: { name: 'ksqldb-login' }, caRef },
      connect: { url: connect.connect.url, secretRef: { name: 'connect-login' }, caRef },
      elasticsearch: {
        url: gates.elasticsearch.url,
        secretRef: { name: searchSecret },
        caRef,
        clients: { connect: { secretRef: { name: 'sink-login' }, caRef }, grafana: { secretRef: { name: 'panels-login' }, caRef } },
      },
      grafana: { url: gates.grafana.url, secretRef: { name: 'grafana-token' }, caRef },
      limits: { allowPlainSecrets: true },
    })
    const tls = { caRef: { kind: 'Secret', name: 'cluster-ca-cert' } }
    const of = (name: string, made: object): KubeObject => ({
      apiVersion: 'clickstream.dev/v1alpha1',
      kind: 'ClickstreamPlatform',
      metadata: { name, namespace: NAMESPACE },
      spec: made,
    })
    return [
      of('scram', spec({ bootstrapServers: kafka.login, tls, authentication: { type: 'scram-sha-512', secretRef: { name: 'clickstream' } } }, 'search-login')),
      of(
        'mutual',
        spec({ bootstrapServers: kafka.mutual, tls, authentication: { type: 'tls', secretRef: { name: 'clickstream-certificate' } } }, 'search-key'),
      ),
    ]
  }

  // ---------------------------------------------------------------- looks

  async function platformOf(name: string) {
    const parsed = parsePlatform((await demo.kube.get(PLATFORM, NAMESPACE, name))!)
    assert.ok(parsed.ok)
    return new Map((parsed.value.status?.conditions ?? []).map((condition) => [condition.type, condition]))
  }
  const thenTold = (platform: string, backend: BackendName, reason: string) =>
    then(
      `platform ${platform} says ${reason} of ${backend}`,
      () => platformOf(platform),
      (seen) => seen.get(CONDITIONS[backend])?.status === 'False' && seen.get(CONDITIONS[backend])?.reason === reason,
      90_000,
    )
  const thenPlatformReady = (name: string) =>
    then(
      `platform ${name} is Ready`,
      () => platformOf(name),
      (seen) => seen.get('Ready')?.status === 'True',
      180_000,
    )
  const thenFlowing = (name: string) =>
    then(
      `pipeline ${name} is Ready and its data flows`,
      () => pipelineOf(demo, name),
      (seen) => conditionOf(seen, 'Ready')?.status === 'True' && conditionOf(seen, 'DataFlowing')?.status === 'True',
      240_000,
    )

  /** Clients as the console has them. */
  async function open(name: string): Promise<Backends> {
    await backends?.close()
    const parsed = parsePlatform((await demo.kube.get(PLATFORM, NAMESPACE, name))!)
    assert.ok(parsed.ok)
    backends = await openBackends(demo.kube, parsed.value)
    return backends
  }
  async function thenDocumentsCome(platform: string, index: string): Promise<void> {
    const { elasticsearch } = await open(platform)
    // 503: its shards still start.
    const count = async () => (await elasticsearch.count({ index, ignore_unavailable: true }, { ignore: [503] })).count ?? 0
    const before = await count()
    await then(`documents come into ${index}`, count, (seen) => seen > before)
  }
  async function thenPanelsHaveTheirSource(platform: string): Promise<void> {
    const { grafana } = await open(platform)
    const { body } = await grafana.request({ method: 'GET', path: ['api', 'datasources'], answer: z.array(z.object({ uid: z.string() })) })
    assert.ok(body.length >= 2)
    for (const { uid } of body) {
      const health = await grafana.request({
        method: 'GET',
        path: ['api', 'datasources', 'uid', uid, 'health'],
        answer: z.object({ status: z.string(), message: z.string() }),
      })
      assert.equal(health.body.status, 'OK', health.body.message)
    }
  }

  async function refusal(ask: () => Promise<unknown>): Promise<string> {
    const error = await ask().then(
      () => assert.fail('it lets everybody in'),
      (failure: unknown) => failure,
    )
    assert.ok(error instanceof Failure, String(error))
    return error.reason
  }
  const askHttp = (url: string, path: string, connection: HttpConnection) =>
    createHttpClient({ baseUrl: url, service: 'it', connection: async () => connection }).request({ method: 'GET', path: path.split('/'), answer: z.unknown() })
  async function askKafka(address: string, security: KafkaSecurity): Promise<void> {
    const client = createKafkaClient({ brokers: [address], clientId: 'e2e', security })
    try {
      await client.listTopics()
    } finally {
      await client.close()
    }
  }

  // ---------------------------------------------------------------- what it does

  describe('a backend', () => {
    for (const [name, path] of [
      ['connect', 'connectors'],
      ['ksqldb', 'info'],
      ['elasticsearch', '_cluster/health'],
      ['grafana', 'api/datasources'],
    ] as const) {
      it(`${name} refuses who has no login, a wrong one, or another authority`, async () => {
        const url = name === 'connect' ? connect.connect.url : gates[name].url
        const ca = servers.cert
        assert.equal(await refusal(() => askHttp(url, path, { ca })), 'Unauthorized')
        assert.equal(await refusal(() => askHttp(url, path, { ca, auth: { username: name, password: 'not the password' } })), 'Unauthorized')
        assert.equal(await refusal(() => askHttp(url, path, { ca: clients.cert, auth: login(name, version) })), 'TlsFailed')
        if (name !== 'grafana' && name !== 'elasticsearch') await askHttp(url, path, { ca, auth: login(name, version) })
      })
    }

    it('kafka refuses who has no login, a wrong one, no certificate, or another authority', async () => {
      const tls = { ca: servers.cert }
      const scram = (password: string) => ({ mechanism: 'scram-sha-512' as const, username: 'clickstream', password })
      assert.equal(await refusal(() => askKafka(kafka.login, { tls })), 'Unreachable')
      assert.equal(await refusal(() => askKafka(kafka.login, { tls, sasl: scram('not the password') })), 'Unauthorized')
      assert.equal(await refusal(() => askKafka(kafka.login, { tls: { ca: clients.cert }, sasl: scram(secret('scram', version)) })), 'TlsFailed')
      assert.equal(await refusal(() => askKafka(kafka.mutual, { tls })), 'TlsFailed')
      assert.equal(await refusal(() => askKafka(kafka.mutual, { tls: { ...tls, ...servers.issue() } })), 'TlsFailed')
    })

    it('kafka takes PLAIN and SCRAM-SHA-256 as well', async () => {
      const tls = { ca: servers.cert }
      await askKafka(kafka.login, { tls, sasl: { mechanism: 'plain', username: 'plain', password: secret('plain', 1) } })
      await kafka.setPassword('other', 'SCRAM-SHA-256', secret('scram', 1))
      await askKafka(kafka.login, { tls, sasl: { mechanism: 'scram-sha-256', username: 'other', password: secret('scram', 1) } })
    })
  })

  describe('a pipeline', () => {
    it('flows with SCRAM, basic authentication, a token and authorities of one’s own', async () => {
      const [object] = await readManifest(EXAMPLE)
      await demo.kube.create(PIPELINE, {
        ...object!,
        metadata: { ...object!.metadata, namespace: NAMESPACE },
        spec: { ...(object!.spec as object), platformRef: { name: 'scram' } },
      })
      await thenPlatformReady('scram')
      await thenFlowing('events')
      await thenDocumentsCome('scram', 'events_per_min')
    })

    it('flows with a client certificate and an API key', async () => {
      const object = pipelineFrom(HEALTHY, 'mutual')
      await demo.kube.create(PIPELINE, { ...object, spec: { ...(object.spec as object), platformRef: { name: 'mutual' } } })
      await thenPlatformReady('mutual')
      await thenFlowing('mutual')
      await thenDocumentsCome('mutual', 'mutual_bytes')
      await thenPanelsHaveTheirSource('mutual')
    })

    it('shows no secret', async () => {
      await thenNoSecretShows(searchedOf(demo), certain())
    })
  })

  describe('when every password has changed', () => {
    before(async () => {
      remember(await canariesOf(demo.kube))
      version = 2
      await kafka.setPassword('clickstream', 'SCRAM-SHA-512', secret('scram', version))
      await connect.setLogin(login('connect', version))
      await connect.connect.process.stop()
      await connect.connect.process.start()
      letIn()
      const before = token
      token = await newToken()
      await grafanaAdmin('DELETE', ['api', 'serviceaccounts', String(before.account), 'tokens', String(before.id)], undefined, z.unknown())
    })

    for (const backend of BACKENDS) {
      it(`the platform says that ${backend} refuses the old one`, async () => {
        await thenTold('scram', backend, 'Unauthorized')
      })
    }
    it('a client certificate is as good as before, and an API key is not', async () => {
      const seen = await thenTold('mutual', 'elasticsearch', 'Unauthorized')
      assert.equal(seen.get('KafkaAvailable')?.status, 'True')
    })
    it('a Secret that is wrong as well changes nothing but the words', async () => {
      await give(SECRETS, 'ksqldb-login', { username: 'ksqldb', password: `${secret('ksqldb', version)}\n` })
      await thenTold('scram', 'ksqldb', 'SecretInvalid')
    })
    it('all is well again once the Secrets have changed, without a restart', async () => {
      await giveSecrets()
      for (const name of ['scram', 'mutual']) await thenPlatformReady(name)
      for (const name of ['events', 'mutual']) await thenFlowing(name)
      await thenDocumentsCome('scram', 'events_per_min')
      await then(
        'Grafana has the new password of its data sources',
        () =>
          thenPanelsHaveTheirSource('scram').then(
            () => true,
            () => false,
          ),
        (ok) => ok,
      )
    })
    it('shows no secret, neither the old ones nor the new', async () => {
      await thenNoSecretShows(searchedOf(demo), certain())
    })
  })

  describe('when every certificate has changed', () => {
    before(async () => {
      remember(await canariesOf(demo.kube))
      servers = createAuthority('Servers', systemClock.now())
      clients = createAuthority('Clients', systemClock.now())
      for (const gate of Object.values(gates)) gate.setIdentity(servers.issue())
      await kafka.setClientAuthority(clients.cert)
      await kafka.setIdentity(servers.issue())
      await connect.setIdentity(servers.issue(), servers.cert)
      // Connections that stand outlive their certificates.
      await connect.connect.process.stop()
      await kafka.kafka.process.stop()
      await kafka.kafka.process.start()
      await connect.connect.process.start()
    })

    for (const backend of BACKENDS) {
      it(`the platform says that ${backend} cannot be trusted`, async () => {
        const seen = await thenTold('scram', backend, 'TlsFailed')
        assert.match(seen.get(CONDITIONS[backend])!.message, /authority that is not trusted .*caRef/)
      })
    }
    it('with the new authority all but the old client certificate is taken', async () => {
      await giveAuthorities()
      await thenPlatformReady('scram')
      const seen = await then(
        'platform mutual says that its certificate is refused',
        () => platformOf('mutual'),
        (all) => /client certificate/.test(all.get('KafkaAvailable')?.message ?? ''),
        90_000,
      )
      assert.equal(seen.get('KafkaAvailable')?.reason, 'TlsFailed')
    })
    it('all is well again with the new client certificate, without a restart', async () => {
      await giveClientCertificate()
      await thenPlatformReady('mutual')
      for (const name of ['events', 'mutual']) await thenFlowing(name)
      await thenDocumentsCome('mutual', 'mutual_bytes')
      await then(
        'Grafana trusts the new authority',
        () =>
          thenPanelsHaveTheirSource('mutual').then(
            () => true,
            () => false,
          ),
        (ok) => ok,
      )
    })
    it('shows no secret', async () => {
      await thenNoSecretShows(searchedOf(demo), certain())
    })
  })

  function remember(canaries: Canaries): void {
    for (const [name, value] of canaries) old.set(`${name}, before version ${version + 1}`, value)
  }
  /** Those that stood in Kubernetes before, and what the headers were made of. */
  function certain(): Canaries {
    const headers = ['ksqldb', 'connect', 'search', 'sink', 'panels'].flatMap((user) =>
      Array.from({ length: version }, (_, at): [string, string] => [`header of ${user} ${at + 1}`, basic(login(user, at + 1)).slice('Basic '.length)]),
    )
    return new Map([...old, ...headers])
  }
})
