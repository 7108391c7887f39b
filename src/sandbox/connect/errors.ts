/** Faults of the REST API, in Connect's own shape: `{"error_code": N, "message": "..."}`. */
export class ConnectRestError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ConnectRestError'
    this.status = status
  }
}

/** What fails a task: its class and message stand in the trace, as the JVM would print them. */
export class ConnectException extends Error {
  readonly javaClass: string
  constructor(message: string, javaClass = 'org.apache.kafka.connect.errors.ConnectException', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ConnectException'
    this.javaClass = javaClass
  }
}

export class DataException extends ConnectException {
  constructor(message: string, cause?: unknown) {
    super(message, 'org.apache.kafka.connect.errors.DataException', cause)
  }
}

/** The text of a failed task's `trace`. */
export function traceOf(error: unknown): string {
  const lines: string[] = []
  for (let current: unknown = error; current !== undefined; current = current instanceof Error ? current.cause : undefined) {
    const prefix = lines.length === 0 ? '' : 'Caused by: '
    const javaClass = current instanceof ConnectException ? current.javaClass : 'org.apache.kafka.connect.errors.ConnectException'
    lines.push(`${prefix}${javaClass}: ${current instanceof Error ? current.message : String(current)}`)
  }
  return `${lines.join('\n')}\n`
}
