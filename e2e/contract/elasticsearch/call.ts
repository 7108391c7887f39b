/** Which operation a request to Elasticsearch is, in the words of its documentation: `GET /{index}/_doc/{id}`. */

/** Behind these a name follows. */
const NAMED: Readonly<Record<string, string>> = {
  _index_template: 'name',
  _component_template: 'name',
  _alias: 'name',
  _aliases: 'name',
  _doc: 'id',
  _create: 'id',
  _update: 'id',
  _source: 'id',
  _simulate: 'name',
  _simulate_index: 'name',
  _rollover: 'new_index',
  _clone: 'target',
  scroll: 'scroll_id',
  health: 'index',
  state: 'metric',
  metadata: 'index',
  indices: 'index',
  aliases: 'name',
  templates: 'name',
  count: 'index',
  index: 'name',
  _nodes: 'metric',
  _settings: 'name',
}
const METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE'])
/** What no server of this kind has: how it says so. */
const NOWHERE = new Set(['POST /', 'DELETE /', 'POST /{index}/_delete_everything'])

/** GET and POST mean the same where a search, a count or many searches are asked for. */
const EITHER = /\/(_search|_msearch|_count|_mget|_field_caps|_refresh|_bulk|scroll)$/

export function callOfRequest({ method, path }: { readonly method: string; readonly path: string }): string {
  const segments = (path.split('?')[0] ?? '').split('/').slice(1)
  const named: string[] = []
  let previous = ''
  for (const [i, segment] of segments.entries()) {
    const parameter = NAMED[previous]
    if (i === 0) named.push(segment === '' || (segment.startsWith('_') && segment !== '_all' && segment !== '_bad') ? segment : '{index}')
    else named.push(segment.startsWith('_') || parameter === undefined ? segment : `{${parameter}}`)
    previous = segment
  }
  const call = `${EITHER.test(`/${named.join('/')}`) && method !== 'DELETE' ? 'POST' : method} /${named.join('/')}`
  return !METHODS.has(method) || NOWHERE.has(call) || segments.length > 4 ? UNKNOWN : call
}

const UNKNOWN = 'any unknown path or method'
