/** The real Kafka Connect over TLS, with Kafka's own extension for basic authentication. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { createHttpClient } from '../../../src/ports/index.ts'
import type { Identity } from '../../../test/ports/certificates.ts'
import { installed, tool, write } from '../cache.ts'
import { type RealConnect, startConnect } from '../connect.ts'
import { mavenJars } from '../java.ts'
import { installKafka } from '../kafka.ts'
import { scratch } from '../process.ts'

const VERSION = '4.3.1'
const STORE_PASSWORD = 'only-on-this-loopback'
const CONVERTER = fileURLToPath(new URL('Pkcs12.java', import.meta.url))

export interface Login {
  readonly username: string
  readonly password: string
}

export interface SecureConnect {
  readonly connect: RealConnect
  /** Takes effect when it is started again: the extension reads its file once. */
  setLogin(login: Login): Promise<void>
  /** Likewise. `authority`: PEM, of the certificate. */
  setIdentity(identity: Identity, authority: string): Promise<void>
  stop(): Promise<void>
}

async function installBasicAuth(): Promise<string> {
  return await installed(`connect-basic-auth-${VERSION}`, (making) => mavenJars(making, [`org.apache.kafka:connect-basic-auth-extension:${VERSION}!`]))
}

/** `authority`: PEM, of the certificates that it will have. */
export async function startSecureConnect(kafka: string, start: { identity: Identity; authority: string; login: Login }): Promise<SecureConnect> {
  const { java } = await installKafka()
  const extension = await installBasicAuth()
  const files = await scratch('connect-tls')
  const [cert, key, store, logins, jaas] = ['cert.pem', 'key.pem', 'server.p12', 'logins.properties', 'jaas.conf'].map((name) => join(files.path, name)) as [
    string,
    string,
    string,
    string,
    string,
  ]
  let { login, authority } = start
  const setLogin = async (next: Login) => {
    login = next
    // Java's properties take a backslash for an escape.
    await write(logins, `${next.username}=${next.password.replaceAll('\\', '\\\\')}\n`)
  }
  const setIdentity = async (identity: Identity, by: string) => {
    authority = by
    await write(cert, identity.cert)
    await write(key, identity.key)
    await tool(java.java, [CONVERTER, cert, key, store, STORE_PASSWORD])
  }
  await setLogin(login)
  await setIdentity(start.identity, authority)
  const module = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule'
  await write(jaas, `KafkaConnect {\n  ${module} required\n  file="${logins}";\n};\n`)
  const connect = await startConnect(kafka, {
    secure: {
      properties: [
        'rest.extension.classes=org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension',
        `listeners.https.ssl.keystore.location=${store}`,
        'listeners.https.ssl.keystore.type=PKCS12',
        `listeners.https.ssl.keystore.password=${STORE_PASSWORD}`,
        `listeners.https.ssl.key.password=${STORE_PASSWORD}`,
      ],
      java: [`-Djava.security.auth.login.config=${jaas}`],
      jars: join(extension, 'lib/*'),
      async ready(url) {
        const http = createHttpClient({ baseUrl: url, service: 'Connect', connection: async () => ({ ca: authority, auth: login }), timeoutMs: 2_000 })
        return (await http.request({ method: 'GET', path: ['health'], answer: z.unknown() })).status === 200
      },
    },
  })
  return {
    connect,
    setLogin,
    setIdentity,
    async stop() {
      await connect.stop()
      await files.remove()
    },
  }
}
