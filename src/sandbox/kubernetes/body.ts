/** Request bodies: JSON or YAML by their content type, with the fields that stand twice. */
import { parseDocument, parse as parseYaml } from 'yaml'
import { duplicateFields } from './duplicates.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { decodeProtobuf, PROTOBUF } from './protobuf/decode.ts'
import { badRequest, unsupportedMediaType } from './status.ts'

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

/** `protobuf`: whether the type has a protobuf form, which custom resources do not. */
export function decodeBody(body: Buffer | undefined, contentType: string | undefined, protobuf: boolean): DecodedBody {
  const type = essence(contentType)
  if (type === PROTOBUF && protobuf) return { value: decodeProtobuf(body ?? Buffer.alloc(0)), duplicates: [] }
  if (type === 'application/yaml') return decodeYaml(textOf(body))
  if (type !== '' && type !== 'application/json') throw unsupportedMediaType(['application/json', 'application/yaml', ...(protobuf ? [PROTOBUF] : [])])
  return decodeJson(textOf(body))
}

/** `strategic`: whether the type knows strategic merge patches, which custom resources do not. */
export function decodePatch(body: Buffer | undefined, contentType: string | undefined, strategic: boolean): DecodedBody & { readonly type: PatchType } {
  const accepted = Object.keys(PATCH_TYPES).filter((type) => strategic || PATCH_TYPES[type] !== 'strategic')
  const mediaType = essence(contentType)
  const type = PATCH_TYPES[mediaType]
  if (!type || !accepted.includes(mediaType)) throw unsupportedMediaType(accepted)
  const text = textOf(body)
  return { type, ...(type === 'apply' && !text.trimStart().startsWith('{') ? decodeYaml(text) : decodeJson(text)) }
}

const textOf = (body: Buffer | undefined) => body?.toString('utf8') ?? ''

function decodeJson(text: string): DecodedBody {
  try {
    return { value: JSON.parse(text) as Json, duplicates: duplicateFields(text) }
  } catch (error) {
    throw badRequest(`error decoding body: ${(error as Error).message}`)
  }
}

function decodeYaml(text: string): DecodedBody {
  const document = parseDocument(text, { uniqueKeys: false })
  if (document.errors.length > 0) throw badRequest(`error converting YAML to JSON: ${document.errors[0]!.message}`)
  return { value: parseYaml(text, { uniqueKeys: false }) as Json, duplicates: [] }
}

/** A body that must be an object of a given kind. */
export function asObject(value: Json, kind: string): JsonObject {
  if (isObject(value)) return value
  throw badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error`)
}
