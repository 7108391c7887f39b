import { drawFlow } from '/flow.js'

const $ = (selector) => document.querySelector(selector)
const VIEWS = ['overview', 'flow', 'connectors', 'topics', 'query']
const EVERY_MS = 3_000

async function get(path) {
  const response = await fetch(path)
  const body = await response.json()
  if (!response.ok) throw new Error(body.error ?? `${path} answered ${response.status}`)
  return body
}

/** A row of cells; a cell is text, or `[text, class]`, or an element. */
function fill(table, rows) {
  $(`${table} tbody`).replaceChildren(
    ...rows.map((cells) => {
      const line = document.createElement('tr')
      for (const cell of cells) {
        const field = document.createElement('td')
        if (cell instanceof Node) field.append(cell)
        else if (Array.isArray(cell)) {
          field.textContent = cell[0]
          field.className = cell[1]
        } else field.textContent = cell ?? ''
        line.append(field)
      }
      return line
    }),
  )
}

const classOf = (state) => {
  if (['True', 'Ready', 'Completed', 'RUNNING'].includes(state)) return 'good'
  return ['False', 'Failed', 'Missing', 'Drifted', 'FAILED'].includes(state) ? 'bad' : 'wait'
}

/** Conditions that are only there while something is not well. */
const BAD_WHEN_TRUE = { Stalled: 'bad', Reconciling: 'wait' }

const link = (text, href) => Object.assign(document.createElement('a'), { textContent: text, href, target: '_blank', rel: 'noopener' })

/** Which resource of the status a box of the flow stands for. */
const RESOURCE_OF = { topic: 'KafkaTopic', statement: 'Statement', source: 'Connector', sink: 'Connector' }

const SHOW = {
  async overview() {
    const { name, status, dashboards, backends } = await get('/api/pipeline')
    $('#name').textContent = name
    const conditions = status?.conditions ?? []
    const of = (type) => conditions.find((condition) => condition.type === type)
    const [ready, flowing] = [of('Ready'), of('DataFlowing')]
    $('#verdict').className = classOf(ready?.status === 'True' ? (flowing?.status ?? 'Unknown') : (ready?.status ?? 'Unknown'))
    const why = document.createElement('small')
    why.textContent = ready?.status === 'True' ? (flowing?.message ?? '') : (ready?.message ?? 'the operator has not looked at it yet')
    $('#verdict').replaceChildren(ready?.status === 'True' ? (flowing?.status === 'False' ? 'Ready, but data stands still' : 'Ready') : 'Not ready', why)
    fill(
      '#conditions',
      conditions.map(({ type, status: value, reason, message }) => [type, [value, BAD_WHEN_TRUE[type] ?? classOf(value)], reason, message]),
    )
    fill(
      '#resources',
      (status?.resources ?? []).map(({ kind, name: own, state, id, message }) => [kind, own, [state, classOf(state)], id, message]),
    )
    fill(
      '#backends',
      Object.entries(backends).map(([backend, address]) => [backend, address.startsWith('http') ? link(address, address) : address]),
    )
    if (dashboards[0]) $('#grafana').href = dashboards[0].url
  },
  async flow() {
    const flow = await get('/api/flow')
    drawFlow($('#flow-picture'), flow, ({ kind, name }) => {
      const state = flow.states[`${RESOURCE_OF[kind]}/${name}`]
      return state === undefined ? '' : classOf(state)
    })
  },
  async connectors() {
    const connectors = await get('/api/connectors')
    fill(
      '#connector-list',
      connectors.map(({ name, type, state, tasks, topics, error, class: own }) => [
        name,
        type,
        [state, classOf(state)],
        [tasks.map((task) => task.error ?? task.state).join(', ') || error || 'none', error || tasks.some((task) => task.state === 'FAILED') ? 'bad' : ''],
        topics,
        own.split('.').at(-1),
      ]),
    )
  },
  async topics() {
    const topics = await get('/api/topics')
    fill(
      '#topic-list',
      topics.map(({ name, partitions, records }) => {
        const button = Object.assign(document.createElement('button'), { textContent: 'Sample 3' })
        button.addEventListener('click', () => sample(name))
        return [name, String(partitions), records.toLocaleString('en-US'), button]
      }),
    )
  },
  async query() {
    // Nothing to refresh: a query shows its own rows.
  },
}

async function sample(topic) {
  const box = $('#sample')
  box.hidden = false
  box.textContent = `Reading ${topic} ...`
  try {
    box.textContent = (await get(`/api/topics/${encodeURIComponent(topic)}/sample`)).lines.join('\n')
  } catch (error) {
    box.textContent = error.message
  }
}

const ROWS_MAX = 500
let running

function runQuery(sql) {
  running?.close()
  $('#rows thead').replaceChildren()
  $('#rows tbody').replaceChildren()
  let count = 0
  const state = (text) => {
    $('#query-state').textContent = text
  }
  const line = (tag, cells) => {
    const row = document.createElement('tr')
    for (const cell of cells)
      row.append(Object.assign(document.createElement(tag), { textContent: typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : String(cell) }))
    return row
  }
  const stop = (text) => {
    running?.close()
    running = undefined
    $('#stop').disabled = true
    state(text)
  }
  running = new EventSource(`/api/query?sql=${encodeURIComponent(sql)}`)
  $('#stop').disabled = false
  $('#stop').onclick = () => stop(`Stopped after ${count} rows.`)
  state('Waiting for rows ...')
  running.addEventListener('header', ({ data }) => $('#rows thead').append(line('th', JSON.parse(data).columnNames)))
  running.addEventListener('row', ({ data }) => {
    count++
    $('#rows tbody').prepend(line('td', JSON.parse(data)))
    if (count > ROWS_MAX) $('#rows tbody').lastChild.remove()
    state(`${count} rows`)
  })
  running.addEventListener('fault', ({ data }) => stop(JSON.parse(data).message))
  running.addEventListener('end', () => stop(`${count} rows, done.`))
  running.onerror = () => stop('The connection broke.')
}

$('#query-form').addEventListener('submit', (event) => {
  event.preventDefault()
  runQuery($('#sql').value)
})

const here = () => VIEWS.find((view) => location.hash === `#${view}`) ?? 'overview'

async function refresh() {
  const fault = $('#fault')
  try {
    await SHOW[here()]()
    fault.hidden = true
  } catch (error) {
    fault.textContent = error.message
    fault.hidden = false
  }
}

function turn() {
  for (const view of VIEWS) {
    $(`#${view}`).classList.toggle('here', view === here())
    $(`nav a[href="#${view}"]`).classList.toggle('here', view === here())
  }
  void refresh()
}

window.addEventListener('hashchange', turn)
turn()
if (here() !== 'overview') void SHOW.overview()
setInterval(refresh, EVERY_MS)
