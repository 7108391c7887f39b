/** `_bulk`: NDJSON of actions, each answered on its own. https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk */
import type { Cluster } from './cluster.ts'
import type { DocumentWriter, WriteAnswer, WriteOptions } from './documents.ts'
import { causeBody, EsError, illegalArgument } from './errors.ts'
import { asObject, isObject, type Json, type JsonObject } from './json.ts'

type ActionName = 'index' | 'create' | 'update' | 'delete'

interface BulkAction {
  readonly name: ActionName
  readonly meta: JsonObject
  readonly source: string
}

const META_KEYS = [
  '_index',
  '_id',
  'routing',
  'version',
  'version_type',
  'if_seq_no',
  'if_primary_term',
  'retry_on_conflict',
  'require_alias',
  'pipeline',
  'dynamic_templates',
  'require_data_stream',
  '_source',
  'list_executed_pipelines',
]

export interface BulkDefaults {
  readonly index?: string
  readonly forcedRefresh: boolean
  readonly requireAlias: boolean
  readonly timeout?: string
}

/** Names of the indices that a bulk writes to, as far as it can be read. */
export function bulkTargets(text: string, index: string | undefined): Set<string> {
  const names = new Set<string>(index === undefined ? [] : [index])
  for (const [, name] of text.matchAll(/^\s*\{\s*"(?:index|create|update|delete)"\s*:\s*\{[^\n]*?"_index"\s*:\s*"([^"]+)"/gm))
    if (name !== undefined) names.add(name)
  return names
}

export function runBulk(cluster: Cluster, writer: DocumentWriter, text: string, defaults: BulkDefaults): JsonObject {
  const started = cluster.clock.now()
  const actions = readActions(text, cluster.version === '7.17')
  const items = cluster.store.transaction(() =>
    actions.map((action): JsonObject => ({ [action.name]: runOne(writer, action, defaults, cluster.version === '7.17') })),
  )
  const errors = items.some((item) => Object.values(item).some((answer) => isObject(answer) && answer.error !== undefined))
  return { errors, took: cluster.clock.now() - started, items }
}

function readActions(text: string, typed: boolean): BulkAction[] {
  if (!text.endsWith('\n')) throw illegalArgument('The bulk request must be terminated by a newline [\\n]')
  const lines = text.split('\n')
  const actions: BulkAction[] = []
  for (let i = 0; i < lines.length - 1; i++) {
    const line = lines[i] ?? ''
    if (line.trim() === '') continue
    const number = i + 1
    const [name, meta] = actionOf(line, number, typed)
    if (name === 'delete') actions.push({ name, meta, source: '' })
    else {
      const source = lines[++i]
      if (source === undefined || i >= lines.length - 1) throw illegalArgument('The bulk request must be terminated by a newline [\\n]')
      actions.push({ name, meta, source: source.trim() })
    }
  }
  if (actions.length === 0) throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: no requests added;' })
  return actions
}

function actionOf(line: string, number: number, typed: boolean): [ActionName, JsonObject] {
  let json: Json
  try {
    json = JSON.parse(line)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw illegalArgument(`Malformed action/metadata line [${number}], expected START_OBJECT or END_OBJECT but found [null]`)
  }
  if (!isObject(json)) throw illegalArgument(`Malformed action/metadata line [${number}], expected START_OBJECT but found [VALUE_STRING]`)
  const [name = ''] = Object.keys(json)
  if (!['index', 'create', 'update', 'delete'].includes(name)) {
    throw illegalArgument(`Malformed action/metadata line [${number}], expected field [create], [delete], [index] or [update] but found [${name}]`)
  }
  const meta = asObject(json[name])
  for (const key of Object.keys(meta)) {
    if (!META_KEYS.includes(key) && !(typed && key === '_type'))
      throw illegalArgument(`Action/metadata line [${number}] contains an unknown parameter [${key}]`)
  }
  return [name as ActionName, meta]
}

function runOne(writer: DocumentWriter, action: BulkAction, defaults: BulkDefaults, typed: boolean): JsonObject {
  const { meta } = action
  const index = typeof meta._index === 'string' ? meta._index : defaults.index
  const id = meta._id === undefined || meta._id === null ? undefined : String(meta._id)
  if (index === undefined) throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: index is missing;' })
  const options: WriteOptions = {
    bulk: true,
    forcedRefresh: defaults.forcedRefresh,
    ...(defaults.timeout === undefined ? {} : { timeout: defaults.timeout }),
    requireAlias: meta.require_alias === true || (meta.require_alias === undefined && defaults.requireAlias),
    ...(meta.version === undefined ? {} : { version: Number(meta.version) }),
    ...(meta.version_type === undefined ? {} : { versionType: String(meta.version_type) }),
    ...(meta.if_seq_no === undefined ? {} : { ifSeqNo: Number(meta.if_seq_no) }),
    ...(meta.if_primary_term === undefined ? {} : { ifPrimaryTerm: Number(meta.if_primary_term) }),
    ...(meta.routing === undefined || meta.routing === null ? {} : { routing: String(meta.routing) }),
  }
  try {
    const { status, body } = write(writer, action, index, id, options)
    return { ...body, status }
  } catch (error) {
    if (!(error instanceof EsError)) throw error
    return { _index: index, ...(typed ? { _type: '_doc' } : {}), _id: id ?? null, status: error.status, error: causeBody(error.cause1) }
  }
}

function write(writer: DocumentWriter, action: BulkAction, index: string, id: string | undefined, options: WriteOptions): WriteAnswer {
  if (action.name === 'index' || action.name === 'create') return writer.index(index, id, action.source, options, action.name === 'create')
  if (id === undefined) throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: id is missing;' })
  return action.name === 'delete' ? writer.delete(index, id, options) : writer.update(index, id, asObject(JSON.parse(action.source)), options)
}
