/**
 * Sets of field paths, as managedFields stores them (FieldsV1). A path element is its stored text:
 * `f:NAME` a field, `k:{...}` an entry of a map list by its keys, `v:VALUE` an entry of a set, `i:N` an index.
 */
import { isObject, type JsonObject } from '../json.ts'

export class FieldSet {
  /** Elements that belong to the set themselves. */
  readonly members = new Set<string>()
  /** What belongs to the set below an element. */
  readonly children = new Map<string, FieldSet>()

  static parse(fields: unknown): FieldSet {
    const set = new FieldSet()
    if (!isObject(fields)) return set
    for (const [element, below] of Object.entries(fields)) {
      if (element === '.') continue
      const child = FieldSet.parse(below)
      if (!isObject(below) || Object.keys(below).length === 0 || Object.hasOwn(below, '.')) set.members.add(element)
      if (!child.isEmpty()) set.children.set(element, child)
    }
    return set
  }

  /** The set of the given paths. */
  static of(...paths: readonly (readonly string[])[]): FieldSet {
    const set = new FieldSet()
    for (const path of paths) set.insert(path)
    return set
  }

  toFieldsV1(): JsonObject {
    const out: JsonObject = {}
    for (const element of this.elements().sort(compareElements)) {
      const below = this.children.get(element)?.toFieldsV1() ?? {}
      out[element] = this.members.has(element) && Object.keys(below).length > 0 ? { '.': {}, ...below } : below
    }
    return out
  }

  elements(): string[] {
    return [...new Set([...this.members, ...this.children.keys()])]
  }

  isEmpty(): boolean {
    return this.members.size === 0 && [...this.children.values()].every((child) => child.isEmpty())
  }

  insert(path: readonly string[]): void {
    const [head, ...rest] = path
    if (head === undefined) return
    if (rest.length === 0) this.members.add(head)
    else this.#child(head).insert(rest)
  }

  #child(element: string): FieldSet {
    let child = this.children.get(element)
    if (!child) {
      child = new FieldSet()
      this.children.set(element, child)
    }
    return child
  }

  /** Whether the element or anything below it is in the set. */
  touches(element: string): boolean {
    return this.members.has(element) || !(this.children.get(element)?.isEmpty() ?? true)
  }

  union(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, theirs) => mine || theirs)
  }

  intersection(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, theirs) => mine && theirs)
  }

  difference(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, theirs) => mine && !theirs)
  }

  /** Like difference, and what stands below a member of the other set goes too. */
  without(other: FieldSet): FieldSet {
    const out = new FieldSet()
    for (const element of this.elements()) {
      if (other.members.has(element)) continue
      if (this.members.has(element)) out.members.add(element)
      const child = this.children.get(element)?.without(other.children.get(element) ?? new FieldSet())
      if (child && !child.isEmpty()) out.children.set(element, child)
    }
    return out
  }

  #combine(other: FieldSet, keep: (mine: boolean, theirs: boolean) => boolean): FieldSet {
    const out = new FieldSet()
    for (const element of new Set([...this.elements(), ...other.elements()])) {
      if (keep(this.members.has(element), other.members.has(element))) out.members.add(element)
      const child = (this.children.get(element) ?? new FieldSet()).#combine(other.children.get(element) ?? new FieldSet(), keep)
      if (!child.isEmpty()) out.children.set(element, child)
    }
    return out
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty() && other.difference(this).isEmpty()
  }

  /** Every path in the set, as messages write it: `.spec.topics[name="a"].partitions`. */
  paths(prefix = ''): string[] {
    const members = [...this.members].sort(compareElements).map((element) => prefix + printElement(element))
    const below = [...this.children].sort(([a], [b]) => compareElements(a, b)).flatMap(([element, child]) => child.paths(prefix + printElement(element)))
    return [...members, ...below]
  }
}

function compareElements(a: string, b: string): number {
  const order = 'fkvi'
  return order.indexOf(a[0]!) - order.indexOf(b[0]!) || (a < b ? -1 : a > b ? 1 : 0)
}

function printElement(element: string): string {
  const content = element.slice(2)
  switch (element[0]) {
    case 'f':
      return `.${content}`
    case 'k': {
      const keys = JSON.parse(content) as JsonObject
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`
    }
    case 'v':
      return `[=${content}]`
    default:
      return `[${content}]`
  }
}
