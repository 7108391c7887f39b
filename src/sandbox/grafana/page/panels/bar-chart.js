/** Bars per row of a table, or per series by its last value. */
import { seriesColor, thresholdColor } from '../colors.js'
import { element } from '../dom.js'
import { reduce, seriesOf, tableOf } from '../frames.js'
import { timeLabel } from '../time.js'
import { formatValue } from '../units.js'

const MOST = 60

export function drawBarChart({ json, body, zone }, frames) {
  const bars =
    json.type === 'bargauge' || frames.some(({ schema }) => schema.fields.length === 2 && schema.fields[0].type === 'time')
      ? seriesBars(json, frames)
      : tableBars(json, frames, zone)
  if (bars.length === 0) return { empty: true, bars: [] }
  const shown = bars.slice(0, MOST)
  const highest = Math.max(...shown.map(({ value }) => value ?? 0), 0) || 1
  const byValue = shown[0].config.color?.mode === 'thresholds'
  body.replaceChildren(
    element(
      'div',
      { class: 'bars' },
      shown.map(({ name, group, value, config }, i) => {
        const color = byValue ? thresholdColor(config, value, highest) : seriesColor(config, group ?? i)
        const bar = element('span', { class: 'bar-fill', style: `width:${(100 * Math.max(0, value ?? 0)) / (config.max ?? highest)}%;background:${color}` })
        return element('div', { class: 'bar-row' }, [
          element('span', { class: 'bar-name', title: name }, [name]),
          element('span', { class: 'bar-track' }, [bar]),
          element('span', { class: 'bar-value' }, [formatValue(value, config.unit, config.decimals)]),
        ])
      }),
    ),
  )
  return { bars: bars.map(({ name, value }) => ({ name, value })) }
}

function seriesBars(json, frames) {
  const calc = json.options?.reduceOptions?.calcs?.[0] ?? 'lastNotNull'
  return seriesOf(frames, json.fieldConfig).map(({ name, values, config }) => ({ name, value: reduce(values, calc), config }))
}

function tableBars(json, frames, zone) {
  const { columns, rows } = tableOf(frames, json.fieldConfig)
  const numbers = columns.map(({ type }, i) => (type === 'number' ? i : -1)).filter((i) => i >= 0 && columns[i].key !== json.options?.xField)
  // The first number of a table whose names are numbers too is its key.
  const keyed = columns.every(({ type }) => type === 'number') ? numbers.slice(1) : numbers
  const labels = columns.map((_, i) => i).filter((i) => !keyed.includes(i))
  return rows.flatMap((row) => {
    const name = labels.map((i) => (columns[i].type === 'time' ? timeLabel(row[i], zone) : String(row[i]))).join(' · ')
    return keyed.map((i, group) => ({
      name: keyed.length > 1 ? `${name} · ${columns[i].name}` : name,
      value: row[i],
      config: columns[i].config,
      group: keyed.length > 1 ? group : undefined,
    }))
  })
}
