/** The order in which a java.util.HashMap with text keys lists its entries: by bucket, then by insertion. Topics show it. */

export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

function bucketOf(text: string, capacity: number): number {
  const hash = javaHash(text)
  return (hash ^ (hash >>> 16)) & (capacity - 1)
}

/** Keys in the order of a HashMap that grew by inserting them one by one. */
export function hashOrder<T>(entries: readonly T[], keyOf: (entry: T) => string): readonly T[] {
  if (entries.length < 2) return entries
  let capacity = 16
  while (entries.length > capacity * 0.75) capacity *= 2
  return entries
    .map((entry, index) => ({ entry, index, bucket: bucketOf(keyOf(entry), capacity) }))
    .sort((a, b) => a.bucket - b.bucket || a.index - b.index)
    .map(({ entry }) => entry)
}
