/**
 * Dashboards by either of Grafana's two APIs: resources under `/apis` since Grafana 12, where one call lists them with
 * their content, else `/api`, where each one is read by itself.
 */
import { z } from 'zod'
import { OPERATOR } from '../../api/index.ts'
import { type JsonObject, type Observed, ownerHashIn } from '../../plan/index.ts'
import { Failure, type HttpClient } from '../../ports/index.ts'
import * as answers from './answers.ts'

export interface DashboardApi {
  list(signal: AbortSignal): Promise<readonly Observed<'Dashboard'>[]>
  save(uid: string, json: JsonObject, folderUid: string, signal: AbortSignal): Promise<void>
  /** Absent is success. */
  remove(uid: string, signal: AbortSignal): Promise<void>
}

const GROUP = 'dashboard.grafana.app'
/** Versions whose spec is the dashboard as it was saved; `v0alpha1` never converts it to a newer schema on the way. */
const VERSIONS = ['v0alpha1', 'v1', 'v1beta1']
const MESSAGE = `Applied by ${OPERATOR}`

/** The better of the two that the server has. */
export async function findDashboardApi(http: HttpClient, signal: AbortSignal): Promise<DashboardApi> {
  const { status, body } = await http.request({ method: 'GET', path: ['apis', GROUP], accept: [401, 403, 404], answer: z.unknown(), signal })
  const group = status === 200 ? answers.apiGroup.safeParse(body) : undefined
  const served = group?.success ? group.data.versions.map(({ version }) => version) : []
  const version = VERSIONS.find((known) => served.includes(known))
  return version === undefined ? legacyDashboards(http) : dashboardResources(http, version)
}

/** What Grafana itself counts and numbers is no part of the declaration. */
function observedDashboard(uid: string, saved: JsonObject): Observed<'Dashboard'> {
  const { id: _, version: __, ...json } = saved
  const ownerHash = ownerHashIn(uid)
  const title = typeof json.title === 'string' ? json.title : uid
  return {
    id: `Dashboard/${uid}`,
    kind: 'Dashboard',
    name: title,
    ...(ownerHash ? { ownerHash } : {}),
    spec: { uid, title, json },
    backendId: uid,
    health: 'Ready',
  }
}

function dashboardResources(http: HttpClient, version: string): DashboardApi {
  // `default` is the organisation that Grafana makes at first; the operator's login is taken to be of it.
  const base = ['apis', GROUP, version, 'namespaces', 'default', 'dashboards']
  return {
    async list(signal) {
      const found: Observed<'Dashboard'>[] = []
      let next: string | undefined
      do {
        const query = { limit: 500, ...(next === undefined ? {} : { continue: next }) }
        const { body } = await http.request({ method: 'GET', path: base, query, answer: answers.dashboardResources, signal })
        for (const { metadata, spec } of body.items)
          if (ownerHashIn(metadata.name) !== undefined) found.push(observedDashboard(metadata.name, { ...spec, uid: metadata.name }))
        next = body.metadata?.continue || undefined
      } while (next !== undefined)
      return found
    },

    async save(uid, json, folderUid, signal) {
      const { id: _, uid: __, version: ___, ...spec } = json
      const object = {
        apiVersion: `${GROUP}/${version}`,
        kind: 'Dashboard',
        metadata: { name: uid, annotations: { 'grafana.app/folder': folderUid, 'grafana.app/message': MESSAGE } },
        spec,
      }
      const replaced = await http.request({ method: 'PUT', path: [...base, uid], body: object, accept: [404], answer: z.unknown(), signal })
      if (replaced.status === 404) await http.request({ method: 'POST', path: base, body: object, answer: answers.dashboardResource, signal })
    },

    async remove(uid, signal) {
      await http.request({ method: 'DELETE', path: [...base, uid], accept: [404], answer: z.unknown(), signal })
    },
  }
}

function legacyDashboards(http: HttpClient): DashboardApi {
  async function find(uid: string, signal: AbortSignal): Promise<Observed<'Dashboard'> | undefined> {
    const { status, body } = await http.request({ method: 'GET', path: ['api', 'dashboards', 'uid', uid], accept: [404], answer: z.unknown(), signal })
    if (status === 404) return undefined
    return observedDashboard(uid, answers.dashboard.parse(body).dashboard)
  }
  return {
    async list(signal) {
      // A tag lets one search find all that the operator made.
      const query = { type: 'dash-db', tag: OPERATOR, limit: 5000 }
      const { body } = await http.request({ method: 'GET', path: ['api', 'search'], query, answer: answers.search, signal })
      const found: Observed<'Dashboard'>[] = []
      for (const { uid } of body) {
        const dashboard = await find(uid, signal)
        if (dashboard) found.push(dashboard)
      }
      return found
    },

    /**
     * Never with `overwrite`: up to Grafana 10 that also replaces the dashboard of somebody else that has the same title in
     * the folder. An own one is replaced by naming the version that it replaces.
     */
    async save(uid, json, folderUid, signal) {
      const there = await http.request({ method: 'GET', path: ['api', 'dashboards', 'uid', uid], accept: [404], answer: z.unknown(), signal })
      const version = there.status === 404 ? {} : { version: answers.dashboard.parse(there.body).dashboard.version ?? 0 }
      const body = { dashboard: { ...json, ...version }, folderUid, overwrite: false, message: MESSAGE }
      const saved = await http.request({ method: 'POST', path: ['api', 'dashboards', 'db'], body, accept: [412], answer: z.unknown(), signal })
      if (saved.status !== 412) return
      const refusal = answers.refusal.safeParse(saved.body).data
      if (refusal?.status === 'name-exists')
        throw new Failure('Stall', 'OwnedByAnother', `Grafana has another dashboard titled ${String(json.title)} in the folder of the platform`)
      throw new Failure('Retry', 'Conflict', `Dashboard ${uid} was changed by somebody else at the same time: ${refusal?.message ?? ''}`)
    },

    async remove(uid, signal) {
      await http.request({ method: 'DELETE', path: ['api', 'dashboards', 'uid', uid], accept: [404], answer: z.unknown(), signal })
    },
  }
}
