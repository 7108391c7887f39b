/** How values of Secrets get into a connector's config: by a reference that the worker resolves, or in clear. */
import { kafkaConnectOf } from '../api/index.ts'
import type { ConnectorItem, Draft } from './draft.ts'
import type { SecretValue } from './resources.ts'

const PROVIDER = 'io.strimzi.kafka.KubernetesSecretConfigProvider'
const USUAL_ALIAS = 'secrets'

/** Under which name the workers have Strimzi's provider for Secrets. Undefined: they have none, as far as one can see. */
function providerOf(draft: Draft): string | undefined {
  if (!kafkaConnectOf(draft.platform)) return undefined
  const { plugins, secretProvider } = draft.facts
  // Where nobody was asked, what the documentation of Strimzi says is assumed.
  return secretProvider ?? (plugins === undefined ? USUAL_ALIAS : undefined)
}

/** References for the config, and what is left to be put there in clear. */
export function renderSecrets(
  draft: Draft,
  item: ConnectorItem,
): { readonly config: Readonly<Record<string, string>>; readonly secrets: readonly SecretValue[] } {
  const provider = providerOf(draft)
  if (provider === undefined) return { config: {}, secrets: item.secrets }
  // Authorities are no secret, and may stand in a ConfigMap, which this provider does not read.
  const [secret, open] = [item.secrets.filter(({ authority }) => authority === undefined), item.secrets.filter(({ authority }) => authority !== undefined)]
  const config = secret.map(({ key, namespace, secretKeyRef }) => [key, `\${${provider}:${namespace}/${secretKeyRef.name}:${secretKeyRef.key}}`] as const)
  return { config: Object.fromEntries(config), secrets: open }
}

/** Why values would stand in clear, and what mends it; undefined: they do not, or may. */
export function plainSecretsRefused(draft: Draft): { readonly where: string; readonly mend: string } | undefined {
  if (draft.platform.spec.limits.allowPlainSecrets || providerOf(draft) !== undefined) return undefined
  const connect = kafkaConnectOf(draft.platform)
  if (!connect) return { where: 'the config that Kafka Connect shows', mend: 'Set spec.limits.allowPlainSecrets of the platform if that is acceptable.' }
  return {
    where: 'its KafkaConnector',
    mend: `Set config.providers: ${USUAL_ALIAS} and config.providers.${USUAL_ALIAS}.class: ${PROVIDER} in spec.config of KafkaConnect ${connect.namespace}/${connect.name}, or spec.limits.allowPlainSecrets of the platform if that is acceptable.`,
  }
}
