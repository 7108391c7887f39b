/** One request over HTTP, answered whole: what the contracts of HTTP servers ask with. */
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'

export interface HttpServer {
  /** `http://127.0.0.1:PORT` or `https://...`, without a slash at its end. */
  readonly url: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** PEM. */
  readonly ca?: string
}

export interface Question {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
  readonly text: string
  /** Parsed when the content type says JSON, else undefined. */
  readonly json: unknown
}

export function ask(server: HttpServer, question: Question): Promise<Answer> {
  const { body } = question
  const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const send = server.url.startsWith('https:') ? overHttps : overHttp
  return new Promise((resolve, reject) => {
    const request = send(
      server.url + question.path,
      {
        method: question.method,
        headers: {
          accept: 'application/json',
          ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
          ...server.headers,
          ...question.headers,
        },
        ...(server.ca === undefined ? {} : { ca: server.ca }),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => resolve(answerOf(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))))
      },
    )
    request.on('error', reject)
    request.end(bytes)
  })
}

function answerOf(status: number, headers: Record<string, string | string[] | undefined>, bytes: Buffer): Answer {
  const flat = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])),
  )
  const text = bytes.toString('utf8')
  let json: unknown
  if (/json/.test(flat['content-type'] ?? '') && text !== '') {
    try {
      json = JSON.parse(text)
    } catch {
      // Lines of JSON, as of a watch, are left to who asked.
    }
  }
  return { status, headers: flat, bytes, text, json }
}
