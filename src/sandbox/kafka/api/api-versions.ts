/**
 * ApiVersions, key 18: what this broker speaks.
 *
 * Request  0-2 => (empty)
 *          3-4 => client_software_name: string, client_software_version: string
 * Response 0+  => error_code: int16, api_keys: [api_key: int16, min_version: int16, max_version: int16],
 *          1+     throttle_time_ms: int32
 * The response header never has tagged fields, so that a client can read it before it knows anything (KIP-511).
 */
import { ErrorCode } from '../errors.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { type Api, defineApi } from './api.ts'

export const API_VERSIONS_KEY = 18

export function apiVersions(all: () => readonly Api[]): Api {
  return defineApi({
    key: API_VERSIONS_KEY,
    name: 'ApiVersions',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 3,
    mutating: false,
    read(reader: Reader, version) {
      return version >= 3 ? { software: reader.string(), softwareVersion: reader.string() } : { software: '', softwareVersion: '' }
    },
    names: ({ software, softwareVersion }) => (software === '' ? [] : [`${software}/${softwareVersion}`]),
    handle: () => all(),
    status: () => 0,
    write(writer, apis, version) {
      writer.int16(ErrorCode.NONE)
      writeRanges(writer, apis)
      if (version >= 1) writer.int32(0)
    },
  })
}

/** The answer to an ApiVersions request of a version we do not know: version 0, with the error and our ranges. */
export function writeUnsupportedApiVersions(writer: Writer, apis: readonly Api[]): void {
  writer.int16(ErrorCode.UNSUPPORTED_VERSION)
  writeRanges(
    writer,
    apis.filter((api) => api.key === API_VERSIONS_KEY),
  )
}

function writeRanges(writer: Writer, apis: readonly Api[]): void {
  writer.structs(apis, (api) => writer.int16(api.key).int16(api.minVersion).int16(api.maxVersion))
}
