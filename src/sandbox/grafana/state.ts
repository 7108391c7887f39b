/** What one Grafana organisation holds, in memory. */
import type { Clock, Random } from '../../ports/index.ts'
import type { JsonObject } from './json.ts'

export interface GrafanaUser {
  readonly login: string
  readonly password: string
}

export interface DataSource {
  readonly id: number
  readonly uid: string
  name: string
  type: string
  access: string
  url: string
  user: string
  database: string
  basicAuth: boolean
  basicAuthUser: string
  withCredentials: boolean
  isDefault: boolean
  jsonData: JsonObject
  /** Never given out; only which keys there are. */
  secureJsonData: Record<string, string>
  version: number
}

export interface Folder {
  readonly id: number
  readonly uid: string
  title: string
  parentUid: string
  version: number
  readonly created: number
  updated: number
  readonly createdBy: string
  updatedBy: string
}

export interface DashboardVersion {
  readonly version: number
  readonly created: number
  readonly createdBy: string
  readonly message: string
  readonly json: JsonObject
}

export interface Dashboard {
  readonly id: number
  readonly uid: string
  folderUid: string
  readonly created: number
  readonly createdBy: string
  /** Oldest first; the last one is what there is. */
  readonly versions: DashboardVersion[]
  readonly labels: Record<string, string>
  annotations: Record<string, string>
}

export interface Session {
  readonly login: string
  expires: number
}

export interface ServiceAccount {
  readonly id: number
  readonly name: string
  readonly login: string
  readonly role: string
  readonly tokens: Map<number, { readonly id: number; readonly name: string; readonly key: string }>
}

export class GrafanaState {
  readonly clock: Clock
  readonly random: Random
  readonly users: readonly GrafanaUser[]
  readonly dataSources = new Map<string, DataSource>()
  readonly folders = new Map<string, Folder>()
  readonly dashboards = new Map<string, Dashboard>()
  readonly sessions = new Map<string, Session>()
  readonly serviceAccounts = new Map<number, ServiceAccount>()
  #nextId = 1

  constructor(clock: Clock, random: Random, users: readonly GrafanaUser[]) {
    this.clock = clock
    this.random = random
    this.users = users
  }

  nextId(): number {
    return this.#nextId++
  }

  /** 14 characters, as Grafana makes up uids. */
  newUid(length = 14): string {
    const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
    return Array.from({ length }, () => letters[Math.floor(this.random.next() * letters.length)] ?? 'a').join('')
  }
}

/** What a dashboard is now. */
export function current(dashboard: Dashboard): DashboardVersion {
  return dashboard.versions[dashboard.versions.length - 1] as DashboardVersion
}

export function slugOf(title: string): string {
  return (
    title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9_]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'n-a'
  )
}

export const iso = (ms: number): string => new Date(ms).toISOString()

/** Grafana's rule for uids that people choose. */
export function uidProblem(uid: string): string | undefined {
  if (uid.length > 40) return 'uid too long, max 40 characters'
  return /^[a-zA-Z0-9\-_]*$/.test(uid) ? undefined : 'uid contains illegal characters'
}
