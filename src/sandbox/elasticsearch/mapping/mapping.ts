/** The mapping of an index: its JSON in the form that the API shows, and its fields by path. A value; changes make a new one. */
import { DEFAULT_DATE_FORMAT, dateFormat } from '../date-format.ts'
import { type ErrorCause, EsError, illegalArgument } from '../errors.ts'
import { asList, asObject, deepMerge, isObject, type Json, type JsonObject } from '../json.ts'
import { type Field, isDate, knownTypes, makeField } from './field.ts'

const ROOT_KEYS = new Set([
  'properties',
  'dynamic',
  'dynamic_templates',
  '_meta',
  'date_detection',
  'numeric_detection',
  'dynamic_date_formats',
  '_source',
  '_routing',
  '_field_names',
  'runtime',
  '_data_stream_timestamp',
  'subobjects',
  'enabled',
  'type',
])
const FIELD_KEYS = new Set(
  `type fields copy_to meta index store doc_values null_value ignore_above ignore_malformed coerce format locale norms similarity analyzer
  search_analyzer search_quote_analyzer normalizer index_options eager_global_ordinals fielddata fielddata_frequency_filter term_vector properties
  dynamic enabled include_in_parent include_in_root scaling_factor time_series_metric time_series_dimension path value script on_script_error
  position_increment_gap split_queries_on_whitespace index_prefixes index_phrases subobjects depth_limit`.split(/\s+/),
)

export class Mapping {
  readonly json: JsonObject
  readonly fields: ReadonlyMap<string, Field>
  /** Paths of the fields that hold dates. */
  readonly dateFields: readonly string[]

  /** `json` must have been through `checkMapping`. */
  constructor(json: JsonObject) {
    this.json = json
    const fields = new Map<string, Field>()
    collect('', asObject(json.properties), fields)
    this.fields = fields
    this.dateFields = [...fields.values()].filter(({ type }) => isDate(type)).map(({ path }) => path)
  }

  /** A mapping from what a request gives. Throws mapper_parsing_exception. */
  static parse(json: JsonObject): Mapping {
    return new Mapping(normalRoot(json))
  }

  /** Both together; throws when a field would change its type. */
  merged(update: JsonObject): Mapping {
    const normal = normalRoot(update)
    forbidTypeChange('', asObject(this.json.properties), asObject(normal.properties))
    return new Mapping(sortProperties(deepMerge(this.json, normal)))
  }

  get isEmpty(): boolean {
    return Object.keys(this.json).length === 0
  }
}

function collect(prefix: string, properties: JsonObject, fields: Map<string, Field>): void {
  for (const [name, json] of Object.entries(properties)) {
    if (!isObject(json)) continue
    const path = prefix + name
    if (isObject(json.properties)) collect(`${path}.`, json.properties, fields)
    if (typeof json.type !== 'string' || json.type === 'object' || json.type === 'nested') continue
    fields.set(path, makeField(path, json))
    for (const [sub, subJson] of Object.entries(asObject(json.fields))) {
      if (isObject(subJson)) fields.set(`${path}.${sub}`, makeField(`${path}.${sub}`, subJson))
    }
  }
}

function mapperError(reason: string): EsError {
  const root = { type: 'mapper_parsing_exception', reason }
  return new EsError(400, { type: 'mapper_parsing_exception', reason: `Failed to parse mapping: ${reason}`, causedBy: root }, [root])
}

function normalRoot(json: JsonObject): JsonObject {
  const unknown = Object.entries(json).filter(([key]) => !ROOT_KEYS.has(key))
  if (unknown.length > 0) {
    throw mapperError(`Root mapping definition has unsupported parameters:  ${unknown.map(([key, value]) => `[${key} : ${JSON.stringify(value)}]`).join(' ')}`)
  }
  const normal: JsonObject = { ...json }
  delete normal.type
  if (isObject(json._source) && Object.keys(json._source).length === 1 && json._source.enabled === true) delete normal._source
  if (normal.dynamic !== undefined) normal.dynamic = String(normal.dynamic)
  if (normal.dynamic_templates !== undefined) checkDynamicTemplates(normal.dynamic_templates)
  if (isObject(normal.properties) && Object.keys(normal.properties).length > 0) normal.properties = normalProperties('', normal.properties)
  else delete normal.properties
  return normal
}

function checkDynamicTemplates(templates: Json): void {
  if (!Array.isArray(templates)) throw mapperError('Dynamic template syntax error. An array of named objects is expected.')
  for (const entry of templates) {
    const names = Object.keys(asObject(entry))
    if (names.length !== 1) throw mapperError('A dynamic template must be defined with a name')
    const name = names[0] ?? ''
    const body = asObject(asObject(entry)[name])
    if (!isObject(body.mapping) && !isObject(body.runtime)) throw mapperError(`template [${name}] must have either mapping or runtime set`)
    const keys = ['match', 'path_match', 'match_mapping_type', 'unmatch', 'path_unmatch', 'unmatch_mapping_type', 'match_pattern']
    if (!keys.some((key) => key in body)) throw mapperError(`template [${name}] must have match, path_match or match_mapping_type set`)
  }
}

/** Since version 8 a dynamic template is tried out when it is given. */
export function checkDynamicTypes(mapping: JsonObject): void {
  for (const entry of asList(mapping.dynamic_templates)) {
    const [[name, json] = ['', null]] = Object.entries(asObject(entry))
    const body = asObject(json)
    const { type } = asObject(body.mapping)
    if (typeof type === 'string' && !type.includes('{dynamic_type}') && !knownTypes.has(type)) {
      const tried =
        body.match_mapping_type === undefined || body.match_mapping_type === '*'
          ? 'object, string, long, double, boolean, date, binary'
          : String(body.match_mapping_type)
      const reason = `dynamic template [${name}] has invalid content [${JSON.stringify(body)}], attempted to validate it with the following match_mapping_type: [${tried}]`
      const root: ErrorCause = {
        type: 'illegal_argument_exception',
        reason,
        causedBy: { type: 'illegal_argument_exception', reason: `No mapper found for type [${type}]` },
      }
      throw new EsError(400, { type: 'mapper_parsing_exception', reason: `Failed to parse mapping: ${reason}`, causedBy: root }, [root])
    }
  }
}

function normalProperties(prefix: string, properties: JsonObject): JsonObject {
  const normal: JsonObject = {}
  for (const name of Object.keys(properties).sort()) {
    const json = properties[name]
    if (!isObject(json)) throw mapperError(`Expected map for property [fields] on field [${name}] but got a class java.lang.String`)
    normal[name] = normalField(prefix + name, name, json)
  }
  return normal
}

function normalField(path: string, name: string, json: JsonObject): JsonObject {
  const type = json.type
  if (type === undefined && json.properties === undefined && json.dynamic === undefined && json.enabled === undefined) {
    throw mapperError(`No type specified for field [${name}]`)
  }
  if (typeof type === 'string' && !knownTypes.has(type)) {
    throw mapperError(
      `The mapper type [${type}] declared on field [${name}] does not exist. It might have been created within a future version or requires a plugin to be installed. Check the documentation.`,
    )
  }
  for (const key of Object.keys(json)) {
    if (!FIELD_KEYS.has(key)) throw mapperError(`unknown parameter [${key}] on mapper [${name}] of type [${String(type ?? 'object')}]`)
  }
  const normal: JsonObject = { ...json }
  if (typeof json.format === 'string') {
    if (!dateFormat(json.format)) throw mapperError(`Invalid format: [${json.format}]: Unknown pattern`)
    if (json.format === DEFAULT_DATE_FORMAT) delete normal.format
  }
  if (normal.dynamic !== undefined) normal.dynamic = String(normal.dynamic)
  if (isObject(json.properties)) {
    if (type === 'object') delete normal.type
    normal.properties = normalProperties(`${path}.`, json.properties)
  }
  if (isObject(json.fields)) normal.fields = normalProperties(`${path}.`, json.fields)
  return normal
}

function forbidTypeChange(prefix: string, before: JsonObject, update: JsonObject): void {
  for (const [name, after] of Object.entries(update)) {
    const known = before[name]
    if (!isObject(known) || !isObject(after)) continue
    const path = prefix + name
    const [from, to] = [String(known.type ?? 'object'), String(after.type ?? 'object')]
    if (from !== to) {
      if (from === 'object') throw illegalArgument(`can't merge a non object mapping [${path}] with an object mapping`)
      if (to === 'object') throw illegalArgument(`can't merge a non object mapping [${path}] with an object mapping`)
      throw illegalArgument(`mapper [${path}] cannot be changed from type [${from}] to [${to}]`)
    }
    if (from === 'date' && (known.format ?? null) !== (after.format ?? null)) {
      throw illegalArgument(
        `Mapper for [${path}] conflicts with existing mapper:\n\tCannot update parameter [format] from [${String(known.format ?? DEFAULT_DATE_FORMAT)}] to [${String(after.format ?? DEFAULT_DATE_FORMAT)}]`,
      )
    }
    forbidTypeChange(`${path}.`, asObject(known.properties), asObject(after.properties))
  }
}

function sortProperties(json: JsonObject): JsonObject {
  if (!isObject(json.properties)) return json
  const sorted: JsonObject = {}
  for (const name of Object.keys(json.properties).sort()) {
    const child = json.properties[name]
    sorted[name] = isObject(child) ? sortProperties(child) : (child ?? null)
  }
  return { ...json, properties: sorted }
}
