/** One line for each step as it ends, the failures in full, and the plain closing line. */
import Mocha from 'mocha'
import { keepObjects } from './keep.ts'

const { Base, Spec } = Mocha.reporters
const { EVENT_RUN_END, EVENT_TEST_FAIL } = Mocha.Runner.constants

export default class Steps extends Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    // Of hooks too.
    runner.on(EVENT_TEST_FAIL, (test: Mocha.Runnable) => keepObjects(test.fullTitle()))
    runner.once(EVENT_RUN_END, () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {}
      Base.consoleLog(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
    })
  }
}
