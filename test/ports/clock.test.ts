import assert from 'node:assert/strict'
import { systemClock } from '../../src/ports/index.ts'

describe("the system's clock", () => {
  const warnings: string[] = []
  const note = (warning: Error) => warnings.push(warning.name)
  before(() => process.on('warning', note))
  after(() => process.off('warning', note))

  it('takes a time that has passed for now', async () => {
    await systemClock.sleep(-5)
    await systemClock.sleep(-Number.MAX_VALUE)
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(warnings, [])
  })

  it('bears a time that is further off than a timer of Node can be, and does not call at once', async () => {
    let called = false
    const cancel = systemClock.after(40 * 24 * 60 * 60_000, () => {
      called = true
    })
    await systemClock.sleep(30)
    cancel()
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(!called)
    assert.deepEqual(warnings, [])
  })
})
