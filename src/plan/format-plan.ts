/** A plan as text: one action a line, then what forbids it or must be known. */
import type { ActionClass, Finding, Plan } from './resources.ts'

const SIGNS: Readonly<Record<ActionClass, string>> = { Create: '+', InPlace: '~', Replace: '~', Recreate: '±', Remove: '-', Adopt: '=' }

export function formatPlan(plan: Plan): string {
  const rows = [...plan.actions, ...plan.waiting].map((action) => [SIGNS[action.class], action.class, action.kind, action.name, action.rule, action.message])
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column < 5 ? cell.padEnd(widths[column]!) : cell))
      .join('  ')
      .trimEnd(),
  )
  const counts = new Map<string, number>()
  for (const { class: cls } of plan.actions) counts.set(cls, (counts.get(cls) ?? 0) + 1)
  const total = plan.actions.length === 0 ? 'Nothing to do.' : [...counts].map(([cls, count]) => `${count} ${cls}`).join(', ')
  const waits = plan.waiting.length === 0 ? [] : [`${plan.waiting.length} waiting: they cannot be made in place, so nothing is done.`]
  return [...lines, ...plan.findings.map(formatFinding), ...(waits.length > 0 ? waits : [total])].join('\n')
}

/** `error SqlInvalid spec.statements[0].sql:3:12: message (mend)` */
export function formatFinding({ severity, reason, path, line, column, message, mend }: Finding): string {
  const place = line === undefined ? path : `${path}:${line}:${column ?? 1}`
  return `${severity} ${reason} ${place}: ${message}${mend === undefined ? '' : ` (${mend})`}`
}
