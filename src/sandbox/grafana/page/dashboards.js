/** The list of dashboards, by folder. */
import { element, getJson } from './dom.js'

const found = document.getElementById('found')
const box = document.querySelector('input[type=search]')
const dashboards = await getJson('/api/search?type=dash-db&limit=5000')

function draw() {
  const wanted = box.value.toLowerCase()
  const folders = new Map()
  for (const dashboard of dashboards) {
    if (!dashboard.title.toLowerCase().includes(wanted)) continue
    const folder = dashboard.folderTitle ?? 'General'
    folders.set(folder, [...(folders.get(folder) ?? []), dashboard])
  }
  found.replaceChildren(
    ...[...folders].map(([folder, list]) =>
      element('section', { class: 'folder' }, [
        element('h2', {}, [folder]),
        ...list.map(({ title, url, tags }) =>
          element('a', { class: 'row', href: url }, [
            element('span', { class: 'row-title' }, [title]),
            ...tags.map((tag) => element('span', { class: 'tag' }, [tag])),
          ]),
        ),
      ]),
    ),
  )
  if (folders.size === 0)
    found.replaceChildren(element('p', { class: 'muted' }, [dashboards.length === 0 ? 'There are no dashboards yet.' : 'No dashboard has that in its title.']))
}

box.addEventListener('input', draw)
draw()
