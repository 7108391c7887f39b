/** The part of Kafka Connect's REST API that connector statements go through. */
import type { Clock } from '../../../ports/index.ts'
import { StatementFault } from '../rest/errors.ts'

export interface ConnectAnswer {
  readonly status: number
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown
  readonly text: string
}

export interface ConnectClient {
  request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: readonly string[], body?: unknown): Promise<ConnectAnswer>
}

const TIMEOUT_MS = 5_000

/** `url` absent: the default address, where in a sandbox nobody listens. */
export function createConnectClient(url: string | undefined, clock: Clock): ConnectClient {
  const base = (url ?? 'http://localhost:8083').replace(/\/+$/, '')
  return {
    async request(method, path, body) {
      const abort = new AbortController()
      const cancel = clock.after(TIMEOUT_MS, () => abort.abort())
      try {
        const response = await fetch(`${base}/${path.map(encodeURIComponent).join('/')}`, {
          method,
          signal: abort.signal,
          headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const text = await response.text()
        return { status: response.status, text, body: parsed(text) }
      } catch {
        const { hostname } = new URL(base)
        const address = hostname === 'localhost' ? '127.0.0.1' : hostname
        const reason = abort.signal.aborted ? 'Read timed out' : `Connect to ${base} [/${address}] failed: Connection refused`
        throw new StatementFault(
          `io.confluent.ksql.util.KsqlServerException: org.apache.hc.client5.http.HttpHostConnectException: ${reason}\nCaused by: Could not connect to the server. Please check the server details are\n\tcorrect and that the server is running.`,
          50000,
        )
      } finally {
        cancel()
      }
    },
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return text
  }
}
