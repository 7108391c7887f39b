/** Request bodies: JSON or YAML by their content type, with the fields that stand twice. */
import { parseDocument } from 'yaml'
import { duplicateFields } from './duplicates.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { decodeProtobuf, PROTOBUF } from './protobuf/decode.ts'
import { ApiError, badRequest, tooLarge, unsupportedMediaType } from './status.ts'

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

const essence = (contentType: string | undefined) => (contentType ?? '').split(';')[0]!.trim().toLowerCase()

export interface DecodedBody {
  readonly value: Json
  /** Paths of fields that stand twice in the text. */
  readonly duplicates: readonly string[]
}

/** Custom resources have no protobuf form. */
export function decodeBody(
  body: Buffer | undefined,
  contentType: string | undefined,
  wanted: { readonly kind: string; readonly custom: boolean },
): DecodedBody {
  const type = essence(contentType)
  if (type === PROTOBUF && !wanted.custom) return { value: decodeProtobuf(body ?? Buffer.alloc(0)), duplicates: [] }
  const text = textOf(body)
  if (type === 'application/yaml') return decodeYaml(text)
  if (type !== '' && type !== 'application/json') throw unsupportedMediaType(['application/json', 'application/yaml', PROTOBUF])
  const parsed = tryJson(text)
  if ('fault' in parsed)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${wanted.kind}): couldn't get version/kind; json parse error: ${parsed.fault} (${summary(text)})`,
    )
  return parsed
}

/** The beginning of a body, for messages. */
export function summary(text: string): string {
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text
}

/** Go's words for the commonest fault of JSON; others are told in JavaScript's. */
function tryJson(text: string): DecodedBody | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) as Json, duplicates: duplicateFields(text) }
  } catch (error) {
    const { message } = error as Error
    return { fault: /^Unexpected end/.test(message) ? 'unexpected end of JSON input' : message }
  }
}

/** `strategic`: whether the type knows strategic merge patches, which custom resources do not. */
export function decodePatch(body: Buffer | undefined, contentType: string | undefined, strategic: boolean): DecodedBody & { readonly type: PatchType } {
  const accepted = Object.keys(PATCH_TYPES).filter((type) => strategic || PATCH_TYPES[type] !== 'strategic')
  const mediaType = essence(contentType)
  const type = PATCH_TYPES[mediaType]
  if (!type) throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  if (!accepted.includes(mediaType)) throw unsupportedMediaType(accepted)
  const text = textOf(body)
  return { type, ...(type === 'apply' && !text.trimStart().startsWith('{') ? decodeYaml(text) : decodeJson(text)) }
}

/** As the real server's default. */
const MAX_BODY_BYTES = 3 * 1024 * 1024

function textOf(body: Buffer | undefined): string {
  if (body && body.length > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES)
  return body?.toString('utf8') ?? ''
}

function decodeJson(text: string): DecodedBody {
  const parsed = tryJson(text)
  if ('fault' in parsed) throw badRequest(`error decoding patch: ${parsed.fault}`)
  return parsed
}

function decodeYaml(text: string): DecodedBody {
  // YAML 1.1, where y and no are booleans; but a time stays the text that it is.
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false, customTags: (tags) => tags.filter((tag) => tag !== 'timestamp') })
  if (document.errors.length > 0) throw badRequest(`error converting YAML to JSON: ${document.errors[0]!.message}`)
  return { value: document.toJS() as Json, duplicates: [] }
}

/** A body that must be an object of a given kind. */
export function asObject(value: Json, kind: string): JsonObject {
  if (isObject(value)) return value
  throw badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error`)
}
