/** The first steps: whether there is something to do for this pipeline, and what it refers to. */
import { ANNOTATIONS, FINALIZERS, PIPELINE, parsePipeline } from '../../api/index.ts'
import { configMapRefs, secretRefs } from '../../plan/index.ts'
import { Failure, toFailure } from '../../ports/index.ts'
import { LedgerFile } from '../ledger.ts'
import { platformKeyOf } from '../platform.ts'
import { lookAgain, type Step } from '../run.ts'

/** Without it, an object could vanish before what it made is gone. */
export const holdWithFinalizer: Step = async (run, services) => {
  const { metadata } = run.object
  if (metadata.deletionTimestamp !== undefined) return 'next'
  if (metadata.finalizers?.includes(FINALIZERS.pipeline)) return 'next'
  const body = { metadata: { resourceVersion: metadata.resourceVersion, finalizers: [...(metadata.finalizers ?? []), FINALIZERS.pipeline] } }
  run.object = await services.kube.patch(PIPELINE, run.owner.namespace, metadata.name, { type: 'merge', body }, run.signal)
  services.pipelines.learn(run.object)
  return 'next'
}

export const readLedger: Step = async (run, services) => {
  const uid = run.object.metadata.uid!
  const known = services.ledgers.get(uid)
  const platformKey = platformKeyOf(run.object)
  const namespace = platformKey.slice(0, platformKey.indexOf('/'))
  try {
    const opened = known ?? (await LedgerFile.open(services.kube, run.object, namespace, run.signal))
    run.ledger = services.ledgers.get(uid) ?? opened
    services.ledgers.set(uid, run.ledger)
  } catch (error) {
    // A namespace that the operator may not look into has no platform of its, so nothing was ever made there.
    if (toFailure(error).status !== 403 || services.platforms.object(platformKey) !== undefined) throw error
    run.ledger = LedgerFile.empty(services.kube, run.object, namespace)
  }
  return 'next'
}

export const parseSpec: Step = async (run) => {
  const parsed = parsePipeline(run.object)
  if (parsed.ok) {
    run.pipeline = parsed.value
    return 'next'
  }
  run.findings = parsed.errors.map(({ path, message }) => ({ severity: 'error' as const, reason: 'InvalidSpec', path, message }))
  return 'stop'
}

export const findPlatform: Step = async (run, services) => {
  const ref = run.pipeline!.spec.platformRef
  const namespace = ref.namespace ?? run.owner.namespace
  if (!services.platforms.isWatched(namespace)) {
    const message = `ClickstreamPlatform ${namespace}/${ref.name} cannot be seen: the operator does not watch namespace ${namespace}`
    const mend = `Refer to a platform in ${services.platforms.namespaces.join(', ')}, or start the operator with --watch-namespace ${namespace} too.`
    run.findings.push({ severity: 'error', reason: 'NamespaceNotWatched', path: 'spec.platformRef.namespace', message, mend })
    return 'stop'
  }
  const object = services.platforms.object(`${namespace}/${ref.name}`)
  if (object === undefined) throw new Failure('Wait', 'WaitingForPlatform', `ClickstreamPlatform ${namespace}/${ref.name} does not exist`)
  const session = await services.platforms.session(object)
  if (session === undefined) throw new Failure('Wait', 'WaitingForPlatform', `the spec of ClickstreamPlatform ${namespace}/${ref.name} is not valid`)
  const allowed = session.platform.spec.allowedNamespaces
  if (namespace !== run.owner.namespace && !allowed.includes('*') && !allowed.includes(run.owner.namespace)) {
    const message = `ClickstreamPlatform ${namespace}/${ref.name} does not allow pipelines from namespace ${run.owner.namespace}`
    run.findings.push({ severity: 'error', reason: 'NamespaceNotAllowed', path: 'spec.platformRef.namespace', message })
    return 'stop'
  }
  run.session = session
  run.platform = session.platform
  return 'next'
}

/** ConfigMaps with texts; of Secrets only the versions are kept here. */
export const readReferences: Step = async (run, { references }) => {
  const { namespace } = run.owner
  const configMaps = new Map<string, string>()
  for (const { name, key, path } of configMapRefs(run.pipeline!)) {
    const data = (await references.configMap(namespace, name, run.signal))?.data
    const text = data?.[key]
    if (text === undefined) {
      const [message, mend] = data
        ? [`ConfigMap ${name} has no key ${key}`, `It has ${Object.keys(data).sort().join(', ') || 'none'}.`]
        : [`ConfigMap ${name} does not exist`, `Create it in namespace ${namespace}, with the key ${key}.`]
      run.findings.push({ severity: 'error', reason: 'ReferenceNotFound', path, message, mend })
    } else configMaps.set(`${name}/${key}`, text)
  }
  const versions = await references.versions(secretRefs(run.pipeline!, run.platform!), run.signal)
  run.configMaps = configMaps
  run.secretVersions = versions
  // Nobody tells us when they change.
  if (configMaps.size + versions.size > 0 || run.findings.length > 0) lookAgain(run, 10_000)
  return run.findings.length > 0 ? 'stop' : 'next'
}

/** A user who asks for it gets a fresh look at every backend. */
export const isForced = (annotations: Readonly<Record<string, string>> | undefined): boolean => annotations?.[ANNOTATIONS.forceRemoval] === 'true'
