/** Draws one panel by its type. The answer says what was drawn, so that it can be compared with the data. */
import { element } from '../dom.js'
import { drawBarChart } from './bar-chart.js'
import { drawGauge } from './gauge.js'
import { drawStat } from './stat.js'
import { drawTable } from './table.js'
import { drawText } from './text.js'
import { drawTimeSeries } from './time-series.js'

const drawers = {
  timeseries: drawTimeSeries,
  graph: drawTimeSeries,
  barchart: drawBarChart,
  bargauge: drawBarChart,
  stat: drawStat,
  gauge: drawGauge,
  table: drawTable,
  text: drawText,
}

export function drawPanel(panel, frames, range) {
  const draw = drawers[panel.json.type]
  if (!draw) {
    panel.body.replaceChildren(element('p', { class: 'panel-note' }, [`Panels of type ${panel.json.type} cannot be drawn here.`]))
    return { empty: true, type: panel.json.type }
  }
  const drawn = draw(panel, frames, range)
  if (drawn.empty) panel.body.replaceChildren(element('p', { class: 'panel-note' }, [panel.json.fieldConfig?.defaults?.noValue ?? 'No data']))
  return { type: panel.json.type, ...drawn }
}
