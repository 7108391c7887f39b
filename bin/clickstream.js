#!/usr/bin/env node
// Runs the command on the Node that comes with the package, which reads TypeScript as it is.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const { status, error } = spawnSync(existsSync(bundled) ? bundled : process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
if (error) throw error
process.exit(status ?? 1)
