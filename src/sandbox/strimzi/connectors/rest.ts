/** Kafka Connect as Strimzi calls it: its messages, its patience with a rebalance. */
import { z } from 'zod'
import { type Clock, createHttpClient, Failure, type HttpClient, type HttpRequest } from '../../../ports/index.ts'
import { ConnectorError } from './objects.ts'

const status = z.looseObject({
  connector: z.looseObject({ state: z.string() }),
  tasks: z.array(z.looseObject({ id: z.number(), state: z.string() })).default([]),
})
/** As Connect says it, whole. */
export type RestStatus = z.output<typeof status>

const plugins = z.array(z.looseObject({ class: z.string(), type: z.string(), version: z.string().nullish() }))
const message = z.looseObject({ message: z.string() })

/** Waits of Strimzi before it asks once more: 200 ms, doubled. */
const FIRST_WAIT_MS = 200
const TRIES = 6

const STATUS_WORDS: Readonly<Record<number, string>> = { 400: 'Bad Request', 404: 'Not Found', 409: 'Conflict', 500: 'Internal Server Error' }

export interface ConnectRest {
  names(): Promise<string[]>
  plugins(): Promise<z.output<typeof plugins>>
  /** Undefined: there is no such connector. */
  config(name: string): Promise<Record<string, string> | undefined>
  putConfig(name: string, config: Readonly<Record<string, string>>): Promise<void>
  status(name: string): Promise<RestStatus>
  topics(name: string): Promise<string[]>
  setState(name: string, verb: 'pause' | 'resume' | 'stop'): Promise<void>
  restart(name: string, options: { readonly includeTasks: boolean; readonly onlyFailed: boolean }): Promise<void>
  restartTask(name: string, task: number): Promise<void>
  offsets(name: string): Promise<unknown>
  alterOffsets(name: string, body: unknown): Promise<void>
  resetOffsets(name: string): Promise<void>
  /** Absent is as good as deleted. */
  remove(name: string): Promise<void>
}

export function createConnectRest(url: string, clock: Clock, signal: AbortSignal): ConnectRest {
  const http: HttpClient = createHttpClient({ baseUrl: url, service: 'Kafka Connect', headers: { 'user-agent': 'strimzi-cluster-operator' } })

  async function call<T>(request: Omit<HttpRequest<T>, 'signal'>): Promise<T> {
    try {
      return (await http.request({ ...request, signal })).body
    } catch (error) {
      if (signal.aborted || !(error instanceof Failure)) throw error
      const path = `/${request.path.join('/')}`
      if (error.status === undefined) throw new ConnectorError('ConnectTimeoutException', `${request.method} ${path}: ${error.message}`)
      const said = message.safeParse(error.body)
      throw new RestError(error.status, `${request.method} ${path} returned ${error.status} (${STATUS_WORDS[error.status] ?? ''}): ${said.data?.message ?? ''}`)
    }
  }

  async function patiently<T>(statuses: readonly number[], work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof RestError) || !statuses.includes(error.status) || tries >= TRIES) throw error
        await clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1), signal)
      }
    }
  }
  const silent = async (request: Omit<HttpRequest<unknown>, 'signal' | 'answer'>) => void (await call({ ...request, answer: z.unknown() }))

  return {
    names: () => call({ method: 'GET', path: ['connectors'], answer: z.array(z.string()) }),
    plugins: () => call({ method: 'GET', path: ['connector-plugins'], answer: plugins }),
    async config(name) {
      const answer = z.record(z.string(), z.string())
      try {
        return await patiently([409], () => call({ method: 'GET', path: ['connectors', name, 'config'], answer }))
      } catch (error) {
        if (error instanceof RestError && error.status === 404) return undefined
        throw error
      }
    },
    putConfig: (name, config) => silent({ method: 'PUT', path: ['connectors', name, 'config'], body: config }),
    // A connector that was just made has no status for a moment.
    status: (name) => patiently([404, 409], () => call({ method: 'GET', path: ['connectors', name, 'status'], answer: status })),
    async topics(name) {
      const answer = z.record(z.string(), z.object({ topics: z.array(z.string()) }))
      return (await call({ method: 'GET', path: ['connectors', name, 'topics'], answer }))[name]?.topics.toSorted() ?? []
    },
    setState: (name, verb) => silent({ method: 'PUT', path: ['connectors', name, verb] }),
    restart: (name, options) => silent({ method: 'POST', path: ['connectors', name, 'restart'], query: { ...options } }),
    restartTask: (name, task) => silent({ method: 'POST', path: ['connectors', name, 'tasks', String(task), 'restart'] }),
    offsets: (name) => call({ method: 'GET', path: ['connectors', name, 'offsets'], answer: z.unknown() }),
    alterOffsets: (name, body) => silent({ method: 'PATCH', path: ['connectors', name, 'offsets'], body }),
    resetOffsets: (name) => silent({ method: 'DELETE', path: ['connectors', name, 'offsets'] }),
    async remove(name) {
      try {
        await patiently([409], () => silent({ method: 'DELETE', path: ['connectors', name] }))
      } catch (error) {
        if (!(error instanceof RestError && error.status === 404)) throw error
      }
    },
  }
}

class RestError extends ConnectorError {
  readonly status: number
  constructor(status: number, text: string) {
    super('ConnectRestException', text)
    this.status = status
  }
}
