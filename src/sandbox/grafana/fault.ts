/** A refused request, in Grafana's form: a message, often with an id or a status word. */
import type { JsonObject } from './json.ts'

export class GrafanaFault extends Error {
  readonly status: number
  readonly extra: JsonObject

  constructor(status: number, message: string, extra: JsonObject = {}) {
    super(message)
    this.name = 'GrafanaFault'
    this.status = status
    this.extra = extra
  }

  body(): JsonObject {
    return { message: this.message, ...this.extra }
  }

  /** The newer form, with an id of the message. */
  static named(status: number, messageId: string, message: string): GrafanaFault {
    return new GrafanaFault(status, message, { messageId, statusCode: status, traceID: '' })
  }
}

export const notFound = (message: string): GrafanaFault => new GrafanaFault(404, message, { traceID: '' })
export const badRequest = (message: string): GrafanaFault => new GrafanaFault(400, message, { traceID: '' })
