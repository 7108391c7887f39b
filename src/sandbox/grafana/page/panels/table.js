/** A table, sorted by the column whose head is clicked. */
import { thresholdColor } from '../colors.js'
import { element } from '../dom.js'
import { tableOf } from '../frames.js'
import { timeLabel } from '../time.js'
import { formatValue } from '../units.js'

const MOST = 1000

export function drawTable(panel, frames) {
  const { json, body, zone } = panel
  const { columns, rows } = tableOf(frames, json.fieldConfig)
  if (rows.length === 0) return { empty: true, columns: columns.map(({ name }) => name), rows: [] }
  const visible = columns.map((_, i) => i).filter((i) => !columns[i].config.custom?.hidden)
  const [given] = json.options?.sortBy ?? []
  const sort = panel.sort ?? (given ? { column: columns.findIndex(({ name }) => name === given.displayName), desc: given.desc === true } : undefined)
  const sorted = sort && sort.column >= 0 ? rows.toSorted((a, b) => order(a[sort.column], b[sort.column]) * (sort.desc ? -1 : 1)) : rows
  const head = visible.map((i) => {
    const cell = element(
      'th',
      { class: columns[i].type === 'number' ? 'number' : '', 'aria-sort': sort?.column === i ? (sort.desc ? 'descending' : 'ascending') : undefined },
      [columns[i].name],
    )
    cell.addEventListener('click', () => {
      panel.sort = { column: i, desc: sort?.column === i ? !sort.desc : true }
      panel.redraw()
    })
    return cell
  })
  const lines = sorted.slice(0, MOST).map((row) =>
    element(
      'tr',
      {},
      visible.map((i) => cellOf(row[i], columns[i], zone)),
    ),
  )
  body.replaceChildren(
    element('div', { class: 'table-box' }, [
      element('table', { class: 'data' }, [
        ...(json.options?.showHeader === false ? [] : [element('thead', {}, [element('tr', {}, head)])]),
        element('tbody', {}, lines),
      ]),
    ]),
  )
  return { columns: visible.map((i) => columns[i].name), rows: sorted.map((row) => visible.map((i) => row[i])) }
}

function cellOf(value, { type, config }, zone) {
  const time = type === 'time' || config.unit?.startsWith('dateTime')
  const text =
    value === null
      ? ''
      : time
        ? timeLabel(Number(value), zone)
        : type === 'number'
          ? formatValue(value, config.unit, config.decimals)
          : typeof value === 'object'
            ? JSON.stringify(value)
            : String(value)
  const mode = config.custom?.cellOptions?.type ?? ''
  const colored = type === 'number' && value !== null && mode.startsWith('color-')
  const color = colored ? thresholdColor(config, value, config.max ?? 100) : undefined
  return element(
    'td',
    {
      class: type === 'number' ? 'number' : '',
      style: color ? (mode === 'color-background' ? `background:${color};color:#10131a` : `color:${color}`) : undefined,
    },
    [text],
  )
}

function order(a, b) {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return a < b ? -1 : 1
}
