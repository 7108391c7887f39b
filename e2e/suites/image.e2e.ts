/**
 * What the Dockerfile puts into the image, put into a directory instead, since a container engine is not everywhere: the
 * packages of production must do, hold no native code, and the operator must run from there.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, type FileHandle, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Demo } from '../../src/cli/demo/run.ts'
import { fileOfPackage } from '../../src/cli/manifest.ts'
import { EXAMPLE, givenDemo, thenReady, whenApplied } from '../given.ts'
import { LOGS } from '../logs.ts'
import { client } from '../tools.ts'

/** Lines of an instruction, continued ones joined. */
const instructions = (dockerfile: string) =>
  dockerfile
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

describe('the image of the operator', function () {
  this.timeout(600_000)
  let directory: string
  let lines: readonly string[]

  before(async () => {
    lines = instructions(await readFile(fileOfPackage('Dockerfile'), 'utf8'))
    const ignore = instructions(await readFile(fileOfPackage('.dockerignore'), 'utf8'))
    assert.equal(ignore[0], '*')
    const left = ignore.slice(1).flatMap((one) => (one.startsWith('!') ? [] : [fileOfPackage(one)]))
    assert.ok(left.length > 0)
    directory = await mkdtemp(join(tmpdir(), 'clickstream-image-'))
    // Every COPY takes what it names into the working directory, but for the packages, which their own stage installs.
    for (const line of lines.filter((one) => one.startsWith('COPY ') && !one.includes('--from='))) {
      const names = line.slice('COPY '.length).split(/\s+/).slice(0, -1)
      for (const name of names) {
        assert.ok(ignore.includes(`!${name}`), `.dockerignore lets ${name} in`)
        await cp(fileOfPackage(name), join(directory, name), { recursive: true, filter: (path) => !left.some((one) => path.startsWith(one)) })
      }
    }
    const install = lines.find((line) => line.startsWith('RUN npm ci'))
    assert.ok(install, 'the Dockerfile installs the packages with npm ci')
    const { code, stderr } = await client('npm', install.slice('RUN npm '.length).split(' && ')[0]!.split(' ').concat('--prefix', directory), {
      timeoutMs: 300_000,
    })
    assert.equal(code, 0, stderr)
  })
  after(() => rm(directory, { recursive: true, force: true }))

  const run = (...args: string[]) => client(process.execPath, [join(directory, 'src/cli/main.ts'), ...args], { env: { NODE_PATH: '' } })

  it('holds no native code, so that one install serves every platform', async () => {
    const files = await readdir(join(directory, 'node_modules'), { recursive: true })
    assert.ok(files.length > 1_000)
    assert.deepEqual(
      files.filter((file) => file.endsWith('.node') || /(^|\/)bin\/node$/.test(file)),
      [],
    )
  })

  it('runs as somebody who is not root, from a base without a shell', () => {
    const base = lines.filter((line) => line.startsWith('FROM ')).at(-1)
    assert.match(base ?? '', /distroless.*:nonroot$/)
    const user = lines.filter((line) => line.startsWith('USER ')).at(-1)
    assert.match(user ?? '', /^USER [1-9]\d*:[1-9]\d*$/)
  })

  it('has every command that a cluster needs', async () => {
    for (const command of ['operator', 'check', 'status', 'plan', 'validate']) {
      const { code, stderr } = await run(command, '--help')
      assert.equal(code, 0, stderr)
    }
    const { code, stdout } = await run('validate', EXAMPLE)
    assert.equal(code, 0, stdout)
  })

  describe('as the operator of a cluster', () => {
    let demo: Demo
    let operator: ChildProcess
    let log: FileHandle

    before(async () => {
      demo = await givenDemo('image')
      await demo.operator.stop()
      const command = lines.find((line) => line.startsWith('CMD '))
      assert.ok(command, 'the Dockerfile says what runs')
      // The port is the system's to give here; all else is as in the image.
      const args = (JSON.parse(command.slice('CMD '.length)) as string[]).map((arg) => (arg === '8080' ? '0' : arg))
      // Among the logs of the suite, where secrets are looked for.
      log = await open(join(LOGS, 'operator-of-image.log'), 'a')
      operator = spawn(process.execPath, [join(directory, 'src/cli/main.ts'), ...args, '--kubeconfig', demo.sandbox.kubeconfig], {
        stdio: ['ignore', log.fd, log.fd],
      })
    })
    after(async () => {
      if (operator.exitCode === null) {
        operator.kill('SIGTERM')
        await once(operator, 'exit')
      }
      await demo.close()
      await log.close()
    })

    it('makes a pipeline Ready, with data flowing', async () => {
      await thenReady(demo, await whenApplied(demo, EXAMPLE))
      assert.equal(operator.exitCode, null)
    })
  })
})
