/**
 * Requests that are only sent while they may be. Between the decision to send and the first byte lies the making of a connection,
 * and a process can stand still there for minutes: so the question is asked again when the connection is made.
 */
import { type ClientRequest, type IncomingMessage, request as plain, type RequestOptions } from 'node:http'
import { request as secure } from 'node:https'

/** For axios. `mayWrite` throws when the request must not go out any more. */
export function guardedTransport(mayWrite: () => void) {
  return {
    request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest {
      const sent = options.protocol === 'https:' ? secure(options, onAnswer) : plain(options, onAnswer)
      sent.prependOnceListener('socket', (socket) => {
        if (!socket.connecting) return
        // Before the listener that sends what has been written meanwhile.
        socket.prependOnceListener('connect', () => {
          try {
            mayWrite()
          } catch (error) {
            socket.destroy(error instanceof Error ? error : new Error(String(error)))
          }
        })
      })
      return sent
    },
  }
}
