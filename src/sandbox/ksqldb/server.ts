/** The server: its state, its command log, the queries that run. */
import type { Clock, KafkaClient, Logger, Random } from '../../ports/index.ts'
import { type ConnectClient, createConnectClient } from './connect/client.ts'
import type { BodyValue } from './rest/body.ts'
import { genericError, statementError } from './rest/errors.ts'
import type { QueryHost } from './run/query-host.ts'
import { QueryRuns } from './run/query-runs.ts'
import type { ServerView, TransientQuery } from './server-view.ts'
import { applyChange, type Change } from './statements/change.ts'
import type { PlanningWorld } from './statements/create.ts'
import { parseRequest, runStatements } from './statements/execute.ts'
import { restoreChange } from './statements/restore.ts'
import { checkOverrides, singleValues, unknownOverride } from './statements/settings.ts'
import type { CommandRequest, CommandStatus, Entity, Parsed, Session, World } from './statements/world.ts'
import { CommandLog } from './store/command-log.ts'
import { State } from './store/state.ts'
import { Topics } from './store/topics.ts'

export interface ServerOptions {
  readonly kafka: KafkaClient
  readonly connectUrl?: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly serviceId: string
  readonly properties: Readonly<Record<string, string>>
  /** See `KsqldbOptions`. */
  readonly handoverMs?: number
}

const COMMAND_WAIT_MS = 5_000
/** Statements that read only: they need not wait for others. */
const READING = new Set(['List', 'Describe', 'DescribeAll', 'DescribeFunction', 'DescribeConnector', 'Explain', 'AssertTopic', 'AssertSchema'])

export class KsqldbServer implements ServerView {
  readonly serviceId: string
  readonly connectUrl: string | undefined
  readonly properties: Readonly<Record<string, string>>
  readonly statuses = new Map<string, CommandStatus>()
  readonly kafka: KafkaClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly #connect: ConnectClient
  readonly #handoverMs: number
  readonly #commands: CommandLog
  readonly #state = new State()
  readonly runs: QueryRuns
  readonly #transients = new Map<string, TransientQuery>()
  /** Open PRINTs: no queries, but they must end with the server. */
  readonly #prints = new Map<string, () => void>()
  /** Changes are made one request at a time. */
  #line: Promise<unknown> = Promise.resolve()
  #clusterId = ''
  /** Set once the port is known. */
  host = '127.0.0.1:8088'

  constructor(options: ServerOptions) {
    this.serviceId = options.serviceId
    this.connectUrl = options.connectUrl
    this.properties = options.properties
    this.kafka = options.kafka
    this.clock = options.clock
    this.random = options.random
    this.log = options.log
    this.#handoverMs = options.handoverMs ?? 0
    this.#connect = createConnectClient(options.connectUrl, options.clock)
    this.runs = new QueryRuns(options)
    this.#commands = new CommandLog(options.kafka, options.log, options.serviceId)
  }

  get clusterId(): string {
    return this.#clusterId
  }

  get state(): State {
    return this.#state
  }

  /** Reads the command topic and starts what it says should run. */
  async start(): Promise<void> {
    this.#clusterId = await this.kafka.clusterId()
    const commands = await this.#commands.open()
    if (commands.length > 0) await this.#restore(commands)
    await Promise.all(
      this.#state
        .queries()
        .map((query) =>
          this.runs
            .start(query, this.#handoverMs)
            .catch((error: unknown) => this.log.error({ query: query.id, err: error }, 'a query could not be started again')),
        ),
    )
  }

  async close(): Promise<void> {
    for (const query of this.#transients.values()) query.end()
    for (const end of this.#prints.values()) end()
    await this.#line.catch(() => undefined)
    await this.runs.close()
  }

  /** Ends the whole cluster: no query, no command topic, and the topics of sources that match are gone. */
  async terminateCluster(patterns: readonly string[]): Promise<Entity> {
    const doomed = this.#state
      .entries()
      .map((entry) => entry.source.topic)
      .filter((topic) => patterns.some((pattern) => new RegExp(`^(?:${pattern})$`).test(topic)))
    const commandSequenceNumber = this.#commands.last + 2
    this.#line = this.#line.then(async () => {
      for (const query of this.#transients.values()) query.end()
      await Promise.all(this.#state.queries().map((query) => this.runs.stop(query.id, true)))
      for (const topic of new Set([...doomed, this.#commands.topic])) await this.kafka.deleteTopic(topic)
    })
    this.#line.catch((error: unknown) => this.log.error({ err: error }, 'the cluster could not be ended'))
    return {
      '@type': 'currentStatus',
      statementText: 'TERMINATE CLUSTER;',
      commandId: 'terminate/CLUSTER/execute',
      commandStatus: { status: 'QUEUED', message: 'Statement written to command topic', queryId: null },
      commandSequenceNumber,
      warnings: [],
    }
  }

  async kafkaIsHealthy(): Promise<boolean> {
    try {
      await this.kafka.describeTopics([this.#commands.topic])
      return true
    } catch (error) {
      this.log.warn({ err: error }, 'Kafka cannot be reached')
      return false
    }
  }

  /** One request of POST /ksql. @throws RestError */
  async runStatements(
    text: string,
    properties: Readonly<Record<string, BodyValue>>,
    variables: Readonly<Record<string, string>>,
    sequence: number | undefined,
  ): Promise<Entity[]> {
    if (sequence !== undefined) await this.#awaitCommand(sequence)
    checkOverrides(properties)
    const parsed = parseRequest(text, { variables: singleValues(variables) })
    const [first] = parsed
    const unknown = unknownOverride(properties)
    if (first !== undefined && unknown !== undefined) throw statementError(unknown, first.text, 50000)
    const run = () => this.#runParsed(parsed, { properties: { ...properties }, variables: { ...variables } })
    return parsed.every(({ statement }) => READING.has(statement.kind)) ? run() : this.#alone(run)
  }

  async #runParsed(parsed: readonly Parsed[], session: Session): Promise<Entity[]> {
    const copy = (): Session => ({ properties: { ...session.properties }, variables: { ...session.variables } })
    const topics = await Topics.load(this.kafka)
    await runStatements(parsed, this.#sandbox(copy(), topics.forSandbox()))
    return runStatements(parsed, this.#real(copy(), topics))
  }

  #sandbox(session: Session, topics: Topics): World {
    const state = new State(this.#state)
    let sequence = this.#commands.last
    return {
      ...this.#worldOf(session, state, topics, true),
      submit: async ({ change }: CommandRequest) => {
        sequence += 2
        const effects = applyChange(state, change, sequence)
        return { status: { status: 'SUCCESS', message: effects.message, queryId: effects.queryId }, sequence }
      },
    }
  }

  #real(session: Session, topics: Topics): World {
    return { ...this.#worldOf(session, this.#state, topics, false), submit: (request: CommandRequest) => this.#submit(request, session) }
  }

  /** The world of statements, for queries that look at it. */
  async world(session: Session): Promise<World> {
    return this.#real(session, await Topics.load(this.kafka))
  }

  #worldOf(session: Session, state: State, topics: Topics, sandbox: boolean): Omit<World, 'submit'> {
    return { sandbox, state, topics, session, kafka: this.kafka, connect: this.#connect, log: this.log, server: this }
  }

  async #submit(request: CommandRequest, session: Session): Promise<{ status: CommandStatus; sequence: number }> {
    const change = await this.#withStart(request.change)
    const query = 'query' in change ? change.query : undefined
    const sequence = await this.#commands.append({
      id: request.id,
      statement: request.statement,
      text: request.text,
      properties: session.properties,
      variables: session.variables,
      ...(query === undefined ? {} : { queryId: query.id, startsAt: query.startsAt }),
    })
    const status = await this.#apply(request.id, change, sequence)
    return { status, sequence }
  }

  async #apply(id: string, change: Change, sequence: number): Promise<CommandStatus> {
    const effects = applyChange(this.#state, change, sequence)
    const status: CommandStatus = { status: 'SUCCESS', message: effects.message, queryId: effects.queryId }
    this.statuses.set(id, status)
    await this.runs.perform(effects)
    return status
  }

  /** A new query's first offsets: those that it reads from the end on are noted, so that its state can be rebuilt. */
  async #withStart(change: Change): Promise<Change> {
    if (!('query' in change) || change.query === undefined || this.#state.query(change.query.id) !== undefined) return change
    const { query } = change
    const startsAt = await this.runs.startOffsets(query.query, query.properties)
    return { ...change, query: { ...query, startsAt } } as Change
  }

  async #restore(commands: Awaited<ReturnType<CommandLog['open']>>): Promise<void> {
    const topics = (await Topics.load(this.kafka)).forSandbox()
    for (const { command, sequence } of commands) {
      const world: PlanningWorld = { state: this.#state, topics, session: { properties: { ...command.properties }, variables: { ...command.variables } } }
      try {
        const change = await restoreChange(command, world)
        const effects = applyChange(this.#state, change, sequence)
        // What was terminated is left out of what is restored.
        if (change.kind !== 'terminate') this.statuses.set(command.id, { status: 'SUCCESS', message: effects.message, queryId: effects.queryId })
      } catch (error) {
        this.log.error({ command: command.id, err: error }, 'a command of the command topic could not be restored')
        this.statuses.set(command.id, { status: 'ERROR', message: error instanceof Error ? error.message : String(error), queryId: null })
      }
    }
  }

  async #awaitCommand(sequence: number): Promise<void> {
    const until = this.clock.now() + COMMAND_WAIT_MS
    while (this.#commands.last < sequence) {
      if (this.clock.now() >= until) {
        throw genericError(50301, `Timed out while waiting for a previous command to execute. command sequence number: ${sequence}`)
      }
      await this.clock.sleep(Math.min(100, COMMAND_WAIT_MS))
    }
  }

  #alone<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#line.then(run, run)
    this.#line = result.catch(() => undefined)
    return result
  }

  // ------------------------------------------------------------- what statements ask

  hostOf(queryId: string): QueryHost | undefined {
    return this.runs.host(queryId)
  }

  transient(queryId: string): TransientQuery | undefined {
    return this.transients().find((query) => query.id.toUpperCase() === queryId.toUpperCase())
  }

  transients(): readonly TransientQuery[] {
    return [...this.#transients.values()]
  }

  addTransient(query: TransientQuery): void {
    this.#transients.set(query.id, query)
  }

  removeTransient(id: string): void {
    this.#transients.delete(id)
  }

  addPrint(id: string, end: () => void): void {
    this.#prints.set(id, end)
  }

  removePrint(id: string): void {
    this.#prints.delete(id)
  }

  randomId(): string {
    const part = () => String(Math.floor(this.random.next() * 1e9)).padStart(9, '0')
    return `${1 + Math.floor(this.random.next() * 8)}${part()}${part()}`
  }

  now(): number {
    return this.clock.now()
  }

  sleep(ms: number): Promise<void> {
    return this.clock.sleep(ms)
  }

  groupOf(queryId: string): string {
    return this.runs.groupOf(queryId)
  }

  transientGroupOf(queryId: string): string {
    return this.runs.transientGroupOf(queryId)
  }
}
