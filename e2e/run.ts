/** Runs the end-to-end suites one after the other: `npm run e2e`, or `npm run e2e -- --suite NAME`. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Mocha from 'mocha'

const directory = fileURLToPath(new URL('suites/', import.meta.url))
const suites = readdirSync(directory)
  .filter((file) => file.endsWith('.e2e.ts'))
  .map((file) => file.replace(/\.e2e\.ts$/, ''))
  .sort()

const { values } = parseArgs({ options: { suite: { type: 'string', multiple: true }, list: { type: 'boolean' } } })
if (values.list) {
  console.log(suites.join('\n'))
  process.exit(0)
}
const unknown = values.suite?.find((name) => !suites.includes(name))
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}. There are: ${suites.join(', ')}.`)
  process.exit(2)
}

const mocha = new Mocha({ reporter: fileURLToPath(new URL('reporter.ts', import.meta.url)), timeout: 300_000, forbidOnly: true })
for (const suite of values.suite ?? suites) mocha.addFile(`${directory}${suite}.e2e.ts`)
await mocha.loadFilesAsync()
mocha.run((failures) => {
  process.exitCode = failures > 0 ? 1 : 0
})
