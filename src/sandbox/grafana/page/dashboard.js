/** The dashboard page: reads the dashboard, lays its panels out, and asks for their data again and again. */
import { element, getJson, postJson } from './dom.js'
import { drawPanel } from './panels/index.js'
import { durationMs, niceInterval, now, timeLabel, timeOf } from './time.js'
import { transform } from './transform.js'

const grid = document.getElementById('grid')
const rangeBox = document.getElementById('range')
const refreshBox = document.getElementById('refresh')
const uid = decodeURIComponent(location.pathname.split('/')[2])

const RANGES = [
  ['now-5m', 'Last 5 minutes'],
  ['now-15m', 'Last 15 minutes'],
  ['now-30m', 'Last 30 minutes'],
  ['now-1h', 'Last 1 hour'],
  ['now-3h', 'Last 3 hours'],
  ['now-6h', 'Last 6 hours'],
  ['now-24h', 'Last 24 hours'],
]
const REFRESHES = ['', '5s', '10s', '30s', '1m', '5m']

/** What is looked at; the address holds it too, so that a link shows the same. */
const view = { from: 'now-6h', to: 'now', refresh: '' }
let panels = []
let timer
let zone

const answer = await getJson(`/api/dashboards/uid/${encodeURIComponent(uid)}`).catch((error) => {
  grid.replaceChildren(element('p', { class: 'page-fault', role: 'alert' }, [error.message]))
  grid.dataset.state = 'error'
})
if (answer) start(answer)

function start({ dashboard, meta }) {
  document.title = `${dashboard.title} - Dashboards`
  document.getElementById('title').textContent = dashboard.title
  document.getElementById('folder').textContent = meta.folderTitle
  const asked = new URLSearchParams(location.search)
  view.from = asked.get('from') ?? dashboard.time?.from ?? view.from
  view.to = asked.get('to') ?? dashboard.time?.to ?? view.to
  view.refresh = asked.get('refresh') ?? (typeof dashboard.refresh === 'string' ? dashboard.refresh : '')
  zone = ['utc', 'UTC'].includes(dashboard.timezone) ? 'UTC' : undefined
  fillSelects()
  panels = allPanels(dashboard.panels ?? []).map((json) => makePanel(json))
  grid.replaceChildren(...panels.map(({ node }) => node))
  rangeBox.addEventListener('change', () => {
    const [from, to] = rangeBox.value.split('|')
    Object.assign(view, { from, to })
    changed()
  })
  refreshBox.addEventListener('change', () => {
    view.refresh = refreshBox.value
    changed()
  })
  document.getElementById('redraw').addEventListener('click', load)
  new ResizeObserver(() => {
    for (const panel of panels) panel.redraw?.()
  }).observe(grid)
  load()
}

function changed() {
  const query = new URLSearchParams({ from: view.from, to: view.to, ...(view.refresh ? { refresh: view.refresh } : {}) })
  history.replaceState(null, '', `${location.pathname}?${query}`)
  load()
}

function fillSelects() {
  const custom = `${view.from}|${view.to}`
  const ranges = RANGES.map(([from, label]) => [`${from}|now`, label])
  if (!ranges.some(([value]) => value === custom)) ranges.unshift([custom, `${rangeEnd(view.from)} to ${rangeEnd(view.to)}`])
  rangeBox.replaceChildren(...ranges.map(([value, label]) => element('option', { value, selected: value === custom }, [label])))
  const refreshes = REFRESHES.includes(view.refresh) ? REFRESHES : [...REFRESHES, view.refresh]
  refreshBox.replaceChildren(...refreshes.map((value) => element('option', { value, selected: value === view.refresh }, [value || 'Off'])))
}

function rangeEnd(text) {
  return text.startsWith('now') ? text : timeLabel(timeOf(text), zone).slice(0, 16)
}

/** Rows are headings; the panels of a collapsed row stand inside it. */
function allPanels(list) {
  return list.flatMap((panel) => (panel.type === 'row' ? [panel, ...(panel.collapsed ? [] : (panel.panels ?? []))] : [panel]))
}

function makePanel(json) {
  const { x = 0, y = 0, w = 12, h = 8 } = json.gridPos ?? {}
  const place = `grid-column: ${x + 1} / span ${w}; grid-row: ${y + 1} / span ${h}`
  if (json.type === 'row') return { json, node: element('h2', { class: 'row-heading', style: place }, [json.title ?? '']) }
  const body = element('div', { class: 'panel-body' })
  const values = element('script', { type: 'application/json', class: 'panel-values' })
  const fault = element('span', { class: 'panel-fault', role: 'alert', hidden: true })
  const head = element('header', { class: 'panel-head' }, [element('h3', { title: json.description }, [json.title ?? '']), fault])
  const node = element(
    'section',
    {
      class: `panel${json.transparent ? ' transparent' : ''}`,
      style: place,
      'data-panel-id': json.id,
      'data-panel-type': json.type,
      'data-panel-state': 'loading',
    },
    [head, body, values],
  )
  return { json, node, body, values, fault, zone }
}

/** Asks for all panels at once; the next turn begins when the refresh interval is over. */
async function load() {
  clearTimeout(timer)
  const range = { from: timeOf(view.from, false), to: timeOf(view.to, true) }
  await Promise.all(panels.filter(({ body }) => body).map((panel) => loadPanel(panel, range)))
  grid.dataset.state = 'done'
  grid.dataset.drawnAt = String(now())
  const wait = durationMs(view.refresh)
  clearTimeout(timer)
  if (wait) timer = setTimeout(load, wait)
}

async function loadPanel(panel, range) {
  const { json, node, fault } = panel
  const targets = (json.targets ?? []).filter(({ hide }) => !hide)
  let frames = []
  const faults = []
  if (targets.length > 0) {
    const maxDataPoints = json.maxDataPoints ?? Math.max(1, Math.floor(panel.body.clientWidth))
    const intervalMs = niceInterval(range.to - range.from, maxDataPoints, durationMs(json.interval) ?? 1000)
    const queries = targets.map((target) => ({ ...target, datasource: target.datasource ?? json.datasource, intervalMs, maxDataPoints }))
    try {
      const answer = await postJson('/api/ds/query', { queries, from: String(range.from), to: String(range.to) })
      const results = Object.values(answer.results ?? {})
      frames = results.flatMap((result) => result.frames ?? [])
      faults.push(...results.flatMap(({ error }) => (error ? [error] : [])))
      if (!answer.results) faults.push(answer.message ?? 'The query failed')
    } catch (error) {
      faults.push(error.message)
    }
  }
  fault.textContent = faults.join('\n')
  fault.title = fault.textContent
  const shown = transform(frames, json.transformations)
  panel.redraw = () => {
    const drawn = drawPanel(panel, shown, range)
    panel.values.textContent = JSON.stringify(drawn)
    // Once is enough: over what could be drawn all the same, or instead of it.
    fault.hidden = faults.length === 0 || drawn.empty === true
    if (faults.length > 0 && drawn.empty) panel.body.replaceChildren(element('p', { class: 'panel-note failed' }, [faults.join('\n')]))
    node.dataset.panelState = faults.length > 0 ? 'error' : drawn.empty ? 'nodata' : 'done'
  }
  panel.redraw()
}
