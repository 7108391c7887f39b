/** Text: headings, lists, emphasis, code and links of Markdown; anything else stays the text it is. */
import { element } from '../dom.js'

export function drawText({ json, body }) {
  const { content = '', mode = 'markdown' } = json.options ?? {}
  const box = element('div', { class: 'text' }, mode === 'markdown' ? blocks(content) : [element('pre', {}, [content])])
  body.replaceChildren(box)
  return { content }
}

function blocks(content) {
  return content
    .split(/\n{2,}|\n(?=#{1,6} |[-*] )/)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const heading = /^(#{1,6}) +(.*)/s.exec(block)
      if (heading) return element(`h${Math.min(6, heading[1].length + 2)}`, {}, spans(heading[2]))
      const item = /^[-*] +(.*)/s.exec(block)
      return item ? element('li', {}, spans(item[1])) : element('p', {}, spans(block))
    })
}

function spans(text) {
  const parts = []
  let last = 0
  for (const match of text.matchAll(/\*\*(.+?)\*\*|`(.+?)`|\[(.+?)\]\((https?:[^)\s]+|\/[^)\s]*)\)/g)) {
    parts.push(text.slice(last, match.index))
    const [whole, bold, code, label, href] = match
    parts.push(bold ? element('strong', {}, [bold]) : code ? element('code', {}, [code]) : element('a', { href }, [label]))
    last = match.index + whole.length
  }
  return [...parts, text.slice(last)]
}
