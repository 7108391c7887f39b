/** A number on an arc between its minimum and its maximum. */
import { thresholdColor, thresholdSteps } from '../colors.js'
import { element } from '../dom.js'
import { statsOf } from './stat.js'

export function drawGauge({ json, body }, frames) {
  const stats = statsOf(json, frames)
  if (stats.length === 0) return { empty: true, stats: [] }
  body.replaceChildren(
    element(
      'div',
      { class: 'stats' },
      stats.map((stat) => gauge(stat, stats.length > 1)),
    ),
  )
  return { stats: stats.map(({ name, value, text }) => ({ name, value, text })) }
}

function gauge({ name, value, text, config }, named) {
  const [min, max] = [config.min ?? 0, config.max ?? 100]
  const share = (at) => Math.max(0, Math.min(1, (at - min) / (max - min || 1)))
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 100 60')
  svg.setAttribute('class', 'gauge')
  svg.append(arc(0, 1, 38, '#2a3040', 9))
  const steps = thresholdSteps(config, max)
  for (const [i, step] of steps.entries()) {
    svg.append(arc(share(Number.isFinite(step.value) ? step.value : min), i + 1 < steps.length ? share(steps[i + 1].value) : 1, 45.5, step.color, 2.5))
  }
  if (value !== null) svg.append(arc(0, share(value), 38, thresholdColor(config, value, max), 9))
  return element('div', { class: 'stat' }, [
    svg,
    element('span', { class: 'stat-value' }, [text]),
    ...(named ? [element('span', { class: 'stat-name' }, [name])] : []),
  ])
}

/** From left to right over the top: 0 is the left end, 1 the right end. */
function arc(from, to, radius, color, width) {
  const point = (share) => `${50 - radius * Math.cos(Math.PI * share)} ${52 - radius * Math.sin(Math.PI * share)}`
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', `M ${point(from)} A ${radius} ${radius} 0 0 1 ${point(to)}`)
  path.setAttribute('fill', 'none')
  path.setAttribute('stroke', color)
  path.setAttribute('stroke-width', String(width))
  return path
}
