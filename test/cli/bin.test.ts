import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/clickstream.js', import.meta.url))

describe('the installed command', () => {
  it('hands a signal on to what it has started, and answers its exit code', async () => {
    // Nobody is there, so that it tries until it is told to stop.
    const args = ['operator', '--port', '0', '--kubeconfig', fileURLToPath(new URL('nowhere.kubeconfig', import.meta.url))]
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    const ended = new Promise<string>((resolve) => child.on('exit', (code, signal) => resolve(`${code ?? signal}`)))
    for await (const chunk of child.stdout) {
      const before = output
      output += String(chunk)
      if (/the operator has started/.test(output) && !/the operator has started/.test(before)) child.kill('SIGTERM')
    }
    assert.equal(await ended, '0')
    assert.match(output, /the operator has stopped/)
  })
})
