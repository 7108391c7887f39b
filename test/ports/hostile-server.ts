/** A server that means harm: what it answers never ends, is too large, blows up, drips, or leads elsewhere. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, createGzip } from 'node:zlib'

export type Harm = 'endless' | 'huge' | 'bomb' | 'drip' | 'redirect' | 'redirect home' | 'endless refusal' | 'no end of line'

export interface HostileServer {
  readonly url: string
  harm: Harm
  /** Bytes that were written, before compression. */
  written: number
  readonly paths: string[]
  close(): Promise<void>
}

const CHUNK = Buffer.alloc(64 * 1024, ' ')
const GIGABYTE = 1024 * 1024 * 1024
/** Where nobody caps, the test ends nevertheless. */
const ENOUGH = 600 * 1024 * 1024

/** `elsewhere`: where it leads to. */
export async function startHostile(elsewhere = 'http://127.0.0.1:1'): Promise<HostileServer> {
  const server: Server = createServer((request, response) => {
    hostile.paths.push(request.url ?? '')
    request.resume()
    response.on('error', () => undefined)
    answer(hostile, response, elsewhere)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const hostile: HostileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    harm: 'endless',
    written: 0,
    paths: [],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return hostile
}

const JSON_TYPE = { 'content-type': 'application/json' }

function answer(hostile: HostileServer, response: ServerResponse, elsewhere: string): void {
  switch (hostile.harm) {
    case 'redirect':
      response.writeHead(302, { location: `${elsewhere}/stolen`, ...JSON_TYPE }).end('{}')
      return
    case 'redirect home':
      response.writeHead(307, { location: '/again', ...JSON_TYPE }).end('{}')
      return
    case 'huge':
      response.writeHead(200, { 'content-length': String(GIGABYTE), ...JSON_TYPE })
      pour(hostile, response)
      return
    case 'endless':
      response.writeHead(200, JSON_TYPE)
      response.write('{"a":"')
      pour(hostile, response)
      return
    case 'no end of line':
      response.writeHead(200, JSON_TYPE)
      pour(hostile, response)
      return
    case 'endless refusal':
      response.writeHead(500, JSON_TYPE)
      pour(hostile, response)
      return
    case 'bomb': {
      response.writeHead(200, { 'content-encoding': 'gzip', ...JSON_TYPE })
      const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION })
      gzip.pipe(response)
      response.on('close', () => gzip.destroy())
      gzip.on('error', () => undefined)
      pour(hostile, gzip)
      return
    }
    case 'drip': {
      response.writeHead(200, JSON_TYPE)
      const timer = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(timer))
    }
  }
}

function pour(hostile: HostileServer, stream: NodeJS.WritableStream & { destroyed?: boolean }): void {
  const next = () => {
    while (!stream.destroyed && hostile.written < ENOUGH) {
      hostile.written += CHUNK.length
      if (!stream.write(CHUNK)) {
        stream.once('drain', next)
        return
      }
    }
    if (!stream.destroyed) stream.end()
  }
  next()
}
