/** Finds object keys that stand twice in a JSON text, which JSON.parse lets pass. The text is known to be valid. */
export function duplicateFields(text: string): string[] {
  const found: string[] = []
  let at = 0

  const skip = () => {
    while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++
  }

  const string = (): string => {
    const start = at++
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    at++
    return JSON.parse(text.slice(start, at)) as string
  }

  const value = (path: string): void => {
    skip()
    if (text[at] === '{') object(path)
    else if (text[at] === '[') list(path)
    else if (text[at] === '"') string()
    else while (at < text.length && !',]}'.includes(text[at]!)) at++
    skip()
  }

  const object = (path: string): void => {
    const seen = new Set<string>()
    at++
    skip()
    while (text[at] !== '}') {
      if (text[at] === ',') at++
      skip()
      const key = string()
      const here = path ? `${path}.${key}` : key
      if (seen.has(key)) found.push(here)
      seen.add(key)
      skip()
      at++ // the colon
      value(here)
    }
    at++
  }

  const list = (path: string): void => {
    at++
    skip()
    for (let i = 0; text[at] !== ']'; i++) {
      if (text[at] === ',') at++
      value(`${path}[${i}]`)
    }
    at++
  }

  value('')
  return found
}
