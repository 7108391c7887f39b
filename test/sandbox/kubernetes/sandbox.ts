/** A server on a virtual clock, and short ways to talk to it. */

import { widgetCrd } from '../../../e2e/contract/kubernetes/widget-crd.ts'
import type { KubeObject } from '../../../src/ports/index.ts'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { type KubernetesServer, startKubernetes } from '../../../src/sandbox/kubernetes/index.ts'

export const WIDGETS = '/apis/example.dev/v1/namespaces/default/widgets'
export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

export interface Sandbox {
  readonly server: KubernetesServer
  readonly clock: VirtualClock
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<{ status: number; body: KubeObject & Record<string, unknown> }>
  /** Must succeed; gives the body. */
  ok(method: string, path: string, body?: unknown, contentType?: string): Promise<KubeObject & Record<string, unknown>>
  watch(path: string): Promise<WatchReader>
  close(): Promise<void>
}

export interface Line {
  readonly type: string
  readonly object: KubeObject & Record<string, unknown>
}

class WatchReader {
  readonly #stop: AbortController
  readonly #lines: AsyncGenerator<Line>

  constructor(response: Response, stop: AbortController) {
    this.#stop = stop
    this.#lines = linesOf(response)
  }

  /** Waits for so many events. */
  async next(count: number): Promise<Line[]> {
    const out: Line[] = []
    while (out.length < count) {
      const { value, done } = await this.#lines.next()
      if (done) throw new Error(`the watch ended after ${out.length} of ${count} events`)
      out.push(value)
    }
    return out
  }

  /** Waits for the server to end the watch; gives what came before. */
  async rest(): Promise<Line[]> {
    const out: Line[] = []
    for await (const line of this.#lines) out.push(line)
    return out
  }

  stop(): void {
    this.#stop.abort()
  }
}

async function* linesOf(response: Response): AsyncGenerator<Line> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body!) {
    rest += decoder.decode(chunk, { stream: true })
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield JSON.parse(rest.slice(0, end)) as Line
      rest = rest.slice(end + 1)
    }
  }
}

export async function startSandbox(): Promise<Sandbox> {
  const clock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'))
  const server = await startKubernetes({ clock, random: seededRandom(7), crds: [widgetCrd] })
  const call: Sandbox['call'] = async (method, path, body, contentType = 'application/json') => {
    const response = await fetch(server.url + path, {
      method,
      headers: { 'user-agent': 'tester/1', ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as KubeObject & Record<string, unknown> }
  }
  return {
    server,
    clock,
    call,
    async ok(method, path, body, contentType) {
      const answer = await call(method, path, body, contentType)
      if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${String(answer.body.message)}`)
      return answer.body
    },
    async watch(path) {
      const stop = new AbortController()
      return new WatchReader(await fetch(`${server.url}${path}${path.includes('?') ? '&' : '?'}watch=true`, { signal: stop.signal }), stop)
    },
    close: () => server.close(),
  }
}

export function configMap(name: string, metadata: Record<string, unknown> = {}, data: Record<string, string> = { a: '1' }): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data }
}
