/** Writes of single documents, as `_doc`, `_create`, `_update` and every line of `_bulk` do them. */
import type { Cluster } from './cluster.ts'
import { type ErrorCause, EsError, illegalArgument, indexNotFound } from './errors.ts'
import type { IndexState } from './index-state.ts'
import { asObject, deepMerge, isObject, type JsonObject, sameJson } from './json.ts'
import { parseDocument } from './mapping/document.ts'

export interface WriteOptions {
  readonly version?: number
  readonly versionType?: string
  readonly ifSeqNo?: number
  readonly ifPrimaryTerm?: number
  readonly routing?: string
  readonly requireAlias?: boolean
  /** `refresh=true`: said in the answer. */
  readonly forcedRefresh?: boolean
  /** As the request said it: how long was waited for the shards. */
  readonly timeout?: string
  /** Only in bulk an update that changes nothing claims to have reached its shards. */
  readonly bulk?: boolean
}

export interface WriteAnswer {
  readonly status: number
  readonly body: JsonObject
}

export class DocumentWriter {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Index, or create when the document must be new. `text` is the source as it came. */
  index(name: string, id: string | undefined, text: string, options: WriteOptions, mustBeNew: boolean): WriteAnswer {
    const source = parseSource(text, this.#cluster.version === '7.17')
    const index = this.#target(name, options)
    const own = id ?? this.#cluster.newUuid(15)
    if (id === '') throw illegalArgument('if _id is specified it must not be empty')
    if (Buffer.byteLength(own) > 512) throw illegalArgument(`id [${own}] is too long, must be no longer than 512 bytes but was: ${Buffer.byteLength(own)}`)
    return this.#put(index, own, text, source, options, mustBeNew)
  }

  delete(name: string, id: string, options: WriteOptions): WriteAnswer {
    const external = options.versionType?.startsWith('external') ?? false
    const index = external ? this.#target(name, options) : checkStarted(this.#existing(name), options)
    const version = this.#nextVersion(index, id, options)
    const found = index.docs.has(id)
    const { seqNo } = index.remove(id, version)
    return this.#answer(index, id, found ? 'deleted' : 'not_found', found ? 200 : 404, version, seqNo, options)
  }

  update(name: string, id: string, body: JsonObject, options: WriteOptions): WriteAnswer {
    if (body.script !== undefined) throw illegalArgument('[script] is not supported by this server: send [doc]')
    for (const key of Object.keys(body)) {
      if (!['doc', 'upsert', 'doc_as_upsert', 'detect_noop', '_source', 'scripted_upsert'].includes(key)) {
        throw new EsError(400, { type: 'x_content_parse_exception', reason: `[1:1] [UpdateRequest] unknown field [${key}]` })
      }
    }
    if (!isObject(body.doc)) {
      throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: script or doc is missing;' })
    }
    const index = this.#target(name, options)
    const stored = index.source(id)
    if (stored === undefined) {
      const fresh = isObject(body.upsert) ? body.upsert : body.doc_as_upsert === true ? body.doc : undefined
      if (!fresh) throw missing(index, id, this.#cluster.version === '7.17' ? '[_doc]' : '')
      return this.#put(index, id, JSON.stringify(fresh), fresh, options, true)
    }
    const before = asObject(JSON.parse(stored))
    const after = deepMerge(before, body.doc)
    const doc = index.docs.get(id)
    if (body.detect_noop !== false && sameJson(before, after) && doc) {
      this.#checkSeqNo(index, id, options)
      const answer = this.#answer(index, id, 'noop', 200, doc.version, doc.seqNo, { ...options, forcedRefresh: false })
      return options.bulk ? answer : { status: 200, body: { ...answer.body, _shards: { total: 0, successful: 0, failed: 0 } } }
    }
    return this.#put(index, id, JSON.stringify(after), after, options, false)
  }

  #put(index: IndexState, id: string, text: string, source: JsonObject, options: WriteOptions, mustBeNew: boolean): WriteAnswer {
    // The mapping comes first: a document that is refused for its version has already made its fields known.
    const { fields, mapping } = parseDocument(index.mapping, id, text, source, this.#cluster.version !== '7.17')
    if (mapping !== index.mapping) {
      index.mapping = mapping
      index.save()
      this.#cluster.changed()
    }
    const before = index.docs.get(id)
    if (mustBeNew && before) throw conflict(index, `[${id}]: version conflict, document already exists (current version [${before.version}])`)
    const version = this.#nextVersion(index, id, options)
    const doc = index.put(id, version, text, fields, options.routing ?? null)
    return this.#answer(index, id, before ? 'updated' : 'created', before ? 200 : 201, version, doc.seqNo, options)
  }

  #existing(name: string): IndexState {
    const index = this.#cluster.writeIndex(name)
    if (!index) throw indexNotFound(name)
    checkBlocks(index)
    return index
  }

  /** The index of that name, made when there is none. */
  #target(name: string, options: WriteOptions): IndexState {
    const index = this.#cluster.writeIndex(name)
    if (options.requireAlias && (!index || index.name === name)) {
      throw new EsError(404, {
        type: 'index_not_found_exception',
        reason: `no such index [${name}] and [require_alias] request flag is [true] and [${name}] is not an alias`,
        extra: { index_uuid: '_na_', index: name },
      })
    }
    if (!index && !this.#cluster.autoCreate) {
      const reason = `no such index [${name}] and [action.auto_create_index] is [false]`
      throw new EsError(404, { type: 'index_not_found_exception', reason, extra: { index_uuid: '_na_', index: name } })
    }
    if (index) checkBlocks(index)
    return checkStarted(index ?? this.#cluster.createIndex(name), options)
  }

  #nextVersion(index: IndexState, id: string, options: WriteOptions): number {
    this.#checkSeqNo(index, id, options)
    const current = index.docs.get(id)?.version ?? index.deleted.get(id)?.version
    const { version, versionType = 'internal' } = options
    if (versionType === 'internal') {
      if (version !== undefined) {
        throw new EsError(400, {
          type: 'action_request_validation_exception',
          reason:
            'Validation Failed: 1: internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead;',
        })
      }
      return (current ?? 0) + 1
    }
    if (version === undefined) throw illegalArgument(`illegal version value [-3] for version type [${versionType.toUpperCase()}]`)
    const gte = versionType === 'external_gte'
    if (current !== undefined && (gte ? version < current : version <= current)) {
      throw conflict(index, `[${id}]: version conflict, current version [${current}] is higher ${gte ? 'than' : 'or equal to'} the one provided [${version}]`)
    }
    return version
  }

  #checkSeqNo(index: IndexState, id: string, options: WriteOptions): void {
    if (options.ifSeqNo === undefined) return
    const doc = index.docs.get(id)
    const term = options.ifPrimaryTerm ?? 1
    if (!doc) throw conflict(index, `[${id}]: version conflict, required seqNo [${options.ifSeqNo}], primary term [${term}]. but no document was found`)
    if (doc.seqNo !== options.ifSeqNo || term !== 1) {
      throw conflict(
        index,
        `[${id}]: version conflict, required seqNo [${options.ifSeqNo}], primary term [${term}]. current document has seqNo [${doc.seqNo}] and primary term [1]`,
      )
    }
  }

  #answer(index: IndexState, id: string, result: string, status: number, version: number, seqNo: number, options: WriteOptions): WriteAnswer {
    return {
      status,
      body: {
        _index: index.name,
        ...(this.#cluster.version === '7.17' ? { _type: '_doc' } : {}),
        _id: id,
        _version: version,
        result,
        ...(options.forcedRefresh ? { forced_refresh: true } : {}),
        _shards: { total: 1 + index.replicas, successful: 1, failed: 0 },
        _seq_no: seqNo,
        _primary_term: 1,
      },
    }
  }
}

function parseSource(text: string, old: boolean): JsonObject {
  let source: unknown
  try {
    source = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const ended = /end of JSON input|Unterminated/.test(error.message)
    if (old)
      throw malformed('mapper_parsing_exception', 'failed to parse', { type: ended ? 'json_e_o_f_exception' : 'json_parse_exception', reason: error.message })
    const cause: ErrorCause = ended
      ? { type: 'x_content_e_o_f_exception', reason: 'Unexpected end of file' }
      : { type: 'x_content_parse_exception', reason: error.message }
    throw malformed('document_parsing_exception', `failed to parse: ${cause.reason}`, cause)
  }
  if (isObject(source as JsonObject)) return source as JsonObject
  if (!old) throw malformed('document_parsing_exception', 'Malformed content, must start with an object')
  throw malformed('mapper_parsing_exception', 'failed to parse', { type: 'not_x_content_exception', reason: 'not x-content' })
}

function malformed(type: string, reason: string, causedBy?: ErrorCause): EsError {
  return new EsError(400, { type, reason, ...(causedBy ? { causedBy } : {}) })
}

function documentExtra(index: IndexState): JsonObject {
  return { index_uuid: index.uuid, shard: '0', index: index.name }
}

function conflict(index: IndexState, reason: string): EsError {
  return new EsError(409, { type: 'version_conflict_engine_exception', reason, extra: documentExtra(index) })
}

function missing(index: IndexState, id: string, type: string): EsError {
  return new EsError(404, { type: 'document_missing_exception', reason: `${type}[${id}]: document missing`, extra: documentExtra(index) })
}

/** One whose shards are not allocated takes no write, however long one waits. */
function checkStarted(index: IndexState, { timeout = '1m' }: WriteOptions): IndexState {
  if (index.startsAt !== Number.POSITIVE_INFINITY) return index
  const reason = `[${index.name}][0] primary shard is not active Timeout: [${timeout}], request: [BulkShardRequest [[${index.name}][0]]]`
  throw new EsError(503, { type: 'unavailable_shards_exception', reason })
}

const BLOCKS: readonly (readonly [setting: string, status: number, text: string])[] = [
  ['index.blocks.read_only', 403, 'FORBIDDEN/5/index read-only (api)'],
  ['index.blocks.write', 403, 'FORBIDDEN/8/index write (api)'],
  ['index.blocks.read_only_allow_delete', 429, 'TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block'],
]

/** An index that its settings close to writing. */
function checkBlocks(index: IndexState): void {
  for (const [setting, status, text] of BLOCKS) {
    if (index.settings[setting] === 'true')
      throw new EsError(status, { type: 'cluster_block_exception', reason: `index [${index.name}] blocked by: [${text}];` })
  }
}
