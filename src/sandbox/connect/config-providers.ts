/** References in a connector's config that the worker resolves itself: `${NAME:PATH:KEY}`, as `config.providers` of the worker names them. */
import type { Config } from './config-def.ts'
import { ConnectException } from './errors.ts'

/** Values at a path; undefined: there is no such path. */
type ConfigProvider = (path: string) => Promise<Readonly<Record<string, string>> | undefined>
export type ConfigProviders = Readonly<Record<string, ConfigProvider>>

const REFERENCE = /\$\{([^}:]*):(?:([^}:]*):)?([^}]*)\}/g

/** Throws a ConnectException for a path that is not there. What names an unknown provider or key stays as it is written. */
export async function resolveReferences(config: Config, providers: ConfigProviders): Promise<Config> {
  const read = new Map<string, Readonly<Record<string, string>>>()
  const resolved: Record<string, string> = {}
  for (const [key, text] of Object.entries(config)) {
    let value = text
    for (const [whole, name = '', path = '', item = ''] of text.matchAll(REFERENCE)) {
      const provider = providers[name]
      if (!provider) continue
      const data = read.get(`${name}:${path}`) ?? (await provider(path))
      if (!data) throw new ConnectException(`${name} has nothing at ${path}`, 'org.apache.kafka.common.config.ConfigException')
      read.set(`${name}:${path}`, data)
      const found = data[item]
      if (found !== undefined) value = value.replace(whole, () => found)
    }
    resolved[key] = value
  }
  return resolved
}
