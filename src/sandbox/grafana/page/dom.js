/** Elements without markup in strings, and JSON over HTTP. */

/** Text children become text nodes, so nothing of a dashboard is ever parsed as HTML. */
export function element(name, attributes = {}, children = []) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : String(value))
  node.append(...children)
  return node
}

export async function getJson(path) {
  const response = await fetch(path)
  const body = await response.json()
  if (!response.ok) throw new Error(body.message ?? `${path} answered ${response.status}`)
  return body
}

export async function postJson(path, body) {
  const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return response.json()
}
