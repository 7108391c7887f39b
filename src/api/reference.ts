/** The reference pages: every field, condition and reason, in Markdown. */
import { type CustomResourceDefinition, generateCrds, type StructuralSchema } from './crd.ts'
import { conditionTypes, platformConditionTypes, reasons } from './reasons.ts'

/** File name -> text. */
export function generateReference(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>()
  for (const crd of generateCrds()) pages.set(`${crd.spec.names.singular}.md`, resourcePage(crd))
  pages.set('conditions.md', conditionsPage())
  return pages
}

function resourcePage(crd: CustomResourceDefinition): string {
  const version = crd.spec.versions[0]!
  const schema = version.schema.openAPIV3Schema
  const names = crd.spec.names
  const lines = [
    `# ${names.kind}`,
    '',
    String(schema.description),
    '',
    `\`apiVersion: ${crd.spec.group}/${version.name}\`, short name \`${(names.shortNames as string[]).join(', ')}\`, namespaced.`,
    '',
  ]
  for (const part of ['spec', 'status']) {
    lines.push(`## ${part}`, '', '| field | type | default | what it is |', '|---|---|---|---|')
    rows(part, schema.properties![part]!, lines)
    lines.push('')
  }
  return `${GENERATED}\n${lines.join('\n').trimEnd()}\n`
}

const GENERATED = '<!-- Made by `npm run generate` from src/api; do not edit. -->'

function rows(path: string, node: StructuralSchema, lines: string[]): void {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const at = `${path}.${name}`
    const required = node.required?.includes(name) ? 'required' : shown(child.default)
    lines.push(`| \`${at}\` | ${typeText(child)} | ${required} | ${cell(child)} |`)
    rows(child.type === 'array' ? `${at}[]` : at, child.type === 'array' ? child.items! : child, lines)
  }
}

function typeText(node: StructuralSchema): string {
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(' or ')
  if (node.type === 'array') return `list of ${node.items?.type === 'object' ? 'objects' : `${node.items?.type}s`}, at most ${node.maxItems}`
  if (node.additionalProperties) return `map, at most ${node.maxProperties}`
  if (node.type === 'string' && node.maxLength !== undefined) return `string, at most ${node.maxLength}`
  return String(node.type)
}

function cell(node: StructuralSchema): string {
  const rules = (node['x-kubernetes-validations'] ?? node.items?.['x-kubernetes-validations'] ?? []) as { message: string }[]
  const text = [node.description ?? '', ...rules.map((rule) => `Rule: ${rule.message}.`)].join(' ')
  return text.replaceAll('|', '\\|')
}

function shown(value: unknown): string {
  if (value === undefined) return ''
  const text = JSON.stringify(value)
  return text === '{}' || text === '[]' ? '' : `\`${text}\``
}

function conditionsPage(): string {
  const table = (head: string, entries: Readonly<Record<string, string>>) => [
    `| ${head} | meaning |`,
    '|---|---|',
    ...Object.entries(entries).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
    '',
  ]
  const lines = [
    '# Conditions and reasons',
    '',
    '## Conditions of a ClickstreamPipeline',
    '',
    ...table('condition', conditionTypes),
    '## Conditions of a ClickstreamPlatform',
    '',
    ...table('condition', platformConditionTypes),
    '## Reasons',
    '',
    ...table('reason', reasons),
  ]
  return `${GENERATED}\n${lines.join('\n').trimEnd()}\n`
}
