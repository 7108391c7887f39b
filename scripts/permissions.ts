/**
 * The permissions of the operator: what a recorded run used, with the reason of each. The rules of the chart and the table in
 * docs/operations.md are made from them, so that neither can hold more or less.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/**
 * Where a permission holds. `pipelines`: the namespaces that are watched; `secrets`: those too, but always one by one;
 * `strimzi`: those with KafkaTopics; `election`: the operator's own; `discovery`: paths that are no resources.
 */
export const SCOPES = ['pipelines', 'secrets', 'strimzi', 'election', 'discovery'] as const
export type Scope = (typeof SCOPES)[number]

const permissionSchema = z.strictObject({
  scope: z.enum(SCOPES),
  path: z.string().optional(),
  group: z.string().optional(),
  /** With its subresource: `things/status`. */
  resource: z.string().optional(),
  verbs: z.array(z.string()).min(1),
})
export type Permission = z.infer<typeof permissionSchema>

/** Verb -> why, by scope and name of the permission. */
export type Reasons = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>

const root = path.resolve(import.meta.dirname, '..')
export const RECORDED = path.join(root, 'e2e/permissions/recorded.yaml')
const REASONS = path.join(root, 'e2e/permissions/reasons.yaml')

export function readPermissions(): Permission[] {
  return z.array(permissionSchema).parse(parse(readFileSync(RECORDED, 'utf8')))
}

export function readReasons(): Reasons {
  return z.record(z.enum(SCOPES), z.record(z.string(), z.record(z.string(), z.string().min(10)))).parse(parse(readFileSync(REASONS, 'utf8')))
}

/** `configmaps`, `kafka.strimzi.io/kafkatopics`, `/apis/kafka.strimzi.io`. */
export function nameOf({ path, group, resource }: Pick<Permission, 'path' | 'group' | 'resource'>): string {
  return path ?? (group === '' ? resource! : `${group}/${resource}`)
}

/** Permissions without a reason, and reasons without a permission. */
export function unexplained(permissions: readonly Permission[], reasons: Reasons): string[] {
  const used = new Set(permissions.flatMap((one) => one.verbs.map((verb) => `${one.scope}: ${verb} ${nameOf(one)}`)))
  const explained = new Set(
    Object.entries(reasons).flatMap(([scope, names]) =>
      Object.entries(names).flatMap(([name, verbs]) => Object.keys(verbs).map((verb) => `${scope}: ${verb} ${name}`)),
    ),
  )
  return [
    ...[...used].filter((one) => !explained.has(one)).map((one) => `${one}: no reason in reasons.yaml`),
    ...[...explained].filter((one) => !used.has(one)).map((one) => `${one}: a reason, but the operator did not use it`),
  ]
}

/** `operatorNamespace`: in a recorded run nothing is watched there, so that what happens there is the election. */
export function scopeOf(group: string, resource: string, namespace: string, operatorNamespace: string): Scope {
  if (namespace === operatorNamespace) return 'election'
  if (group === 'kafka.strimzi.io') return 'strimzi'
  return group === '' && resource === 'secrets' ? 'secrets' : 'pipelines'
}

/** The text of recorded.yaml. */
export function formatPermissions(permissions: readonly Permission[]): string {
  const head = readFileSync(RECORDED, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('#'))
  const lines = permissions.map(({ scope, path, group, resource, verbs }) => {
    const what = path === undefined ? `group: ${group || '""'}, resource: ${resource}` : `path: ${path}`
    return `- { scope: ${scope}, ${what}, verbs: [${verbs.join(', ')}] }`
  })
  return `${[...head, ...lines.sort()].join('\n')}\n`
}

/** Markdown, one row for each permission. */
export function permissionsTable(permissions: readonly Permission[], reasons: Reasons): string {
  const rows = permissions.map((one) => {
    const why = one.verbs.map((verb) => `\`${verb}\`: ${reasons[one.scope]?.[nameOf(one)]?.[verb]}`)
    return `| ${one.scope} | \`${nameOf(one)}\` | ${why.join('<br>')} |\n`
  })
  return `\n| scope | resource | verbs, and what for |\n|---|---|---|\n${rows.join('')}\n`
}
