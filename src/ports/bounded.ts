/** Bodies of answers, read only as far as they are bearable: what a server sends is for it to choose, our memory is not. */
import { Failure } from './failure.ts'

/** Of a whole answer. The largest are lists of everything that a backend holds. */
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024
/** Of one line of an answer that grows: an event of a watch, a row. An object of Kubernetes has at most 1.5 MB. */
const LINE_BYTES_MAX = 16 * 1024 * 1024

type Chunks = AsyncIterable<Uint8Array>

/** Throws UnexpectedAnswer for more than `bytesMax`. */
export async function boundedText(chunks: Chunks, what: string, bytesMax = ANSWER_BYTES_MAX): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) throw tooLarge(what, bytesMax)
    parts.push(chunk)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** The lines, the last one too if it has no end. Throws UnexpectedAnswer for a line of more than `bytesMax`. */
export async function* boundedLines(chunks: Chunks, what: string, bytesMax = LINE_BYTES_MAX): AsyncGenerator<{ text: string; ended: boolean }> {
  const decoder = new TextDecoder()
  let parts: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      parts.push(text.slice(0, end))
      yield { text: parts.join('').replace(/\r$/, ''), ended: true }
      parts = []
      length = 0
      text = text.slice(end + 1)
    }
    if (text === '') continue
    parts.push(text)
    length += text.length
    if (length > bytesMax) throw tooLarge(what, bytesMax)
  }
  if (parts.length > 0) yield { text: parts.join(''), ended: false }
}

const tooLarge = (what: string, bytesMax: number): Failure =>
  new Failure('Retry', 'UnexpectedAnswer', `${what} answered with more than ${Math.round(bytesMax / 1024 / 1024)} MB, which is not read`)
