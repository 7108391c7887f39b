/**
 * The order in which a java.util.HashMap lists its entries: by bucket, and in a bucket by insertion, `merge` at the front and
 * `put` at the end. Topics and answers show it, so maps are kept in this order. The table is plain data.
 */

export interface HashTable<V> {
  /** Null until the first entry comes. */
  bins: [string, V][][] | null
  /** Entries beyond this make it grow; before the first entry the initial capacity. */
  threshold: number
  size: number
}

function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

function binOf(key: string, capacity: number): number {
  const hash = javaHash(key)
  return (hash ^ (hash >>> 16)) & (capacity - 1)
}

/** `initialCapacity` absent: Java's default of 16. */
export function hashTable<V>(initialCapacity = 16): HashTable<V> {
  let capacity = 1
  while (capacity < initialCapacity) capacity *= 2
  return { bins: null, threshold: capacity, size: 0 }
}

function grow<V>(table: HashTable<V>): void {
  const capacity = table.bins === null ? table.threshold : table.bins.length * 2
  const bins: [string, V][][] = Array.from({ length: capacity }, () => [])
  for (const entry of entriesOf(table)) bins[binOf(entry[0], capacity)]!.push(entry)
  table.bins = bins
  table.threshold = Math.floor(capacity * 0.75)
}

export function put<V>(table: HashTable<V>, key: string, value: V): void {
  if (table.bins === null) grow(table)
  const bin = table.bins![binOf(key, table.bins!.length)]!
  const entry = bin.find(([name]) => name === key)
  if (entry) {
    entry[1] = value
    return
  }
  bin.push([key, value])
  if (++table.size > table.threshold) grow(table)
}

export function merge<V>(table: HashTable<V>, key: string, value: V, combine: (old: V, value: V) => V): void {
  if (table.bins === null || table.size > table.threshold) grow(table)
  const bin = table.bins![binOf(key, table.bins!.length)]!
  const entry = bin.find(([name]) => name === key)
  if (entry) entry[1] = combine(entry[1], value)
  else {
    bin.unshift([key, value])
    table.size++
  }
}

export function remove<V>(table: HashTable<V>, key: string): void {
  if (table.bins === null) return
  const bin = table.bins[binOf(key, table.bins.length)]!
  const at = bin.findIndex(([name]) => name === key)
  if (at < 0) return
  bin.splice(at, 1)
  table.size--
}

export function lookUp<V>(table: HashTable<V>, key: string): V | undefined {
  if (table.bins === null) return undefined
  return table.bins[binOf(key, table.bins.length)]!.find(([name]) => name === key)?.[1]
}

export function* entriesOf<V>(table: HashTable<V>): Generator<[string, V]> {
  for (const bin of table.bins ?? []) yield* bin
}

/** The entries put one by one into a map made for `initialCapacity` of them. Of a key that comes twice the last value counts. */
export function hashOrdered<K, V>(entries: Iterable<readonly [K, V]>, initialCapacity?: number): Map<K, V> {
  const list = [...entries]
  if (list.length < 2) return new Map(list)
  const table = hashTable<readonly [K, V]>(initialCapacity)
  for (const entry of list) put(table, String(entry[0]), entry)
  return new Map([...entriesOf(table)].map(([, entry]) => entry))
}
