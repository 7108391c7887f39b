/** `clickstream validate`: everything that can be checked without a backend. */

import { type ClickstreamPipeline, type ClickstreamPlatform, PIPELINE, PLATFORM, parsePipeline, parsePlatform } from '../../api/index.ts'
import { UserError } from '../../console/index.ts'
import { compilePipeline, type Finding, formatFinding } from '../../plan/index.ts'
import type { KubeObject } from '../../ports/index.ts'
import { readManifest } from '../manifest.ts'
import { print, printJson } from '../output.ts'

export interface Validated {
  readonly object: string
  readonly findings: readonly Finding[]
  readonly objects: number
}

export async function validate(files: readonly string[], options: { json?: boolean }, now: number): Promise<number> {
  const objects = (await Promise.all(files.map((file) => readManifest(file)))).flat()
  const results = validateObjects(objects, now)
  if (results.length === 0) throw new UserError(`${files.join(', ')}: no ${PIPELINE.kind} and no ${PLATFORM.kind} found.`)
  if (options.json) printJson(results)
  else {
    for (const { object, findings, objects: made } of results) {
      print(`${object}: ${findings.some(({ severity }) => severity === 'error') ? 'invalid' : `valid${made > 0 ? `, ${made} objects` : ''}`}`)
      for (const finding of findings) print(`  ${formatFinding(finding)}`)
    }
  }
  return results.some(({ findings }) => findings.some(({ severity }) => severity === 'error')) ? 1 : 0
}

export function validateObjects(objects: readonly KubeObject[], now: number): Validated[] {
  const platforms = objects.filter((object) => object.kind === PLATFORM.kind)
  const configMaps = new Map(
    objects
      .filter((object) => object.kind === 'ConfigMap')
      .flatMap((object) =>
        Object.entries((object.data ?? {}) as Record<string, string>).map(([key, text]) => [`${object.metadata.name}/${key}`, text] as const),
      ),
  )
  const fieldFindings = (errors: readonly { path: string; message: string }[]): Finding[] =>
    errors.map(({ path, message }) => ({ severity: 'error', reason: 'InvalidSpec', path, message }))
  return objects.flatMap((object): Validated[] => {
    const label = `${object.kind} ${object.metadata?.name ?? '(no name)'}`
    if (object.kind === PLATFORM.kind) {
      const parsed = parsePlatform(object)
      return [{ object: label, findings: parsed.ok ? [] : fieldFindings(parsed.errors), objects: 0 }]
    }
    if (object.kind !== PIPELINE.kind) return []
    const parsed = parsePipeline(object)
    if (!parsed.ok) return [{ object: label, findings: fieldFindings(parsed.errors), objects: 0 }]
    const compiled = compilePipeline({ pipeline: parsed.value, platform: platformFor(parsed.value, platforms), configMaps, facts: { now } })
    return [{ object: label, findings: compiled.findings, objects: compiled.graph?.nodes.length ?? 0 }]
  })
}

/** The platform of the files, or one with placeholder addresses: nothing of them is asked here. */
function platformFor(pipeline: ClickstreamPipeline, platforms: readonly KubeObject[]): ClickstreamPlatform {
  const named = platforms.find((object) => object.metadata.name === pipeline.spec.platformRef.name)
  const parsed = parsePlatform(
    named ?? {
      apiVersion: 'clickstream.dev/v1alpha1',
      kind: PLATFORM.kind,
      metadata: { name: pipeline.spec.platformRef.name, namespace: pipeline.spec.platformRef.namespace ?? 'default' },
      spec: {
        kafka: { bootstrapServers: 'kafka:9092', strimziCluster: 'kafka' },
        ksqldb: { url: 'http://ksqldb:8088' },
        connect: { url: 'http://connect:8083' },
        elasticsearch: { url: 'http://elasticsearch:9200' },
        grafana: { url: 'http://grafana:3000' },
      },
    },
  )
  if (!parsed.ok)
    throw new UserError(`ClickstreamPlatform ${pipeline.spec.platformRef.name}: ${parsed.errors.map(({ path, message }) => `${path} ${message}`).join('; ')}`)
  return parsed.value
}
