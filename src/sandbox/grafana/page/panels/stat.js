/** One big number per series or per row, with the line it comes from. */
import { seriesColor, thresholdColor, withAlpha } from '../colors.js'
import { element } from '../dom.js'
import { reduce, seriesOf, tableOf } from '../frames.js'
import { formatValue } from '../units.js'

export function drawStat({ json, body }, frames) {
  const options = json.options ?? {}
  const stats = statsOf(json, frames)
  if (stats.length === 0) return { empty: true, stats: [] }
  const max = Math.max(...stats.map(({ value }) => value ?? 0))
  body.replaceChildren(
    element(
      'div',
      { class: 'stats' },
      stats.map((stat, i) => {
        const color =
          stat.config.color?.mode === 'fixed' || stat.config.color?.mode?.startsWith('palette')
            ? seriesColor(stat.config, i)
            : thresholdColor(stat.config, stat.value, stat.config.max ?? max)
        const filled = options.colorMode === 'background'
        const named = stats.length > 1 || options.textMode === 'value_and_name' || options.textMode === 'name'
        return element(
          'div',
          {
            class: `stat${filled ? ' filled' : ''}`,
            style: filled ? `background:${withAlpha(color, 0.75)}` : `color:${options.colorMode === 'none' ? 'inherit' : color}`,
          },
          [
            ...(options.graphMode === 'none' || !stat.values ? [] : [sparkline(stat.values, filled ? '#ffffff' : color)]),
            ...(named ? [element('span', { class: 'stat-name' }, [stat.name])] : []),
            element('span', { class: 'stat-value' }, [stat.text]),
          ],
        )
      }),
    ),
  )
  return { stats: stats.map(({ name, value, text }) => ({ name, value, text })) }
}

export function statsOf(json, frames) {
  const calc = json.options?.reduceOptions?.calcs?.[0] ?? 'lastNotNull'
  const overTime = seriesOf(frames, json.fieldConfig)
  const found =
    overTime.length > 0
      ? overTime.map(({ name, values, config }) => ({ name, value: reduce(values, calc), values, config }))
      : columnsOf(json, frames).map(({ name, values, config }) => ({ name, value: reduce(values, calc), config }))
  return found.map((stat) => ({ ...stat, text: stat.value === null ? (stat.config.noValue ?? 'No data') : mapped(stat) }))
}

function columnsOf(json, frames) {
  const { columns, rows } = tableOf(frames, json.fieldConfig)
  return columns.flatMap(({ name, type, config }, i) => (type === 'number' && rows.length > 0 ? [{ name, values: rows.map((row) => row[i]), config }] : []))
}

function mapped({ value, config }) {
  for (const { type, options } of config.mappings ?? []) {
    if (type === 'value' && options[String(value)]?.text) return options[String(value)].text
    if (type === 'range' && value >= (options.from ?? Number.NEGATIVE_INFINITY) && value <= (options.to ?? Number.POSITIVE_INFINITY) && options.result?.text)
      return options.result.text
  }
  return formatValue(value, config.unit, config.decimals)
}

function sparkline(values, color) {
  const known = values.map((value) => value ?? 0)
  const [low, high] = [Math.min(0, ...known), Math.max(...known)]
  const at = (value, i) => `${(100 * i) / Math.max(1, known.length - 1)},${38 - (36 * (value - low)) / (high - low || 1)}`
  const points = known.map(at).join(' ')
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 100 40')
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('class', 'spark')
  for (const [name, attributes] of [
    ['polygon', { points: `0,40 ${points} 100,40`, fill: withAlpha(color, 0.15) }],
    ['polyline', { points, fill: 'none', stroke: color, 'stroke-width': 1.5, 'vector-effect': 'non-scaling-stroke' }],
  ]) {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value)
    svg.append(shape)
  }
  return svg
}
