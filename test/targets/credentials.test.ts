import assert from 'node:assert/strict'
import type { Failure } from '../../src/ports/index.ts'
import { connectionOf, type HttpCredentials, type KafkaCredentials, readKafkaSecurity } from '../../src/targets/credentials.ts'
import { createAuthority } from '../ports/certificates.ts'
import { noReferences } from './given.ts'

const CANARY = 'canary of a secret'
const authority = createAuthority('A', 0)
const [one, two] = [authority.issue(), authority.issue()]
const secret = { namespace: 'kafka', name: 'alice' }
const ca = { kind: 'ConfigMap', namespace: 'kafka', name: 'ca', key: 'ca.crt' } as const

type Data = Readonly<Record<string, string>>
const referencesTo = (secretData: Data | undefined, configMap: Data = { 'ca.crt': authority.cert }) => ({
  secret: async (namespace: string, name: string) => (namespace === 'kafka' && name === 'alice' ? secretData : undefined),
  configMap: async (namespace: string, name: string) => (namespace === 'kafka' && name === 'ca' ? configMap : undefined),
})

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => assert.fail('it must fail'),
    (failure: unknown) => failure as Failure,
  )
  assert.ok(!JSON.stringify([error.message, error.stack, error.cause]).includes(CANARY), error.message)
  for (const line of one.key.split('\n').slice(1, -2)) assert.ok(!error.message.includes(line))
  return error
}

describe('the connection to an HTTP backend', () => {
  const good: Record<string, [Data, Omit<HttpCredentials, 'secret'>, object]> = {
    'user name and password': [{ username: 'u', password: CANARY }, {}, { auth: { username: 'u', password: CANARY } }],
    'an API key': [{ apiKey: 'a2V5' }, { other: 'apiKey' }, { headers: { authorization: 'ApiKey a2V5' } }],
    'a token before a password': [{ token: 'glsa_1', username: 'u', password: CANARY }, { other: 'token' }, { headers: { authorization: 'Bearer glsa_1' } }],
    'a password where there is no token': [{ username: 'u', password: CANARY }, { other: 'token' }, { auth: { username: 'u', password: CANARY } }],
    'an authority beside it': [{ username: 'u', password: CANARY }, { authority: ca }, { auth: { username: 'u', password: CANARY }, ca: authority.cert }],
  }
  for (const [sentence, [data, more, expected]] of Object.entries(good)) {
    it(`takes ${sentence}`, async () => {
      assert.deepEqual(await connectionOf(referencesTo(data), { secret, ...more })(), expected)
    })
  }
  it('is without anything where nothing is named', async () => {
    assert.deepEqual(await connectionOf(noReferences, {})(), {})
  })

  const wrong: Record<string, [Data | undefined, Omit<HttpCredentials, 'secret'>, reason: string, message: RegExp, configMap?: Data]> = {
    'no Secret': [undefined, {}, 'SecretNotFound', /Secret kafka\/alice does not exist/],
    'a Secret without a password': [{ username: 'u' }, {}, 'SecretIncomplete', /needs the keys username and password/],
    'an empty password': [{ username: 'u', password: '' }, {}, 'SecretIncomplete', /needs the key password/],
    'a password with a line break': [{ username: 'u', password: `${CANARY}\n` }, {}, 'SecretInvalid', /key password .* line break.*printf/],
    'a token with a line break': [{ token: `${CANARY}\r\n` }, { other: 'token' }, 'SecretInvalid', /key token .* line break/],
    'neither a key nor a password': [{ password: CANARY }, { other: 'apiKey' }, 'SecretIncomplete', /the key apiKey, or the keys username and password/],
    'no authority': [{ username: 'u', password: CANARY }, { authority: { ...ca, name: 'other' } }, 'SecretNotFound', /ConfigMap kafka\/other does not exist/],
    'an authority under another key': [
      { username: 'u', password: CANARY },
      { authority: { ...ca, key: 'tls.crt' } },
      'SecretIncomplete',
      /has no key tls\.crt, where caRef looks/,
    ],
    'an authority that is no certificate': [
      { username: 'u', password: CANARY },
      { authority: ca },
      'SecretInvalid',
      /key ca\.crt of ConfigMap/,
      { 'ca.crt': CANARY },
    ],
    'an authority that is cut short': [
      { username: 'u', password: CANARY },
      { authority: ca },
      'SecretInvalid',
      /no certificates in PEM that can be read/,
      { 'ca.crt': `${authority.cert}${authority.cert.replace(/\n.{64}/, '')}` },
    ],
  }
  for (const [sentence, [data, more, reason, message, configMap]] of Object.entries(wrong)) {
    it(`says what is wrong with ${sentence}`, async () => {
      const failure = await failureOf(connectionOf(referencesTo(data, configMap), { secret, ...more })())
      assert.equal(failure.reason, reason)
      assert.match(failure.message, message)
    })
  }
})

describe('the connection to Kafka', () => {
  const scram = { type: 'scram-sha-512', secret } as const
  const mutual = { type: 'tls', secret } as const
  const tls = { authority: ca }
  const good: Record<string, [Data, KafkaCredentials, object]> = {
    nothing: [{}, {}, {}],
    'TLS with the system’s authorities': [{}, { tls: {} }, { tls: {} }],
    'the Secret of a KafkaUser with SCRAM, whose name is that of the user': [
      { password: CANARY, 'sasl.jaas.config': 'x' },
      { tls, authentication: scram },
      { tls: { ca: authority.cert }, sasl: { mechanism: 'scram-sha-512', username: 'alice', password: CANARY } },
    ],
    'a user name in the Secret': [
      { username: 'bob', password: CANARY },
      { authentication: { ...scram, type: 'plain' } },
      { sasl: { mechanism: 'plain', username: 'bob', password: CANARY } },
    ],
    'a user name in the platform before all others': [
      { username: 'bob', password: CANARY },
      { authentication: { ...scram, username: 'carol' } },
      { sasl: { mechanism: 'scram-sha-512', username: 'carol', password: CANARY } },
    ],
    'the Secret of a KafkaUser with a certificate': [
      { 'ca.crt': 'of the clients, not of the brokers', 'user.crt': one.cert, 'user.key': one.key, 'user.password': CANARY },
      { tls, authentication: mutual },
      { tls: { ca: authority.cert, cert: one.cert, key: one.key } },
    ],
    'a Secret of type kubernetes.io/tls': [
      { 'tls.crt': one.cert, 'tls.key': one.key },
      { tls: {}, authentication: mutual },
      { tls: { cert: one.cert, key: one.key } },
    ],
  }
  for (const [sentence, [data, credentials, expected]] of Object.entries(good)) {
    it(`takes ${sentence}`, async () => {
      assert.deepEqual(await readKafkaSecurity(referencesTo(data), credentials), expected)
    })
  }

  const wrong: Record<string, [Data | undefined, KafkaCredentials, reason: string, message: RegExp]> = {
    'no Secret': [undefined, { authentication: scram }, 'SecretNotFound', /does not exist/],
    'no password': [{ username: 'u' }, { authentication: scram }, 'SecretIncomplete', /needs the key password/],
    'a password with a line break': [{ password: `${CANARY}\n` }, { authentication: scram }, 'SecretInvalid', /line break/],
    'a certificate without its key': [
      { 'user.crt': one.cert },
      { authentication: mutual },
      'SecretIncomplete',
      /user\.crt and user\.key, or tls\.crt and tls\.key/,
    ],
    'a key of another certificate': [{ 'user.crt': one.cert, 'user.key': two.key }, { authentication: mutual }, 'SecretInvalid', /do not belong together/],
    'a key that is none': [{ 'tls.crt': one.cert, 'tls.key': CANARY }, { authentication: mutual }, 'SecretInvalid', /no private key in PEM/],
    'a certificate that is none': [{ 'tls.crt': CANARY, 'tls.key': one.key }, { authentication: mutual }, 'SecretInvalid', /no certificate in PEM/],
  }
  for (const [sentence, [data, credentials, reason, message]] of Object.entries(wrong)) {
    it(`says what is wrong with ${sentence}`, async () => {
      const failure = await failureOf(readKafkaSecurity(referencesTo(data), credentials))
      assert.equal(failure.reason, reason)
      assert.match(failure.message, message)
    })
  }
})
