/** Series over time, with uPlot. */

import { seriesColor, thresholdSteps, withAlpha } from '../colors.js'
import { element } from '../dom.js'
import { calcNames, reduce, seriesOf } from '../frames.js'
import { timeLabel } from '../time.js'
import { formatValue } from '../units.js'
import uPlot from '../vendor/uplot.js'

const AXIS = { stroke: '#9aa3b5', grid: { stroke: 'rgba(150,165,195,0.09)', width: 1 }, ticks: { show: false }, font: '11px Inter, system-ui, sans-serif' }

const BINARY = new Set(['bytes', 'bits', 'binBps'])
const POWERS_OF_TWO = Array.from({ length: 60 }, (_, i) => 2 ** i)

export function drawTimeSeries(panel, frames, range) {
  const { json, body, zone } = panel
  const series = seriesOf(frames, json.fieldConfig)
  panel.chart?.destroy()
  panel.chart = undefined
  if (!series.some(({ values }) => values.some((value) => value !== null))) return { empty: true, series: valuesOf(series) }
  series.forEach((one, i) => {
    one.color = seriesColor(one.config, i)
  })
  const plot = element('div', { class: 'plot' })
  const legend = json.options?.legend?.showLegend === false ? undefined : drawLegend(series, json.options?.legend ?? {}, panel)
  body.replaceChildren(
    element('div', { class: `chart ${json.options?.legend?.placement === 'right' ? 'legend-right' : ''}` }, [plot, ...(legend ? [legend] : [])]),
  )
  const shown = series.filter(({ name }) => !panel.hidden?.has(name))
  panel.chart = new uPlot(optionsFor(shown, plot, range, zone), dataOf(shown), plot)
  return { series: valuesOf(series) }
}

function valuesOf(series) {
  return series.map(({ name, times, values }) => ({ name, times, values }))
}

/** Stacked series are drawn from the top one down, each over the foot of the one before. */
function dataOf(series) {
  if (series.length === 0) return [[], []]
  const joined = uPlot.join(series.map(({ times, values }) => [times, values]))
  if (!isStacked(series)) return joined
  const sums = joined[0].map(() => 0)
  const onTop = (value, i) => {
    if (value === null || value === undefined) return value
    sums[i] += value
    return sums[i]
  }
  return [
    joined[0],
    ...joined
      .slice(1)
      .map((values) => values.map(onTop))
      .reverse(),
  ]
}

const isStacked = (series) => ['normal', 'percent'].includes(series[0]?.config.custom?.stacking?.mode)

function optionsFor(series, plot, range, zone) {
  const [first] = series
  const config = first?.config ?? {}
  const box = plot.getBoundingClientRect()
  return {
    width: Math.max(80, Math.floor(box.width)),
    height: Math.max(60, Math.floor(box.height)),
    ms: 1,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    ...(zone ? { tzDate: (ms) => uPlot.tzDate(new Date(ms), zone) } : {}),
    scales: { x: { time: true, min: range.from, max: range.to, range: [range.from, range.to] }, y: { range: (_, min, max) => yRange(min, max, config) } },
    axes: [
      { ...AXIS, values: axisTimes(range, zone), space: 80, size: 26 },
      {
        ...AXIS,
        ...(BINARY.has(config.unit) ? { incrs: POWERS_OF_TWO } : {}),
        size: (_, values) => 16 + 6.5 * Math.max(3, ...(values ?? []).map((text) => String(text).length)),
        values: (_, ticks) => ticks.map((tick) => formatValue(tick, config.unit, config.decimals)),
      },
    ],
    series: [{}, ...(isStacked(series) ? series.toReversed().map(solid) : series.map(lineOf))],
    plugins: [thresholds(config), tooltip(series, zone)],
  }
}

function yRange(min, max, config) {
  const low = config.min ?? Math.min(0, min ?? 0)
  const lines = showsThresholds(config) ? thresholdSteps(config, max).filter(({ value }) => Number.isFinite(value)) : []
  const high = config.max ?? Math.max(max ?? 1, ...lines.map(({ value }) => value))
  return [low, high > low ? high + (config.max === undefined ? (high - low) * 0.06 : 0) : low + 1]
}

function lineOf({ name, color, config }) {
  const { drawStyle = 'line', lineWidth = 2, fillOpacity = 8, showPoints = 'auto', spanNulls = false, lineInterpolation, pointSize = 5 } = config.custom ?? {}
  const bars = drawStyle === 'bars'
  const fill = bars ? withAlpha(color, Math.max(0.55, fillOpacity / 100)) : fillOpacity > 0 ? (u) => fade(u, color, fillOpacity / 100) : undefined
  return {
    label: name,
    stroke: drawStyle === 'points' ? 'transparent' : color,
    width: bars ? 0 : lineWidth,
    ...(fill ? { fill } : {}),
    spanGaps: spanNulls === true,
    paths: bars
      ? uPlot.paths.bars({ size: [0.8, 40], radius: 0.12 })
      : lineInterpolation === 'smooth'
        ? uPlot.paths.spline()
        : lineInterpolation === 'stepAfter'
          ? uPlot.paths.stepped({ align: 1 })
          : uPlot.paths.linear(),
    points: {
      ...(drawStyle === 'points' || showPoints === 'always' ? { show: true } : bars || showPoints === 'never' ? { show: false } : {}),
      ...(bars || showPoints === 'never' ? {} : { filter: alone }),
      size: pointSize,
      stroke: color,
      fill: color,
    },
  }
}

/** Where lines are too dense for points, a value between two gaps still needs one: no line leads to it. */
function alone(u, index, shown) {
  if (shown) return null
  const values = u.data[index]
  const known = (i) => values[i] !== null && values[i] !== undefined
  const found = values.flatMap((_, i) => (known(i) && !known(i - 1) && !known(i + 1) ? [i] : []))
  return found.length > 0 ? found : null
}

function solid(one) {
  return { ...lineOf(one), fill: mixed(one.color), stroke: one.color }
}

/** The colour over the panel's ground, opaque, so that what is below does not shine through. */
function mixed(color) {
  const ground = [22, 27, 36]
  const parts = /^#(..)(..)(..)$/.exec(color)
  if (!parts) return color
  return `rgb(${ground.map((base, i) => Math.round(base * 0.3 + Number.parseInt(parts[i + 1], 16) * 0.7)).join(',')})`
}

/** Full under the line, nothing at the bottom. */
function fade(u, color, opacity) {
  const gradient = u.ctx.createLinearGradient(0, u.bbox.top, 0, u.bbox.top + u.bbox.height)
  gradient.addColorStop(0, withAlpha(color, opacity))
  gradient.addColorStop(1, withAlpha(color, opacity * 0.1))
  return gradient
}

function axisTimes(range, zone) {
  const seconds = range.to - range.from < 10 * 60_000
  const days = range.to - range.from > 36 * 3_600_000
  return (_, ticks) => ticks.map((tick) => (days ? timeLabel(tick, zone).slice(5, 16) : timeLabel(tick, zone).slice(11, seconds ? 19 : 16)))
}

const showsThresholds = (config) => !['off', undefined].includes(config.custom?.thresholdsStyle?.mode)

function thresholds(config) {
  if (!showsThresholds(config)) return { hooks: {} }
  const { mode } = config.custom.thresholdsStyle
  return {
    hooks: {
      draw: (u) => {
        const { ctx, bbox } = u
        const steps = thresholdSteps(config, u.scales.y.max)
        ctx.save()
        ctx.beginPath()
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
        ctx.clip()
        steps.forEach(({ value, color }, i) => {
          if (color === 'transparent') return
          const y = Number.isFinite(value) ? u.valToPos(value, 'y', true) : bbox.top + bbox.height
          if (mode.includes('area')) {
            const top = i + 1 < steps.length ? u.valToPos(steps[i + 1].value, 'y', true) : bbox.top
            ctx.fillStyle = withAlpha(color, 0.08)
            ctx.fillRect(bbox.left, top, bbox.width, y - top)
          }
          if (mode === 'area' || !Number.isFinite(value)) return
          ctx.strokeStyle = withAlpha(color, 0.9)
          ctx.lineWidth = 1.5 * devicePixelRatio
          ctx.setLineDash(mode.startsWith('dashed') ? [8, 6] : [])
          ctx.beginPath()
          ctx.moveTo(bbox.left, y)
          ctx.lineTo(bbox.left + bbox.width, y)
          ctx.stroke()
        })
        ctx.restore()
      },
    },
  }
}

function tooltip(series, zone) {
  const box = element('div', { class: 'tooltip', hidden: true })
  return {
    hooks: {
      init: (u) => u.over.append(box),
      setCursor: (u) => {
        const { idx, left, top } = u.cursor
        box.hidden = idx === null || idx === undefined || left < 0
        if (box.hidden) return
        const time = u.data[0][idx]
        const rows = series
          .map((one) => ({ ...one, value: one.values[one.times.indexOf(time)] }))
          .filter(({ value }) => value !== null && value !== undefined)
          .sort((a, b) => b.value - a.value)
          .slice(0, 12)
        box.replaceChildren(
          element('div', { class: 'tooltip-time' }, [timeLabel(time, zone)]),
          ...rows.map(({ name, color, value, config }) =>
            element('div', { class: 'tooltip-row' }, [
              swatch(color),
              element('span', {}, [name]),
              element('b', {}, [formatValue(value, config.unit, config.decimals)]),
            ]),
          ),
        )
        box.style.transform = `translate(${left > u.over.clientWidth / 2 ? left - box.offsetWidth - 12 : left + 12}px, ${Math.max(0, Math.min(top, u.over.clientHeight - box.offsetHeight))}px)`
      },
    },
  }
}

function swatch(color) {
  return element('i', { class: 'swatch', style: `background:${color}` })
}

function drawLegend(series, options, panel) {
  const calcs = options.calcs ?? []
  const table = options.displayMode === 'table'
  const items = series.map(({ name, color, values, config }) => {
    const numbers = calcs.map((calc) =>
      element(table ? 'td' : 'span', { class: 'legend-value' }, [
        table ? '' : `${calcNames[calc] ?? calc}: `,
        formatValue(reduce(values, calc), config.unit, config.decimals),
      ]),
    )
    const off = panel.hidden?.has(name)
    const label = [swatch(color), name]
    const item = table
      ? element('tr', { class: off ? 'off' : '' }, [element('td', {}, label), ...numbers])
      : element('button', { type: 'button', class: off ? 'off' : '' }, [...label, ...numbers])
    item.addEventListener('click', () => {
      panel.hidden ??= new Set()
      if (!panel.hidden.delete(name)) panel.hidden.add(name)
      panel.redraw()
    })
    return item
  })
  if (!table) return element('div', { class: 'legend' }, items)
  const head = element('tr', {}, [element('th', {}, ['']), ...calcs.map((calc) => element('th', {}, [calcNames[calc] ?? calc]))])
  return element('div', { class: 'legend' }, [element('table', {}, [head, ...items])])
}
