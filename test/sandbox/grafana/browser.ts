/** Chromium, where there is one. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PATH = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Undefined: there is none, and the tests that need it are skipped. */
export async function openBrowser(): Promise<Browser | undefined> {
  return PATH === undefined ? undefined : chromium.launch({ executablePath: PATH, args: ARGS })
}
