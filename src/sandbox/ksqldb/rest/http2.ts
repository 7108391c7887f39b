/** HTTP/2 without TLS (prior knowledge) on the port of HTTP/1.1: the first bytes of a connection tell which it is. */
import type { Server as HttpServer } from 'node:http'
import { createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'

const PREFACE = 'PRI '

/** Returns what closes the sessions. */
export function alsoSpeakHttp2(server: HttpServer, onRequest: (request: Http2ServerRequest, response: Http2ServerResponse) => void): () => void {
  const http2 = createServer(onRequest)
  const sessions = new Set<{ destroy(): void }>()
  http2.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    // A client that goes away is no fault of the server.
    session.on('error', () => session.destroy())
  })
  // Connections that have said nothing yet: the HTTP server does not know them.
  const silent = new Set<Socket>()
  const plain = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const drop = () => socket.destroy()
    const forget = () => silent.delete(socket)
    silent.add(socket)
    socket.once('close', forget)
    socket.once('error', drop)
    socket.once('readable', () => {
      forget()
      socket.removeListener('close', forget)
      socket.removeListener('error', drop)
      const first: Buffer | null = socket.read()
      if (first === null) return socket.destroy()
      socket.unshift(first)
      if (first.subarray(0, PREFACE.length).toString('latin1') === PREFACE) http2.emit('connection', socket)
      else for (const listen of plain) listen.call(server, socket)
    })
  })
  return () => {
    for (const session of sessions) session.destroy()
    for (const socket of silent) socket.destroy()
  }
}
