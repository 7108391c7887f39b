/** Content negotiation: `application/vnd.elasticsearch+json;compatible-with=9` and the plain types. */
import { EsError } from '../errors.ts'
import type { VersionFacts } from '../versions.ts'

const MEDIA = /^application\/(?:vnd\.elasticsearch\+)?(json|x-ndjson|yaml|smile|cbor)/
const COMPATIBLE = /compatible-with\s*=\s*(\d+)/

interface Negotiated {
  /** Content type of a JSON answer. */
  readonly contentType: string
}

/** Throws what the real server answers to a wrong or unsupported type. */
export function negotiate(facts: VersionFacts, accept: string | undefined, contentType: string | undefined, hasBody: boolean): Negotiated {
  if (hasBody && (contentType === undefined || !MEDIA.test(contentType))) throw new UnsupportedType(contentType)
  if (facts.compatible.length === 0) return { contentType: facts.contentType }
  const [accepted, given] = [versionOf(accept), versionOf(contentType)]
  for (const [header, version, text] of [
    ['Accept', accepted, accept],
    ['Content-Type', given, contentType],
  ] as const) {
    if (version !== undefined && !(facts.compatible as readonly number[]).includes(version)) {
      const [newest = 0] = facts.compatible
      throw mediaTypeFault(`${header} version must be either version ${newest} or ${newest - 1}, but found ${version}. ${header}=${text ?? ''}`)
    }
  }
  if (hasBody && accepted !== given && (accepted !== undefined || accept === undefined || given !== undefined) && !(accept === undefined || accept === '*/*')) {
    throw mediaTypeFault(
      `A compatible version is required on both Content-Type and Accept headers if either one has requested a compatible version and the compatible versions must match. Accept=${accept ?? 'null'}, Content-Type=${contentType ?? 'null'}`,
    )
  }
  return { contentType: accepted === undefined ? facts.contentType : `application/vnd.elasticsearch+json;compatible-with=${accepted}` }
}

function versionOf(header: string | undefined): number | undefined {
  const match = COMPATIBLE.exec(header ?? '')
  return match ? Number(match[1]) : undefined
}

function mediaTypeFault(reason: string): EsError {
  return new EsError(400, {
    type: 'media_type_header_exception',
    reason: 'Invalid media-type value on headers [Content-Type, Accept]',
    causedBy: { type: 'status_exception', reason },
  })
}

/** 406, with an error that is only a text. */
export class UnsupportedType extends Error {
  constructor(given: string | undefined) {
    super(given === undefined ? 'Content-Type header is missing' : `Content-Type header [${given}] is not supported`)
    this.name = 'UnsupportedType'
  }
}
