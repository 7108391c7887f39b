/** What to do about one object that exists and is ours, but is not as declared. */
import type { Comparison, Difference } from './compare.ts'
import { whatForbids } from './replace.ts'
import type { Action, Desired, Finding, LedgerEntry, Observed, ResourceSpecs } from './resources.ts'

export type Decision = { readonly action: Omit<Action, 'after'> } | { readonly finding: Finding } | undefined

/** `unmarked`: it should say whose it is, and does not. */
export function decideChange(node: Desired, observed: Observed, entry: LedgerEntry | undefined, unmarked: boolean, comparison: Comparison): Decision {
  const differences: readonly Difference[] = [...comparison.differences(node, observed), ...(unmarked ? (['mark'] as const) : [])]
  if (differences.length === 0) return decideHealth(node, observed, entry)
  if (node.kind === 'Connector' && (node.spec as ResourceSpecs['Connector']).scheduled && differences.every((what) => what === 'state'))
    return act(node, observed, entry, 'InPlace', 'ScheduleDue', `the schedule says ${(node.spec as ResourceSpecs['Connector']).state}`)
  // Nothing was declared anew since it was last applied, so somebody else has changed it.
  const drifted = entry?.phase === 'done' && entry.hash === node.hash
  if (drifted && node.driftPolicy !== 'Repair') return leftAlone(node, `was changed by somebody else: ${differences.join(', ')}`)
  const rule = drifted ? 'Drifted' : 'SpecChanged'
  const why = forbidden(node, observed, differences, comparison)
  if (why) return { finding: { severity: 'error', path: node.specPath, ...why } }
  return act(
    node,
    observed,
    entry,
    node.kind === 'Statement' && differences.includes('sql') ? 'Replace' : 'InPlace',
    rule,
    sentence(node, observed, differences),
  )
}

/** Drift that the policy says to report, or not even that. */
function leftAlone(node: Desired, what: string): Decision {
  if (node.driftPolicy === 'Ignore') return undefined
  const message = `${node.kind} ${node.name} ${what}`
  return { finding: { severity: 'warning', reason: 'Drifted', path: node.specPath, message, mend: 'driftPolicy Repair would put it back.' } }
}

function decideHealth(node: Desired, observed: Observed, entry: LedgerEntry | undefined): Decision {
  const failed =
    observed.reason === 'TaskFailed' ? 'failed tasks are restarted' : observed.reason === 'ConnectorFailed' ? 'the failed connector is restarted' : ''
  if (failed !== '' && node.kind === 'Connector' && (node.spec as ResourceSpecs['Connector']).autoRestart)
    return act(node, observed, entry, 'InPlace', 'Failed', `${failed}: ${observed.message ?? ''}`)
  // A credential cannot be read back: that it is another one shows only in the hash.
  if (node.kind === 'DataSource' && entry?.phase === 'done' && entry.hash !== node.hash)
    return act(node, observed, entry, 'InPlace', 'SpecChanged', 'its credential')
  const terminated = observed.reason === 'NotRunning' && node.kind === 'Statement'
  if (!terminated && observed.reason !== 'Unmanaged') return undefined
  if (node.driftPolicy !== 'Repair') return leftAlone(node, terminated ? 'has lost its query: somebody terminated it' : 'was taken out of the hands of Strimzi')
  return terminated
    ? act(node, observed, entry, 'Replace', 'NotRunning', `its query was terminated; the same statement starts a new one, which reads from ${startOf(node)}`)
    : act(node, observed, entry, 'InPlace', 'Drifted', 'Strimzi was told to leave it alone; it shall look after it again')
}

const startOf = (node: Desired): string => (node.spec as ResourceSpecs['Statement']).properties['auto.offset.reset'] ?? 'latest'

function act(node: Desired, observed: Observed, entry: LedgerEntry | undefined, cls: Action['class'], rule: string, message: string): Decision {
  return {
    action: {
      class: cls,
      id: node.id,
      kind: node.kind,
      name: node.name,
      rule,
      message: message.slice(0, 500),
      desired: node,
      observed,
      ...(entry ? { entry } : {}),
    },
  }
}

/** Rules of the backends: what cannot be changed without making the object anew. */
function forbidden(
  node: Desired,
  observed: Observed,
  differences: readonly Difference[],
  comparison: Comparison,
): Pick<Finding, 'reason' | 'message' | 'mend'> | undefined {
  if (node.kind === 'KafkaTopic') {
    const [wanted, has] = [node.spec as ResourceSpecs['KafkaTopic'], observed.spec as ResourceSpecs['KafkaTopic']]
    if (wanted.partitions < has.partitions)
      return {
        reason: 'PartitionsCannotShrink',
        message: `Topic ${node.name} has ${has.partitions} partitions, and ${wanted.partitions} are declared: Kafka can only add partitions`,
        mend: `Declare ${has.partitions}, or take a new topic.`,
      }
    // Where nothing was declared before, Strimzi takes a number that is already so, and refuses another one itself.
    if (differences.includes('replicas') && has.replicas !== -1)
      return {
        reason: 'ApprovalRequired',
        message: `Topic ${node.name} has ${has.replicas} replicas, and ${wanted.replicas} are declared: moving replicas is a job for Cruise Control`,
        mend: `Declare ${has.replicas} until the replicas were moved.`,
      }
  }
  if (differences.includes('direction'))
    return {
      reason: 'ApprovalRequired',
      message: `Connector ${node.name} is a ${(observed.spec as ResourceSpecs['Connector']).direction}, and cannot become the other kind`,
      mend: 'Give the new connector another name.',
    }
  if (node.kind === 'Statement') return forbiddenStatement(node, observed, differences, comparison)
  return undefined
}

function forbiddenStatement(
  node: Desired,
  observed: Observed,
  differences: readonly Difference[],
  comparison: Comparison,
): Pick<Finding, 'reason' | 'message' | 'mend'> | undefined {
  const [wanted, has] = [node.spec as ResourceSpecs['Statement'], observed.spec as ResourceSpecs['Statement']]
  if (wanted.objectType === 'TYPE' || wanted.objectType === 'INSERT') return undefined
  const rule = differences.includes('sql')
    ? whatForbids(has.sql, wanted.sql, comparison.catalogue, wanted.properties)
    : differences.includes('properties')
      ? 'properties of a running query cannot change'
      : undefined
  // A statement whose query is gone is made anew in any case, as long as its schema may.
  if (rule === undefined || (observed.reason === 'NotRunning' && /cannot be replaced/.test(rule))) return undefined
  return {
    reason: 'ApprovalRequired',
    message: `${node.name} cannot be changed in place: ${rule}`,
    mend: selectsAll(wanted.sql)
      ? 'SELECT * took the columns that there were when it was made: name the columns, or declare the new form under another name.'
      : 'Declare the new form under another name, and drop the old one when nothing reads it any more.',
  }
}

const selectsAll = (sql: string): boolean => /\bSELECT\s+(\w+\.)?\*/i.test(sql)

function sentence(node: Desired, observed: Observed, differences: readonly Difference[]): string {
  if (node.kind === 'KafkaTopic') {
    const [wanted, has] = [node.spec as ResourceSpecs['KafkaTopic'], observed.spec as ResourceSpecs['KafkaTopic']]
    const grown = differences.includes('partitions')
      ? `partitions ${has.partitions} to ${wanted.partitions}: new records of a key may go to another partition than its old ones`
      : ''
    const keys = [...new Set([...Object.keys(wanted.config), ...Object.keys(has.config)])].filter((key) => wanted.config[key] !== has.config[key])
    return [grown, keys.length > 0 ? `config ${keys.join(', ')}` : '', differences.includes('mark') ? 'its labels' : '']
      .filter((part) => part !== '')
      .join('; ')
  }
  if (node.kind === 'Connector') {
    const [wanted, has] = [node.spec as ResourceSpecs['Connector'], observed.spec as ResourceSpecs['Connector']]
    const keys = [...new Set([...Object.keys(wanted.config), ...Object.keys(has.config)])].filter((key) => wanted.config[key] !== has.config[key]).sort()
    const config = differences.includes('config') ? `config ${keys.join(', ')}; its tasks start again` : ''
    const state = differences.includes('state') ? `state ${has.state} to ${wanted.state}` : ''
    return [config, state, differences.includes('mark') ? 'its mark' : ''].filter((part) => part !== '').join('; ')
  }
  if (node.kind === 'Statement') {
    if (differences.includes('sql')) return 'replaced in place; the query goes on where it stood, and what was written before stays as it is'
    const { running } = node.spec as ResourceSpecs['Statement']
    return running ? 'its query is resumed' : 'its query is paused'
  }
  return differences.join(', ')
}
