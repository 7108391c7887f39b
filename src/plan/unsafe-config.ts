/**
 * What of a connector's config, or of the properties of a statement, reaches around the platform: it makes the worker or
 * ksqlDB log in as somebody else, load classes, read files or call addresses of the writer's choice. Refused unless the
 * platform has `limits.allowUnsafeConnectorConfig`.
 */

/** Why one key must not be there. `why` fits behind the name of the key, and never shows a value. */
export interface Objection {
  readonly key: string
  readonly why: string
}

interface Rule {
  readonly key?: RegExp
  readonly value?: RegExp
  readonly why: string
}

/**
 * Kafka allows every client override of a connector since 3.0 (`connector.client.config.override.policy=All`, KIP-458 and
 * KIP-722), so that who may write a connector may give its clients any login module: CVE-2023-25194 and CVE-2025-27818
 * ran code that way. The deny lists of later versions (`org.apache.kafka.disallowed.login.modules`) hold two modules only.
 */
const CLIENTS: readonly Rule[] = [
  { key: /\.override\./i, why: 'gives the clients of Kafka Connect a config of their own' },
  { key: /client\.config\.override/i, why: 'is a config of the worker, which says what connectors may override' },
  { key: /jaas/i, why: 'names a JAAS login module, which runs inside the worker' },
  { value: /LoginModule\b/i, why: 'names a JAAS login module, which runs inside the worker' },
  // CVE-2025-27817: token and JWKS endpoints took file: and any address, and errors showed what was read.
  { key: /oauthbearer/i, why: 'makes the worker fetch tokens or keys from an address, or a file, of its choice' },
  { key: /callback\.handler/i, why: 'names a class that handles logins inside the worker' },
  { key: /(^|\.)(security\.providers|ssl\.engine\.factory\.class|interceptor\.classes|metric\.reporters)$/i, why: 'names classes that the clients load' },
  // KIP-618: a source's own offsets topic may be any topic, those with the configs of all connectors too.
  { key: /(^|\.)offsets\.storage\.topic$/i, why: 'makes the worker write offsets into a topic of its choice' },
  { key: /(^|\.)java\.naming\./i, why: 'configures JNDI, which loads objects from elsewhere' },
  { value: /\b(ldaps?|rmi|iiop|corbaname|jndi):/i, why: 'is an address that JNDI loads objects from' },
]

/**
 * The worker puts the value in when it starts a connector (KIP-297): out of its own files, directories and environment unless
 * `allowed.paths` and `allowlist.pattern` of the provider say otherwise (KIP-993). `${topic}` is no reference: it has no colon.
 */
const PROVIDERS: readonly Rule[] = [
  { key: /(^|\.)config\.providers(\.|$)/i, why: 'configures providers of config values' },
  { value: /\$\{[^}]*:[^}]*\}/, why: 'refers to a config provider, which reads files or variables of the worker' },
]

/** ksqlDB takes any config of Kafka's clients and of Kafka Streams with a statement (`ksql.properties.overrides.denylist` is empty). */
const STATEMENTS: readonly Rule[] = [
  {
    key: /(^|\.)(bootstrap\.servers|application\.(id|server)|group\.(id|instance\.id)|client\.id|state\.dir|transactional\.id)$/i,
    why: 'makes the query somebody else’s, or sends it elsewhere',
  },
  { key: /(^|\.)(sasl|ssl|security)\./i, why: 'changes how the query logs in' },
  {
    key: /(^|\.)ksql\.(service\.id|connect\.|schema\.registry\.|extension\.|security\.|access\.|authentication\.|logging\.)/i,
    why: 'is a config of the server',
  },
  { key: /(class|classes|handler|supplier|assignor|extractor|serde|serializer|deserializer)$/i, why: 'names a class that the query loads' },
]

export const unsafeConfig = (config: Readonly<Record<string, string>>): Objection[] => objections(config, [...CLIENTS, ...PROVIDERS])

export const unsafeProperties = (properties: Readonly<Record<string, string>>): Objection[] => objections(properties, [...CLIENTS, ...PROVIDERS, ...STATEMENTS])

function objections(config: Readonly<Record<string, string>>, rules: readonly Rule[]): Objection[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const rule = rules.find((one) => (one.key?.test(key) ?? true) && (one.value?.test(value) ?? true))
    return rule ? [{ key, why: rule.why }] : []
  })
}
