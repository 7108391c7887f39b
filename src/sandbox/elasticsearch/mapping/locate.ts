/** Where in a JSON text a value stands: `[line:column]`, the start of a scalar, the end of an object, as the real parser reports it. */
export function locate(text: string, path: readonly (string | number)[]): string {
  const at = new Scanner(text).find(path) ?? 0
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return `[${line}:${at - before.lastIndexOf('\n')}]`
}

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Offset of the value; the text is known to be valid JSON. */
  find(path: readonly (string | number)[]): number | undefined {
    this.#space()
    const [step, ...rest] = path
    const start = this.#at
    if (step === undefined) {
      const open = this.#text[this.#at]
      this.#skipValue()
      return open === '{' ? this.#at - 1 : start
    }
    this.#at++
    for (let i = 0; ; i++) {
      this.#space()
      if (this.#text[this.#at] === '}' || this.#text[this.#at] === ']' || this.#at >= this.#text.length) return undefined
      let here = step === i
      if (typeof step === 'string') {
        here = JSON.parse(this.#string()) === step
        this.#space()
        this.#at++
      }
      if (here) return this.find(rest)
      this.#space()
      this.#skipValue()
      this.#space()
      if (this.#text[this.#at] === ',') this.#at++
    }
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #string(): string {
    const start = this.#at++
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === '\\' ? 2 : 1
    return this.#text.slice(start, ++this.#at)
  }

  #skipValue(): void {
    let depth = 0
    do {
      const char = this.#text[this.#at]
      if (char === undefined) return
      if (char === '"') {
        this.#string()
        continue
      }
      if (char === '{' || char === '[') depth++
      else if (char === '}' || char === ']') depth--
      else if (depth === 0) {
        while (/[^\s,\]}]/.test(this.#text[this.#at] ?? ' ')) this.#at++
        return
      }
      this.#at++
    } while (depth > 0)
  }
}
