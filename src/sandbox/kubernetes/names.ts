/** The rules for names, label keys and label values, with the real server's wording. */
import { createHash } from 'node:crypto'

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const VALUE = `(${QUALIFIED})?`

const whole = (pattern: string) => new RegExp(`^${pattern}$`)
const RE = { label: whole(LABEL), subdomain: whole(SUBDOMAIN), qualified: whole(QUALIFIED), value: whole(VALUE), dns1035: whole('[a-z]([-a-z0-9]*[a-z0-9])?') }

const regexError = (text: string, pattern: string, ...examples: string[]) =>
  `${text} (e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${pattern}')`
const maxLength = (max: number) => `must be no more than ${max} bytes`

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const LABEL_TEXT = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const QUALIFIED_TEXT = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

export function dns1123Subdomain(value: string): string[] {
  return [...(value.length > 253 ? [maxLength(253)] : []), ...(RE.subdomain.test(value) ? [] : [regexError(SUBDOMAIN_TEXT, SUBDOMAIN, 'example.com')])]
}

export function dns1123Label(value: string): string[] {
  return [...(value.length > 63 ? [maxLength(63)] : []), ...(RE.label.test(value) ? [] : [regexError(LABEL_TEXT, LABEL, 'my-name', '123-abc')])]
}

export function dns1035Label(value: string): string[] {
  const text =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
  return [
    ...(value.length > 63 ? [maxLength(63)] : []),
    ...(RE.dns1035.test(value) ? [] : [regexError(text, '[a-z]([-a-z0-9]*[a-z0-9])?', 'my-name', 'abc-123')]),
  ]
}

/** A label or annotation key, or a finalizer: an optional subdomain, a slash, a name. */
export function qualifiedName(value: string): string[] {
  const errors: string[] = []
  const parts = value.split('/')
  if (parts.length > 2)
    return [
      `a valid label key ${regexError(QUALIFIED_TEXT, QUALIFIED, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  const name = parts.at(-1)!
  if (parts.length === 2) {
    if (parts[0] === '') errors.push('prefix part must be non-empty')
    else errors.push(...dns1123Subdomain(parts[0]!).map((error) => `prefix part ${error}`))
  }
  if (name === '') errors.push('name part must be non-empty')
  else if (name.length > 63) errors.push(`name part ${maxLength(63)}`)
  if (!RE.qualified.test(name)) errors.push(`name part ${regexError(QUALIFIED_TEXT, QUALIFIED, 'MyName', 'my.name', '123-abc')}`)
  return errors
}

export function labelValue(value: string): string[] {
  return [
    ...(value.length > 63 ? [maxLength(63)] : []),
    ...(RE.value.test(value)
      ? []
      : [
          regexError(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
            VALUE,
            'MyValue',
            'my_value',
            '12345',
          ),
        ]),
  ]
}

/** The keys of ConfigMaps and Secrets. */
export function configKey(value: string): string[] {
  const errors: string[] = []
  if (value.length > 253) errors.push(maxLength(253))
  if (!/^[-._a-zA-Z0-9]+$/.test(value))
    errors.push(
      regexError("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'),
    )
  if (value === '.') errors.push(`must not be '.'`)
  else if (value === '..') errors.push(`must not be '..'`)
  else if (value.startsWith('..')) errors.push(`must not start with '..'`)
  return errors
}

/** A stable, short name for anything that needs one: openapi hashes, etags. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase()
}
