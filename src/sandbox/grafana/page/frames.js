/** From data frames to what panels draw: series, or one table, with the field configuration of the panel. */

/** One entry per numeric field over time: {name, refId, times, values, config}. */
export function seriesOf(frames, fieldConfig) {
  const found = []
  for (const { schema, data } of frames) {
    const time = schema.fields.findIndex(({ type }) => type === 'time')
    if (time < 0) continue
    schema.fields.forEach((field, i) => {
      if (field.type !== 'number') return
      const name = schema.name || field.config?.displayNameFromDS || field.name
      const config = configFor(fieldConfig, name, schema.refId, field.type)
      found.push({ name: config.displayName || name, refId: schema.refId, times: data.values[time], values: data.values[i], config })
    })
  }
  return found
}

/** All frames as one table: {columns: [{name, type, config}], rows}. Series become columns beside their time. */
export function tableOf(frames, fieldConfig) {
  const columns = []
  const rows = []
  for (const { schema, data } of frames) {
    const places = schema.fields.map((field) => {
      const name = field.name === 'Value' && schema.name ? schema.name : field.name
      let at = columns.findIndex((column) => column.key === name)
      if (at < 0) {
        const config = configFor(fieldConfig, name, schema.refId, field.type)
        at = columns.push({ key: name, name: config.displayName || name, type: field.type, config }) - 1
      }
      return at
    })
    const length = data.values[0]?.length ?? 0
    for (let i = 0; i < length; i++) {
      const row = []
      places.forEach((at, field) => {
        row[at] = data.values[field][i]
      })
      rows.push(row)
    }
  }
  for (const row of rows) for (let i = 0; i < columns.length; i++) row[i] = row[i] ?? null
  return { columns, rows }
}

/** Defaults, with the overrides that name this field. */
function configFor(fieldConfig, name, refId, type) {
  let config = { ...fieldConfig?.defaults, custom: { ...fieldConfig?.defaults?.custom } }
  for (const { matcher, properties } of fieldConfig?.overrides ?? []) {
    if (!matches(matcher, name, refId, type)) continue
    for (const { id, value } of properties) {
      if (id.startsWith('custom.')) config.custom[id.slice(7)] = value
      else config = { ...config, [id]: value }
    }
  }
  return config
}

function matches({ id, options }, name, refId, type) {
  switch (id) {
    case 'byName':
      return options === name
    case 'byNames':
      return (options?.names ?? []).includes(name)
    case 'byRegexp': {
      const parts = /^\/(.*)\/([a-z]*)$/.exec(options)
      return new RegExp(parts ? parts[1] : options, parts ? parts[2] : '').test(name)
    }
    case 'byFrameRefID':
      return options === refId
    case 'byType':
      return options === type
    default:
      return false
  }
}

/** Grafana's reducers, over the values of one series. */
export function reduce(values, calc) {
  const known = values.filter((value) => value !== null && value !== undefined)
  switch (calc) {
    case 'last':
      return values.at(-1) ?? null
    case 'lastNotNull':
      return known.at(-1) ?? null
    case 'first':
      return values[0] ?? null
    case 'firstNotNull':
      return known[0] ?? null
    case 'count':
      return values.length
    case 'sum':
      return known.reduce((sum, value) => sum + value, 0)
    case 'mean':
      return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
    case 'min':
      return known.length === 0 ? null : Math.min(...known)
    case 'max':
      return known.length === 0 ? null : Math.max(...known)
    case 'range':
      return known.length === 0 ? null : Math.max(...known) - Math.min(...known)
    default:
      return known.at(-1) ?? null
  }
}

export const calcNames = {
  last: 'Last',
  lastNotNull: 'Last *',
  first: 'First',
  firstNotNull: 'First *',
  count: 'Count',
  sum: 'Total',
  mean: 'Mean',
  min: 'Min',
  max: 'Max',
  range: 'Range',
}
