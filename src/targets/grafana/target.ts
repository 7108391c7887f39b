/** Data sources and dashboards. Whose they are is in their uid, the only name of theirs that users do not edit. */
import { z } from 'zod'
import { type Desired, type Finding, type LedgerEntry, type Owner, ownerHash, ownerHashIn } from '../../plan/index.ts'
import { createHttpClient, Failure, type HttpOptions } from '../../ports/index.ts'
import { type ReferenceReader, readAuthorities, readLogin } from '../credentials.ts'
import type { Applied, Target } from '../target.ts'
import * as answers from './answers.ts'
import { type DashboardApi, findDashboardApi } from './dashboards.ts'
import { dataSourceBody, observedDataSource } from './data-source.ts'

export interface GrafanaOptions {
  readonly url: string
  readonly connection?: HttpOptions['connection']
  readonly timeoutMs?: number
  readonly adapter?: HttpOptions['adapter']
  /** Title of the folder that holds the dashboards. */
  readonly folder: string
  /** For the credentials and authorities that data sources take. */
  readonly references: ReferenceReader
}

export function createGrafanaTarget(options: GrafanaOptions): Target {
  const http = createHttpClient({
    baseUrl: options.url,
    service: 'Grafana',
    ...(options.connection ? { connection: options.connection } : {}),
    ...(options.timeoutMs !== undefined ? { timeoutMs: options.timeoutMs } : {}),
    ...(options.adapter ? { adapter: options.adapter } : {}),
  })

  /** The platform's folder, made when it is missing. */
  async function folderUid(signal: AbortSignal): Promise<string> {
    const { body } = await http.request({ method: 'GET', path: ['api', 'folders'], query: { limit: 1000 }, answer: answers.folders, signal })
    const there = body.find((folder) => folder.title === options.folder)
    if (there) return there.uid
    const made = await http.request({ method: 'POST', path: ['api', 'folders'], body: { title: options.folder }, answer: answers.folder, signal })
    return made.body.uid
  }

  let found: Promise<DashboardApi> | undefined
  /** Which API there is, asked again after a failure. */
  function dashboards(signal: AbortSignal): Promise<DashboardApi> {
    found ??= findDashboardApi(http, signal).catch((error: unknown) => {
      found = undefined
      throw error
    })
    return found
  }

  async function dataSourceList(signal: AbortSignal) {
    return (await http.request({ method: 'GET', path: ['api', 'datasources'], answer: answers.dataSources, signal })).body
  }

  async function applyDataSource(desired: Desired<'DataSource'>, signal: AbortSignal): Promise<Applied> {
    const { secret, authority } = desired.spec
    const login = secret && (await readLogin(options.references.secret, secret, signal))
    const body = dataSourceBody(desired, login, authority && (await readAuthorities(options.references, authority, signal)))
    const secrets = login ? [login.password] : []
    const there = (await dataSourceList(signal)).some((source) => source.uid === desired.spec.uid)
    if (there) await http.request({ method: 'PUT', path: ['api', 'datasources', 'uid', desired.spec.uid], body, secrets, answer: z.unknown(), signal })
    else await http.request({ method: 'POST', path: ['api', 'datasources'], body, secrets, answer: z.unknown(), signal })
    return { backendId: desired.spec.uid }
  }

  async function applyDashboard(desired: Desired<'Dashboard'>, signal: AbortSignal): Promise<Applied> {
    const { uid, json } = desired.spec
    await (await dashboards(signal)).save(uid, json, await folderUid(signal), signal)
    return { backendId: uid }
  }

  return {
    backend: 'grafana',
    kinds: ['DataSource', 'Dashboard'],

    async probe(signal) {
      const { body } = await http.request({ method: 'GET', path: ['api', 'health'], answer: answers.health, signal })
      if (body.database !== 'ok') throw new Failure('Retry', 'BackendError', `Grafana says that its database is ${body.database}`)
      // A server that was upgraded may have got the newer one.
      found = undefined
      // /api/health needs no login: this tells whether the credential is good.
      await dataSourceList(signal)
      return body.version === undefined ? {} : { version: body.version }
    },

    async observe(signal) {
      return [...(await dataSourceList(signal)).map(observedDataSource), ...(await (await dashboards(signal)).list(signal))]
    },

    async check(desired, signal) {
      const findings: Finding[] = []
      const sources = desired.filter((node): node is Desired<'DataSource'> => node.kind === 'DataSource')
      if (sources.length === 0) return findings
      const there = await dataSourceList(signal)
      for (const { spec, specPath } of sources) {
        const other = there.find((source) => source.name === spec.title && source.uid !== spec.uid)
        if (other)
          findings.push({
            severity: 'error',
            reason: 'OwnedByAnother',
            path: specPath,
            message: `Grafana has a data source named ${spec.title} already (uid ${other.uid})`,
            mend: 'Rename or remove that data source.',
          })
      }
      return findings
    },

    async apply(action, owner, signal) {
      const desired = action.desired as Desired
      refuseForeign(desired.id, owner)
      return desired.kind === 'DataSource'
        ? await applyDataSource(desired as Desired<'DataSource'>, signal)
        : await applyDashboard(desired as Desired<'Dashboard'>, signal)
    },

    async remove(entry: LedgerEntry, owner, signal) {
      refuseForeign(entry.id, owner)
      const uid = uidOf(entry.id)
      if (entry.kind === 'Dashboard') await (await dashboards(signal)).remove(uid, signal)
      else await http.request({ method: 'DELETE', path: ['api', 'datasources', 'uid', uid], accept: [404], answer: z.unknown(), signal })
      return {}
    },

    // Panels read what the indices hold: nothing moves here by itself.
    progress: async () => [],
  }
}

const uidOf = (id: string): string => id.slice(id.indexOf('/') + 1)

function refuseForeign(id: string, owner: Owner): void {
  if (ownerHashIn(uidOf(id)) !== ownerHash(owner))
    throw new Failure('Stall', 'OwnedByAnother', `${id} is no uid of pipeline ${owner.namespace}/${owner.pipeline}`)
}
