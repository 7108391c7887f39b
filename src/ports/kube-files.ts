/**
 * Credentials that stand in files which somebody renews: the kubelet writes a new token of a ServiceAccount long before the old one
 * ends, and a new CA certificate. A look at the file before each request costs microseconds, so nothing is remembered by time.
 */
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node'
import { parse } from 'yaml'
import { z } from 'zod'
import { Failure } from './failure.ts'

export class TokenFile {
  readonly #path: string
  #known: { readonly stamp: string; readonly token: string } | undefined

  constructor(path: string) {
    this.#path = path
  }

  read(): string {
    const stamp = stampOf(this.#path)
    if (this.#known?.stamp === stamp && stamp !== '') return this.#known.token
    try {
      const token = readFileSync(this.#path, 'utf8').trim()
      if (token === '') throw new Error('it is empty')
      this.#known = { stamp, token }
      return token
    } catch (error) {
      throw new Failure('Retry', 'Unauthorized', `the token file ${this.#path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

/** Changes when one of the files of the TLS connection does. */
export function tlsStamp(cluster: Cluster, user: User | null): string {
  return [cluster.caFile, user?.certFile, user?.keyFile].map((path) => (path ? stampOf(path) : '')).join()
}

/** A mounted volume is renewed by a symbolic link that points to another directory: the file is another one then. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`
}

const kubeconfigSchema = z.looseObject({
  users: z.array(z.looseObject({ name: z.string(), user: z.looseObject({ tokenFile: z.string().optional() }).nullish() })).nullish(),
})

/**
 * The file with the token of the current user: that of the pod, which the library reads once a minute, or `tokenFile` of a
 * kubeconfig, which it does not know. As with kubectl, it goes before a token that stands in the kubeconfig itself.
 */
export function tokenFileOf(config: KubeConfig, kubeconfig: string | undefined): TokenFile | undefined {
  const user = config.getCurrentUser()
  if (user === null) return undefined
  const inPod = z.object({ name: z.literal('tokenFile'), config: z.looseObject({ tokenFile: z.string() }) }).safeParse(user.authProvider)
  if (inPod.success) return new TokenFile(inPod.data.config.tokenFile)
  for (const file of kubeconfig === undefined ? defaultFiles() : [kubeconfig]) {
    const named = usersIn(file).find(({ name }) => name === user.name)
    if (named?.user?.tokenFile !== undefined) return new TokenFile(resolve(dirname(file), named.user.tokenFile))
  }
  return undefined
}

function defaultFiles(): string[] {
  const { KUBECONFIG } = process.env
  return KUBECONFIG ? KUBECONFIG.split(delimiter).filter((file) => file !== '') : [join(homedir(), '.kube', 'config')]
}

function usersIn(file: string) {
  if (stampOf(file) === '') return []
  return kubeconfigSchema.safeParse(parse(readFileSync(file, 'utf8'))).data?.users ?? []
}
