/** The chart as plain YAML, by `helm template`. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'

export const CHART = path.resolve(import.meta.dirname, '../helm/clickstream-operator')

export interface RenderOptions {
  /** Path of the helm program. */
  readonly helm: string
  readonly release: string
  readonly namespace: string
  readonly values?: object
  /** Another directory than that of this project. */
  readonly chart?: string
  /** API groups with version that the cluster is taken to have beside the usual ones. */
  readonly apiVersions?: readonly string[]
}

/** What `helm install` would apply. Throws with helm's own words for values that the chart refuses. */
export async function renderChart(options: RenderOptions): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'clickstream-chart-'))
  try {
    const values = path.join(directory, 'values.yaml')
    await writeFile(values, stringify(options.values ?? {}))
    const apis = (options.apiVersions ?? []).flatMap((api) => ['--api-versions', api])
    const args = ['template', options.release, options.chart ?? CHART, '--namespace', options.namespace, '--values', values, ...apis]
    const { stdout } = await promisify(execFile)(options.helm, args, { maxBuffer: 16 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(stderr?.trim() || String(error), { cause: error })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
