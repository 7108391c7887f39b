/** `clickstream plan`: what the operator would do, by the same functions, without doing it. */
import { type ClickstreamPipeline, PIPELINE, parsePipeline } from '../../api/index.ts'
import { type ConnectionOptions, openKafka, openKube, readConfigMaps, readPipeline, readPlatform, UserError } from '../../console/index.ts'
import { LedgerFile, References } from '../../controller/index.ts'
import { compilePipeline, formatFinding, formatPlan, type Ledger, type Owner, planChanges, secretRefs } from '../../plan/index.ts'
import { type KubeApi, systemClock } from '../../ports/index.ts'
import { createTargets } from '../../targets/index.ts'
import { readManifest } from '../manifest.ts'
import { print, printJson } from '../output.ts'

export async function plan(file: string | undefined, options: ConnectionOptions & { json?: boolean; pipeline?: string }, now: number): Promise<number> {
  const kube = openKube(options)
  const namespace = options.namespace ?? 'default'
  const pipeline = file === undefined ? await readPipeline(kube, namespace, options.pipeline) : await fromFile(file, namespace)
  const platform = await readPlatform(kube, pipeline)
  const kafka = openKafka(kube, platform)
  const stop = new AbortController()
  try {
    const references = new References(kube, systemClock)
    const targets = createTargets(platform, references.reader(), { clock: systemClock, kafka, kube })
    const reports = await Promise.all(targets.map((target) => target.probe(stop.signal)))
    const compiled = compilePipeline({
      pipeline,
      platform,
      configMaps: await readConfigMaps(references, pipeline),
      facts: {
        now,
        plugins: reports.flatMap((report) => report.plugins ?? []),
        ...Object.fromEntries(reports.flatMap(({ secretProvider }) => (secretProvider ? [['secretProvider', secretProvider]] : []))),
        secretVersions: await references.versions(secretRefs(pipeline, platform)),
      },
    })
    if (!compiled.graph) {
      if (options.json) printJson({ actions: [], findings: compiled.findings })
      else for (const finding of compiled.findings) print(formatFinding(finding))
      return 1
    }
    const observed = (await Promise.all(targets.map((target) => target.observe(stop.signal)))).flat()
    const owner = { namespace: pipeline.metadata.namespace ?? namespace, pipeline: pipeline.metadata.name }
    const changes = planChanges({
      graph: compiled.graph,
      observed,
      ledger: await ledgerOf(kube, owner, platform.metadata.namespace ?? namespace, stop.signal),
      owner,
    })
    const findings = [...compiled.findings, ...changes.findings]
    if (options.json)
      printJson({ actions: changes.actions.map(({ class: cls, kind, name, rule, message }) => ({ class: cls, kind, name, rule, message })), findings })
    else {
      for (const finding of compiled.findings) print(formatFinding(finding))
      print(formatPlan(changes))
    }
    return findings.some(({ severity }) => severity === 'error') ? 1 : 0
  } finally {
    await kafka.close()
  }
}

async function fromFile(file: string, namespace: string): Promise<ClickstreamPipeline> {
  const objects = (await readManifest(file)).filter((object) => object.kind === PIPELINE.kind)
  const [object] = objects
  if (!object || objects.length > 1) throw new UserError(`${file} holds ${objects.length} objects of kind ${PIPELINE.kind}; one is needed.`)
  const parsed = parsePipeline({ ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } })
  if (!parsed.ok) throw new UserError(parsed.errors.map(({ path, message }) => `${file}: ${path} ${message}`).join('\n'))
  return parsed.value
}

/** Empty for a pipeline that was never applied. */
async function ledgerOf(kube: KubeApi, owner: Owner, platformNamespace: string, signal: AbortSignal): Promise<Ledger> {
  const object = await kube.get(PIPELINE, owner.namespace, owner.pipeline, signal)
  return object ? (await LedgerFile.open(kube, object, platformNamespace, signal)).ledger : { entries: [] }
}
