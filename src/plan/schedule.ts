/** Where a schedule stands at a time: a function of when its first run began, so that it survives restarts. */
import { durationMs, type Schedule } from '../api/index.ts'
import type { ScheduleState } from './facts.ts'

export function scheduleAt(name: string, schedule: Schedule, startedAt: number, now: number): ScheduleState {
  const run = durationMs(schedule.run)
  const cycleMs = run + durationMs(schedule.pause)
  const elapsed = Math.max(0, now - startedAt)
  const passed = cycleMs === 0 ? 0 : Math.floor(elapsed / cycleMs)
  // The last cycle ends with its run: nothing follows the pause.
  const last = schedule.cycles
  if (last !== undefined && (passed >= last || (passed === last - 1 && elapsed - passed * cycleMs >= run)))
    return { name, phase: 'Done', cycle: last, startedAt }
  const into = elapsed - passed * cycleMs
  const running = into < run
  return { name, phase: running ? 'Running' : 'Paused', cycle: passed + 1, startedAt, nextChange: startedAt + passed * cycleMs + (running ? run : cycleMs) }
}
