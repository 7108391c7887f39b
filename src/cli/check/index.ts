/** The whole check of a running pipeline: every stage measured at its backend, then the numbers recounted. */
import { readPipeline } from '../../console/index.ts'
import { documents, sinks, sources, statements, templates, topics } from './backends.ts'
import { dashboards, dataSources, login } from './grafana.ts'
import type { CheckContext, CheckRow, Section } from './row.ts'
import { trueNumbers } from './truth.ts'

export type { CheckContext, CheckRow } from './row.ts'

const conditions: Section = async (context) =>
  (context.pipeline.status?.conditions ?? []).map(({ type, status, reason, message }) => ({
    kind: 'condition',
    subject: type,
    measured: `${status} ${reason}${message ? `: ${message}` : ''}`,
    ok: status === 'True' && type !== 'Stalled' && type !== 'Reconciling',
  }))

const SECTIONS: readonly Section[] = [topics, sources, statements, sinks, templates, documents, login, dataSources, dashboards]

/** `onRow` sees each row as it is measured. Without `numbers` nothing is recounted, which spares the wait for a whole minute. */
export async function runCheck(
  base: Omit<CheckContext, 'pipeline'>,
  name: { namespace: string; name: string },
  onRow: (row: CheckRow) => void,
  numbers = true,
): Promise<readonly CheckRow[]> {
  const rows: CheckRow[] = []
  const add = (more: readonly CheckRow[]) => {
    for (const row of more) {
      rows.push(row)
      onRow(row)
    }
  }
  const fresh = async (): Promise<CheckContext> => ({ ...base, pipeline: await readPipeline(base.kube, name.namespace, name.name) })
  const context = await fresh()
  for (const section of SECTIONS) add(await guarded(section)(context))
  if (numbers) add(await guarded(trueNumbers)(context))
  add(await guarded(conditions)(await fresh()))
  return rows
}

/** A section that cannot even begin is a bad row. */
const guarded =
  (section: Section): Section =>
  async (context) => {
    try {
      return await section(context)
    } catch (error) {
      return [{ kind: 'check', subject: section.name || 'numbers', measured: error instanceof Error ? error.message : String(error), ok: false }]
    }
  }
