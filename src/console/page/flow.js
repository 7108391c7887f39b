/** Draws the flow: a column for each stage, a box for each node, a curve for each edge. */
const WIDTH = 170
const HEIGHT = 40
const GAP_X = 34
const GAP_Y = 14
const SVG = 'http://www.w3.org/2000/svg'

/** Longest way from a node that nothing flows into; statements that feed each other stand side by side. */
function columnsOf({ nodes, edges }) {
  const column = new Map(nodes.map(({ id }) => [id, 0]))
  for (let round = 0; round < nodes.length; round++) {
    let moved = false
    for (const { from, to } of edges) {
      if (column.get(to) <= column.get(from)) {
        column.set(to, column.get(from) + 1)
        moved = true
      }
    }
    if (!moved) break
  }
  return column
}

/** Places nodes near the middle of what feeds them, so that few curves cross. */
function place(flow) {
  const column = columnsOf(flow)
  const columns = []
  for (const node of flow.nodes) {
    const at = column.get(node.id)
    columns[at] = [...(columns[at] ?? []), node]
  }
  const row = new Map()
  for (const nodes of columns) {
    const weight = ({ id }) => {
      const rows = flow.edges.filter(({ to }) => to === id).map(({ from }) => row.get(from) ?? 0)
      return rows.length === 0 ? 0 : rows.reduce((sum, one) => sum + one, 0) / rows.length
    }
    for (const [index, node] of nodes.toSorted((a, b) => weight(a) - weight(b)).entries()) row.set(node.id, index)
  }
  return { column, row, width: columns.length, height: Math.max(...columns.map((nodes) => nodes.length)) }
}

const make = (name, attributes, text) => {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  if (text !== undefined) element.textContent = text
  return element
}

const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** A name that would run out of its box is set closer. */
const squeeze = (name) => {
  const [room, letter] = [WIDTH - 20, name === name.toUpperCase() ? 8.2 : 6.6]
  return Math.min(name.length, 34) * letter > room ? { textLength: room, lengthAdjust: 'spacingAndGlyphs' } : {}
}

/** `stateOf(node)` is a class: good, bad, wait or nothing. */
export function drawFlow(holder, flow, stateOf) {
  const { column, row, width, height } = place(flow)
  const x = (id) => column.get(id) * (WIDTH + GAP_X) + 1
  const y = (id) => row.get(id) * (HEIGHT + GAP_Y) + 1
  const [w, h] = [width * (WIDTH + GAP_X) - GAP_X + 2, height * (HEIGHT + GAP_Y)]
  // Fits the page, but is never drawn larger than life.
  const svg = make('svg', { viewBox: `0 0 ${w} ${h}`, style: `width: 100%; max-width: ${w}px` })
  for (const { from, to } of flow.edges) {
    const [x1, y1, x2, y2] = [x(from) + WIDTH, y(from) + HEIGHT / 2, x(to), y(to) + HEIGHT / 2]
    svg.append(make('path', { d: `M${x1},${y1} C${x1 + GAP_X / 2},${y1} ${x2 - GAP_X / 2},${y2} ${x2},${y2}` }))
  }
  for (const node of flow.nodes) {
    const group = make('g', { class: stateOf(node), transform: `translate(${x(node.id)},${y(node.id)})` })
    group.append(make('rect', { width: WIDTH, height: HEIGHT, rx: 4 }))
    group.append(make('text', { x: 10, y: 15, class: 'kind' }, node.kind))
    group.append(make('text', { x: 10, y: 31, ...squeeze(node.name) }, short(node.name, 34)))
    group.append(make('title', {}, `${node.kind} ${node.name}`))
    svg.append(group)
  }
  holder.replaceChildren(svg)
}
