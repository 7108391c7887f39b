/** All connectors of the worker: create, change, remove, their states, and what of it is kept in Kafka. */
import type { Config } from './config-def.ts'
import { resolveReferences } from './config-providers.ts'
import { Connector, type TargetState, type WorkerContext } from './connector.ts'
import { type Validation, validateConfig } from './connector-config.ts'
import { ConnectException, ConnectRestError } from './errors.ts'
import type { ConnectorPlugin, SourceOffset } from './plugin.ts'
import type { TopicStore } from './topic-store.ts'

const INITIAL: Readonly<Record<string, TargetState>> = { RUNNING: 'STARTED', STARTED: 'STARTED', PAUSED: 'PAUSED', STOPPED: 'STOPPED' }

export class Herder {
  readonly #connectors = new Map<string, Connector>()
  readonly #plugins: readonly ConnectorPlugin[]
  readonly #configs: TopicStore
  readonly #offsets: TopicStore
  readonly #worker: WorkerContext

  constructor(
    plugins: readonly ConnectorPlugin[],
    stores: { configs: TopicStore; offsets: TopicStore },
    worker: Omit<WorkerContext, 'readOffset' | 'writeOffset'>,
  ) {
    this.#plugins = plugins
    this.#configs = stores.configs
    this.#offsets = stores.offsets
    this.#worker = {
      ...worker,
      readOffset: (name, partition) => {
        const text = this.#offsets.entries.get(JSON.stringify([name, partition]))
        return text === undefined ? undefined : (JSON.parse(text) as SourceOffset)
      },
      writeOffset: (name, partition, offset) => this.#offsets.put(JSON.stringify([name, partition]), JSON.stringify(offset)),
    }
  }

  /** Starts what the config topic says was there. */
  restore(): void {
    for (const [key, text] of this.#configs.entries) {
      if (!key.startsWith('connector-')) continue
      const name = key.slice('connector-'.length)
      const config = (JSON.parse(text) as { properties: Config }).properties
      const plugin = this.#plugin(config['connector.class'] ?? '')
      const stored = this.#configs.entries.get(`target-state-${name}`)
      const state = stored === undefined ? undefined : (JSON.parse(stored) as { 'state.v2'?: string })
      const connector = new Connector(name, plugin, config, INITIAL[state?.['state.v2'] ?? 'STARTED'] ?? 'STARTED', this.#worker, true)
      this.#connectors.set(name, connector)
      void connector.apply({ restart: false })
    }
  }

  get plugins(): readonly ConnectorPlugin[] {
    return this.#plugins
  }

  names(): string[] {
    return [...this.#connectors.keys()]
  }

  get(name: string): Connector {
    const connector = this.#connectors.get(name)
    if (!connector) throw new ConnectRestError(404, `Connector ${name} not found`)
    return connector
  }

  find(name: string): Connector | undefined {
    return this.#connectors.get(name)
  }

  /** Of the values that references stand for. */
  async validate(config: Config): Promise<Validation> {
    const plugin = this.#plugin(classOf(config))
    return validateConfig(plugin, await this.#resolved(config))
  }

  async #resolved(config: Config): Promise<Config> {
    try {
      return await resolveReferences(config, this.#worker.providers)
    } catch (error) {
      if (!(error instanceof ConnectException)) throw error
      throw new ConnectRestError(500, error.message)
    }
  }

  async create(name: string, config: Config, initialState: string | undefined): Promise<Connector> {
    const target = INITIAL[initialState ?? 'RUNNING']!
    const complete = await this.#checked(name, config)
    if (this.#connectors.has(name)) throw new ConnectRestError(409, `Connector ${name} already exists`)
    const connector = new Connector(name, this.#plugin(classOf(complete)), complete, target, this.#worker)
    this.#connectors.set(name, connector)
    await this.#configs.put(`target-state-${name}`, targetRecord(target))
    await this.#configs.put(`connector-${name}`, JSON.stringify({ properties: complete }))
    void connector.apply({ restart: false })
    return connector
  }

  /** True: it was created. */
  async putConfig(name: string, config: Config): Promise<boolean> {
    const existing = this.#connectors.get(name)
    if (!existing) {
      await this.create(name, config, undefined)
      return true
    }
    const complete = await this.#checked(name, config)
    if (complete['connector.class'] !== existing.plugin.class) {
      await existing.shutDown()
      const replaced = new Connector(name, this.#plugin(classOf(complete)), complete, existing.target, this.#worker, true)
      this.#connectors.set(name, replaced)
      void replaced.apply({ restart: false })
    } else {
      existing.config = complete
      void existing.apply({ restart: true })
    }
    await this.#configs.put(`connector-${name}`, JSON.stringify({ properties: complete }))
    return false
  }

  async setTarget(name: string, target: TargetState): Promise<void> {
    const connector = this.get(name)
    connector.target = target
    await this.#configs.put(`target-state-${name}`, targetRecord(target))
    void connector.apply({ restart: false })
  }

  async remove(name: string): Promise<void> {
    const connector = this.get(name)
    this.#connectors.delete(name)
    await this.#configs.put(`connector-${name}`, null)
    await this.#configs.put(`target-state-${name}`, null)
    await connector.shutDown()
  }

  offsetsOf(name: string): { partition: SourceOffset; offset: SourceOffset }[] {
    return [...this.#offsets.entries].flatMap(([key, text]) => {
      const [owner, partition] = JSON.parse(key) as [string, SourceOffset]
      return owner === name ? [{ partition, offset: JSON.parse(text) as SourceOffset }] : []
    })
  }

  async forgetOffsets(name: string): Promise<void> {
    for (const { partition } of this.offsetsOf(name)) await this.#offsets.put(JSON.stringify([name, partition]), null)
  }

  async setOffset(name: string, partition: SourceOffset, offset: SourceOffset | null): Promise<void> {
    await this.#offsets.put(JSON.stringify([name, partition]), offset === null ? null : JSON.stringify(offset))
  }

  async shutDown(): Promise<void> {
    await Promise.all([...this.#connectors.values()].map((connector) => connector.shutDown()))
  }

  #plugin(name: string): ConnectorPlugin {
    const found = this.#plugins.filter((plugin) => plugin.class === name || plugin.class.endsWith(`.${name}`) || plugin.class.endsWith(`.${name}Connector`))
    const [plugin] = found
    if (plugin) return plugin
    const available = this.#plugins.map(
      ({ class: cls, type, version }) =>
        `PluginDesc{klass=class ${cls}, name='${cls}', version='${version}', encodedVersion=${version}, type=${type}, typeName='${type}', location='classpath'}`,
    )
    throw new ConnectRestError(
      400,
      `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: ${available.join(', ')}`,
    )
  }

  /** The config with its name, or a 400 that lists every error. */
  async #checked(name: string, config: Config): Promise<Config> {
    if (config.name !== undefined && config.name !== name) {
      throw new ConnectRestError(400, `Connector name configuration (${config.name}) doesn't match connector name in the URL (${name})`)
    }
    const complete = { ...config, name }
    classOf(complete)
    const validation = await this.validate(complete)
    if (validation.error_count > 0) {
      const errors = validation.configs.flatMap((info) => info.value.errors)
      throw new ConnectRestError(
        400,
        `Connector configuration is invalid and contains the following ${validation.error_count} error(s):\n${errors.join('\n')}\nYou can also find the above list of errors at the endpoint \`/connector-plugins/{connectorType}/config/validate\``,
      )
    }
    return complete
  }
}

const targetRecord = (target: TargetState) => JSON.stringify({ state: target === 'STOPPED' ? 'PAUSED' : target, 'state.v2': target })

/** As Java prints a map. */
const mapText = (config: Config) =>
  `{${Object.entries(config)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')}}`

function classOf(config: Config): string {
  const name = config['connector.class']
  if (name === undefined) throw new ConnectRestError(400, `Connector config ${mapText(config)} contains no connector type`)
  return name
}
