#!/usr/bin/env node
// Runs the command on the Node that comes with the package, which reads TypeScript as it is.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const child = spawn(existsSync(bundled) ? bundled : process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
// Whoever stops this process means the one that works. A terminal sends its Ctrl-C to both by itself.
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  })
}
child.on('error', (error) => {
  throw error
})
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
