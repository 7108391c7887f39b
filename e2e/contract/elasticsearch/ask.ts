import type { RecordedRequest } from './requests.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** One request as a curl-like client sends it. */
export async function ask(url: string, request: RecordedRequest): Promise<Answer> {
  const { body } = request
  const ndjson = Array.isArray(body)
  const text =
    body === undefined
      ? undefined
      : typeof body === 'string'
        ? body
        : ndjson
          ? `${body.map((line) => JSON.stringify(line)).join('\n')}\n`
          : JSON.stringify(body)
  const response = await fetch(url + request.path, {
    method: request.method,
    headers: { 'content-type': ndjson ? 'application/x-ndjson' : 'application/json', accept: 'application/json' },
    ...(text === undefined ? {} : { body: text }),
  })
  const answer = await response.text()
  return { status: response.status, body: answer === '' ? null : parsed(answer) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
