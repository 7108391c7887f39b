/** One connector: its target state, its tasks, what they say. */
import type { Clock, KafkaClient, Logger, Random } from '../../ports/index.ts'
import type { Config } from './config-def.ts'
import { type ConfigProviders, resolveReferences } from './config-providers.ts'
import { traceOf } from './errors.ts'
import type { ConnectorPlugin, SourceOffset } from './plugin.ts'
import { runSinkTask } from './sink-task.ts'
import { runSourceTask, type TaskHandle } from './source-task.ts'

export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED'
export type RunState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING'

export interface WorkerContext {
  readonly kafka: KafkaClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly workerConfig: Config
  readonly providers: ConfigProviders
  readonly signal: AbortSignal
  readOffset(connector: string, partition: SourceOffset): SourceOffset | undefined
  writeOffset(connector: string, partition: SourceOffset, offset: SourceOffset): Promise<void>
}

interface RunningTask {
  readonly id: number
  state: RunState
  trace?: string
  handle?: TaskHandle
}

export class Connector {
  readonly name: string
  readonly plugin: ConnectorPlugin
  config: Config
  target: TargetState
  state: RunState = 'UNASSIGNED'
  /** Why it has failed itself. */
  trace: string | undefined
  tasks: RunningTask[] = []
  /** Topics that were written or read since they were last reset. */
  readonly topics = new Set<string>()
  /** A connector has no tasks before it is first started. */
  #ran: boolean
  readonly #worker: WorkerContext
  #resolved: Config = {}
  /** Transitions run one after the other. */
  #work: Promise<void> = Promise.resolve()

  constructor(name: string, plugin: ConnectorPlugin, config: Config, target: TargetState, worker: WorkerContext, ran = false) {
    this.name = name
    this.plugin = plugin
    this.config = config
    this.target = target
    this.#worker = worker
    this.#ran = ran
  }

  /** Brings the tasks to the target state; a changed config starts them anew. */
  apply(change: { restart: boolean; onlyFailed?: boolean }): Promise<void> {
    this.#work = this.#work
      .then(() => this.#apply(change))
      .catch((error: unknown) => {
        this.state = 'FAILED'
        this.trace = traceOf(error)
        this.#worker.log.error({ connector: this.name, error: String(error) }, 'connector failed')
      })
    return this.#work
  }

  async #apply(change: { restart: boolean; onlyFailed?: boolean }): Promise<void> {
    if (this.target === 'STOPPED') {
      await this.#stopTasks(this.tasks)
      this.tasks = []
      this.state = 'STOPPED'
      this.#ran = false
      return
    }
    if (change.restart) {
      const chosen = this.tasks.filter((task) => !change.onlyFailed || task.state === 'FAILED')
      await this.#stopTasks(chosen)
    }
    // At every start anew: what is referred to may have changed.
    this.#resolved = await resolveReferences(this.config, this.#worker.providers)
    this.trace = undefined
    this.state = this.target === 'PAUSED' ? 'PAUSED' : 'RUNNING'
    this.#ran ||= this.target === 'STARTED'
    const wanted = this.#ran ? this.#taskCount() : 0
    await this.#stopTasks(this.tasks.slice(wanted))
    this.tasks = Array.from({ length: wanted }, (_, id) => this.tasks[id] ?? { id, state: 'UNASSIGNED' })
    for (const task of this.tasks) {
      if (task.handle === undefined && (task.state !== 'FAILED' || change.restart)) this.#startTask(task)
      if (task.handle === undefined) continue
      if (this.target === 'PAUSED') task.handle.pause()
      else task.handle.resume()
      task.state = this.target === 'PAUSED' ? 'PAUSED' : 'RUNNING'
    }
  }

  async restartTask(id: number): Promise<void> {
    const task = this.tasks[id]
    if (!task) return
    this.#work = this.#work.then(async () => {
      await this.#stopTasks([task])
      this.#resolved = await resolveReferences(this.config, this.#worker.providers)
      this.#startTask(task)
      task.state = this.target === 'PAUSED' ? 'PAUSED' : 'RUNNING'
      if (this.target === 'PAUSED') task.handle?.pause()
    })
    await this.#work
  }

  async shutDown(): Promise<void> {
    this.#work = this.#work.then(() => this.#stopTasks(this.tasks))
    await this.#work
  }

  /** Datagen makes `tasks.max` tasks; a sink no more than its topics have partitions, which one group sorts out by itself. */
  #taskCount(): number {
    return Math.max(1, Number(this.config['tasks.max'] ?? 1))
  }

  async #stopTasks(tasks: readonly RunningTask[]): Promise<void> {
    await Promise.all(
      tasks.map(async (task) => {
        const handle = task.handle
        delete task.handle
        delete task.trace
        await handle?.stop()
        task.state = 'UNASSIGNED'
      }),
    )
  }

  #startTask(task: RunningTask): void {
    const { kafka, clock, random, log, signal, workerConfig } = this.#worker
    const context = { clock, random, connector: this.name, taskId: task.id, signal }
    const partition = { 'task.id': task.id }
    const environment = {
      kafka,
      log,
      worker: workerConfig,
      offsets: {
        read: () => this.#worker.readOffset(this.name, partition),
        write: (own: SourceOffset, offset: SourceOffset) => this.#worker.writeOffset(this.name, own, offset),
      },
      paused: this.target === 'PAUSED',
      onTopic: (topic: string) => void this.topics.add(topic),
      onFailure: (error: unknown) => {
        task.state = 'FAILED'
        task.trace = traceOf(error)
        delete task.handle
        log.warn({ connector: this.name, task: task.id, trace: task.trace }, 'task failed')
      },
    }
    delete task.trace
    task.handle =
      this.plugin.type === 'source'
        ? runSourceTask(this.plugin, this.#resolved, context, environment)
        : runSinkTask(this.plugin, this.#resolved, context, environment)
  }
}
