/** Secrets cut out of what others wrote: a server, or a proxy before it, may repeat in an error what it was sent. */

/** A shorter one would take words out of every message; what is worth hiding is longer. */
const LENGTH_MIN = 6
const MASK = '***'

/** The forms in which a secret may stand in a text: plain, in JSON, in a URL, in base64. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const encoded = encodeURIComponent(secret)
  return [
    ...new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encoded,
      encoded.replaceAll('%20', '+'),
      bytes.toString('base64'),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
    ]),
  ]
}

/** `lengthMin`: shorter ones are left where they stand. */
export function mask(text: string, secrets: readonly string[], lengthMin = LENGTH_MIN): string {
  return secrets
    .filter(({ length }) => length >= lengthMin)
    .flatMap(formsOf)
    .sort((a, b) => b.length - a.length)
    .reduce((masked, form) => masked.replaceAll(form, MASK), text)
}

/** The same for every text in a decoded JSON value. */
export function maskIn(value: unknown, secrets: readonly string[], lengthMin = LENGTH_MIN): unknown {
  if (secrets.length === 0) return value
  if (typeof value === 'string') return mask(value, secrets, lengthMin)
  if (Array.isArray(value)) return value.map((item) => maskIn(item, secrets, lengthMin))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key, secrets, lengthMin), maskIn(item, secrets, lengthMin)]))
}
