/** The list of data sources, each asked for its health. */
import { element, getJson } from './dom.js'

const found = document.getElementById('found')
const sources = await getJson('/api/datasources')

found.replaceChildren(
  ...sources.map((source) => {
    const state = element('span', { class: 'health' }, ['…'])
    fetch(`/api/datasources/uid/${encodeURIComponent(source.uid)}/health`)
      .then((response) => response.json())
      .then(({ message, status }) => {
        state.textContent = message
        state.classList.add(status === 'OK' ? 'good' : 'bad')
      })
    return element('div', { class: 'row', 'data-uid': source.uid }, [
      element('span', { class: 'row-title' }, [source.name]),
      element('span', { class: 'muted' }, [`${source.typeName} · ${source.jsonData.index ?? source.database} · ${source.url}`]),
      state,
    ])
  }),
)
if (sources.length === 0) found.replaceChildren(element('p', { class: 'muted' }, ['There are no data sources yet.']))
