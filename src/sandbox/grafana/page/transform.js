/** The transformations that dashboards of this kind use; one that is not known leaves the frames as they are. */
import { reduce } from './frames.js'

const known = {
  organize: (frames, options) => frames.map((frame) => organize(frame, options)),
  filterFieldsByName: (frames, options) => frames.map((frame) => keepFields(frame, (name) => nameMatches(options, name))),
  sortBy: (frames, options) => frames.map((frame) => sortBy(frame, options.sort?.[0])),
  limit: (frames, options) => frames.map((frame) => pickRows(frame, rowNumbers(frame).slice(0, Number(options.limitField ?? 10)))),
  merge: (frames) => frames,
  reduce: (frames, options) => [reduceToRows(frames, options.reducers ?? ['max'])],
}

export function transform(frames, transformations = []) {
  return transformations.filter(({ disabled }) => !disabled).reduce((all, { id, options }) => known[id]?.(all, options ?? {}) ?? all, frames)
}

const rowNumbers = (frame) => Array.from({ length: frame.data.values[0]?.length ?? 0 }, (_, i) => i)

function keepFields(frame, keep) {
  const places = frame.schema.fields.flatMap(({ name }, i) => (keep(name) ? [i] : []))
  return pickFields(frame, places)
}

function pickFields({ schema, data }, places) {
  return { schema: { ...schema, fields: places.map((i) => schema.fields[i]) }, data: { values: places.map((i) => data.values[i]) } }
}

function pickRows({ schema, data }, rows) {
  return { schema, data: { values: data.values.map((column) => rows.map((row) => column[row])) } }
}

function organize(frame, { excludeByName = {}, includeByName = {}, indexByName = {}, renameByName = {} }) {
  const only = Object.keys(includeByName).filter((name) => includeByName[name])
  const kept = keepFields(frame, (name) => !excludeByName[name] && (only.length === 0 || only.includes(name)))
  const order = kept.schema.fields.map((_, i) => i).sort((a, b) => rankOf(kept, a, indexByName) - rankOf(kept, b, indexByName))
  const sorted = pickFields(kept, order)
  return { ...sorted, schema: { ...sorted.schema, fields: sorted.schema.fields.map((field) => ({ ...field, name: renameByName[field.name] || field.name })) } }
}

function rankOf(frame, place, indexByName) {
  return indexByName[frame.schema.fields[place].name] ?? 1000 + place
}

function nameMatches({ include, exclude }, name) {
  const test = (rule) => (rule?.pattern ? new RegExp(rule.pattern.replace(/^\/|\/$/g, '')).test(name) : (rule?.names ?? []).includes(name))
  return include ? test(include) : !test(exclude)
}

function sortBy(frame, rule) {
  const place = frame.schema.fields.findIndex(({ name }) => name === rule?.field)
  if (place < 0) return frame
  const column = frame.data.values[place]
  const direction = rule.desc ? -1 : 1
  return pickRows(
    frame,
    rowNumbers(frame).sort((a, b) => (column[a] === column[b] ? 0 : column[a] < column[b] ? -direction : direction)),
  )
}

function reduceToRows(frames, reducers) {
  const rows = frames.flatMap(({ schema, data }) =>
    schema.fields.flatMap((field, i) =>
      field.type === 'number' ? [[schema.name || field.name, ...reducers.map((calc) => reduce(data.values[i], calc))]] : [],
    ),
  )
  const fields = [{ name: 'Field', type: 'string' }, ...reducers.map((name) => ({ name, type: 'number' }))]
  return { schema: { refId: 'A', fields }, data: { values: fields.map((_, i) => rows.map((row) => row[i])) } }
}
