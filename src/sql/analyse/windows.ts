import type { AnalysedWindow } from '../analysis.ts'
import type { WindowClause } from '../ast.ts'
import { durationMs } from '../durations.ts'
import { refuse } from '../error.ts'

const DAY_MS = 86_400_000

/**
 * The window in milliseconds. Without GRACE PERIOD a window stays open until 24 hours after its start (a session: until 24
 * hours after its end), so the grace is that less the window's own size. A session is closed when stream time is later
 * than its end by more than its gap and its grace.
 */
export function analyseWindow(clause: WindowClause): AnalysedWindow {
  const sizeMs = durationMs(clause.size)
  if (sizeMs <= 0) refuse(clause.type === 'SESSION' ? 'Gap must be positive' : 'Size must be positive', clause.size.span)
  const advanceMs = clause.advance === undefined ? sizeMs : durationMs(clause.advance)
  if (clause.type === 'HOPPING' && (advanceMs <= 0 || advanceMs > sizeMs)) {
    refuse(
      'Window advancement interval should be more than zero and less than window duration which is ' +
        `${sizeMs} ms, but given advancement interval is: ${advanceMs} ms`,
      clause.advance!.span,
      { code: 50000, stage: 'build' },
    )
  }
  const graceMs = clause.grace === undefined ? Math.max(0, DAY_MS - sizeMs) : durationMs(clause.grace)
  const retentionMs = clause.retention === undefined ? sizeMs + graceMs : durationMs(clause.retention)
  return { type: clause.type, sizeMs, advanceMs, graceMs, retentionMs: Math.max(retentionMs, sizeMs + graceMs) }
}
