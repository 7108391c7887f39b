/** What every pipeline of a platform has, before any of them may take a name: after a start nobody has claimed anything yet. */
import type { KubeObject } from '../ports/index.ts'
import { Failure } from '../ports/index.ts'
import { LedgerFile } from './ledger.ts'
import { platformKeyOf } from './platform.ts'
import type { Run, Services } from './run.ts'

const AT_ONCE = 16

/** Else one that is looked at first could make itself at home in what another one's ledger says is there. */
export async function rememberClaims(run: Run, services: Services): Promise<void> {
  const platformKey = platformKeyOf(run.object)
  await run.session!.once(async () => {
    const members = [...services.pipelines.values()].filter((object) => platformKeyOf(object) === platformKey).toSorted((a, b) => sinceOf(a) - sinceOf(b))
    for (let at = 0; at < members.length; at += AT_ONCE) {
      const ledgers = await Promise.all(members.slice(at, at + AT_ONCE).map((object) => ledgerOf(object, platformKey, run, services)))
      for (const { object, ledger } of ledgers) claimAll(run, object, ledger)
    }
  })
}

export const sinceOf = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? '') || 0

function claimAll(run: Run, object: KubeObject, ledger: LedgerFile | undefined): void {
  const owner = { namespace: object.metadata.namespace!, pipeline: object.metadata.name }
  const by = { key: `${owner.namespace}/${owner.pipeline}`, since: sinceOf(object), made: true, owner }
  for (const { id, phase } of ledger?.ledger.entries ?? []) if (phase === 'done') run.session!.claim(id, by)
}

async function ledgerOf(object: KubeObject, platformKey: string, run: Run, { kube, ledgers }: Services) {
  const uid = object.metadata.uid!
  if (!ledgers.has(uid)) {
    try {
      const opened = await LedgerFile.open(kube, object, platformKey.slice(0, platformKey.indexOf('/')), run.signal)
      // Its own reconcile may have been faster.
      if (!ledgers.has(uid)) ledgers.set(uid, opened)
    } catch (error) {
      // That one stalls by itself, and must not hold up the others.
      if (!(error instanceof Failure) || error.reason !== 'LedgerUnreadable') throw error
    }
  }
  return { object, ledger: ledgers.get(uid) }
}
