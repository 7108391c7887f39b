/** Field values of documents, packed: an index that grows all day must not keep a map per document. */
import type { Value } from './mapping/field.ts'

/** Longer or rarer texts are not worth sharing. */
const SHARED_LENGTH = 64
const SHARED_COUNT = 20_000

/** Where each field of an index has its place, the same for all of its documents. */
export class FieldLayout {
  readonly names: string[] = []
  readonly #places = new Map<string, number>()
  readonly #texts = new Map<string, string>()

  place(name: string): number | undefined {
    return this.#places.get(name)
  }

  pack(fields: ReadonlyMap<string, readonly Value[]>): DocFields {
    const slots: Slot[] = []
    for (const [name, values] of fields) {
      const shared = values.map((value) => (typeof value === 'string' ? this.#share(value) : value))
      slots[this.#placeFor(name)] = shared.length === 1 ? shared[0] : shared
    }
    return new DocFields(this, slots)
  }

  #placeFor(name: string): number {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const place = this.names.push(name) - 1
    this.#places.set(name, place)
    return place
  }

  #share(text: string): string {
    if (text.length > SHARED_LENGTH) return text
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    if (this.#texts.size < SHARED_COUNT) this.#texts.set(text, text)
    return text
  }
}

type Slot = Value | readonly Value[] | undefined

export class DocFields {
  readonly #layout: FieldLayout
  readonly #slots: readonly Slot[]

  constructor(layout: FieldLayout, slots: readonly Slot[]) {
    this.#layout = layout
    this.#slots = slots
  }

  get(name: string): readonly Value[] | undefined {
    const place = this.#layout.place(name)
    const slot = place === undefined ? undefined : this.#slots[place]
    return slot === undefined || isList(slot) ? slot : [slot]
  }

  has(name: string): boolean {
    const place = this.#layout.place(name)
    return place !== undefined && this.#slots[place] !== undefined
  }

  names(): string[] {
    return this.#layout.names.filter((_, place) => this.#slots[place] !== undefined)
  }
}

function isList(slot: Value | readonly Value[]): slot is readonly Value[] {
  return Array.isArray(slot)
}
