/** Index settings: flat names with string values inside, nested objects outside. */
import { illegalArgument } from './errors.ts'
import { isObject, type Json, type JsonObject } from './json.ts'

const KNOWN = new RegExp(
  `^index\\.(${[
    'number_of_shards|number_of_replicas|refresh_interval|auto_expand_replicas|hidden|codec|mode|priority|default_pipeline|final_pipeline|gc_deletes|format',
    'max_[a-z_]+|load_fixed_bitset_filters_eagerly|highlight\\.[a-z_]+|number_of_routing_shards|routing_partition_size|flush_after_merge|requests\\.cache\\.enable',
    '(?:mapping|routing|lifecycle|analysis|sort|translog|query|blocks|store|merge|search|unassigned|write|similarity|soft_deletes|indexing|shard|warmer|version|time_series|queries)\\..+',
  ].join('|')})$`,
)
const STATIC = /^index\.(number_of_shards|number_of_routing_shards|codec|mode|routing_partition_size|sort\..+|analysis\..+|soft_deletes\..+)$/

export type Settings = Record<string, string>

/** Throws illegal_argument_exception on a setting that does not exist. */
export function flatSettings(given: JsonObject): Settings {
  const flat: Settings = {}
  const walk = (prefix: string, value: Json): void => {
    if (isObject(value)) for (const [key, item] of Object.entries(value)) walk(prefix === '' ? key : `${prefix}.${key}`, item)
    else {
      const key = prefix.startsWith('index.') ? prefix : `index.${prefix}`
      if (!KNOWN.test(key)) {
        throw illegalArgument(
          `unknown setting [${key}] please check that any required plugins are installed, or check the breaking changes documentation for removed settings`,
        )
      }
      if (value !== null) flat[key] = Array.isArray(value) ? JSON.stringify(value) : String(value)
      checkValue(key, flat[key])
    }
  }
  walk('', given)
  return flat
}

function checkValue(key: string, value: string | undefined): void {
  if (value === undefined) return
  const least = { 'index.number_of_shards': 1, 'index.number_of_replicas': 0 }[key]
  if (least === undefined) return
  if (!/^-?\d+$/.test(value)) throw illegalArgument(`Failed to parse value [${value}] for setting [${key}]`)
  if (Number(value) < least) throw illegalArgument(`Failed to parse value [${value}] for setting [${key}] must be >= ${least}`)
}

export function staticSettings(settings: Settings): string[] {
  return Object.keys(settings).filter((key) => STATIC.test(key))
}

export function nestedSettings(flat: Readonly<Settings>): JsonObject {
  const nested: JsonObject = {}
  for (const [key, value] of Object.entries(flat)) {
    const names = key.split('.')
    let node = nested
    for (const name of names.slice(0, -1)) {
      if (!isObject(node[name])) node[name] = {}
      node = node[name] as JsonObject
    }
    node[names[names.length - 1] ?? ''] = value.startsWith('[') ? (JSON.parse(value) as Json) : value
  }
  return nested
}
