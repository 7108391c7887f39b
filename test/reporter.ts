/** Mocha's dots while it runs, the failures in full, and one plain closing line. */
import Mocha from 'mocha'

const { Base, Dot } = Mocha.reporters
const { EVENT_RUN_END } = Mocha.Runner.constants

export default class ClosingLine extends Dot {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    runner.once(EVENT_RUN_END, () => {
      const stats = runner.stats
      const skipped = stats?.pending ? `, ${stats.pending} skipped` : ''
      Base.consoleLog(`${stats?.passes ?? 0} passed, ${stats?.failures ?? 0} failed${skipped}`)
    })
  }
}
