/** Whose an object is: by its mark, by the ledger, and for statements, which carry no mark, by their topic's. */
import { parseStatement, SqlError } from '../sql/index.ts'
import { ownerHash } from './hash.ts'
import type { LedgerEntry, Observed, Owner } from './resources.ts'

export type Ownership =
  | { readonly whose: 'ours'; readonly by: 'mark' | 'ledger' }
  /** No mark and no word of the ledger that its making was finished. */
  | { readonly whose: 'unknown' }
  | { readonly whose: 'theirs'; readonly owner?: Owner }

export function ownershipOf(observed: Observed, entry: LedgerEntry | undefined, owner: Owner, all: ReadonlyMap<string, Observed>): Ownership {
  if (observed.ownerHash !== undefined) return observed.ownerHash === ownerHash(owner) ? { whose: 'ours', by: 'mark' } : { whose: 'theirs' }
  const marked = observed.owner
  if (marked) return isSame(marked, owner) ? { whose: 'ours', by: 'mark' } : { whose: 'theirs', owner: marked }
  if (observed.kind === 'Statement') {
    const { owner: topicOwner, made } = topicOf(observed as Observed<'Statement'>, all)
    // Who makes the topic of a query makes the query, whatever a ledger says.
    if (made && topicOwner && !isSame(topicOwner, owner)) return { whose: 'theirs', owner: topicOwner }
    if (entry?.phase === 'done') return { whose: 'ours', by: 'ledger' }
    // A stream over the topic of another pipeline is nobody's for all one can tell.
    return topicOwner && !isSame(topicOwner, owner) ? { whose: 'theirs', owner: topicOwner } : { whose: 'unknown' }
  }
  // A mark that somebody has taken away, by writing the whole object anew, is drift like any other.
  return entry?.phase === 'done' ? { whose: 'ours', by: 'ledger' } : { whose: 'theirs' }
}

const isSame = (a: Owner, b: Owner): boolean => a.namespace === b.namespace && a.pipeline === b.pipeline

/** `made`: the topic is there for the sake of the statement, whose query writes it. */
function topicOf({ spec }: Observed<'Statement'>, all: ReadonlyMap<string, Observed>): { readonly owner?: Owner | undefined; readonly made: boolean } {
  if (spec.objectType !== 'STREAM' && spec.objectType !== 'TABLE') return { made: false }
  try {
    const statement = parseStatement(spec.sql)
    if (statement.kind !== 'CreateSource' && statement.kind !== 'CreateAsSelect') return { made: false }
    const named = statement.properties.find(({ key }) => key === 'KAFKA_TOPIC')?.value
    const topic = named === undefined ? spec.objectName : String(named)
    return { owner: all.get(`KafkaTopic/${topic}`)?.owner, made: statement.kind === 'CreateAsSelect' }
  } catch (error) {
    if (error instanceof SqlError) return { made: false }
    throw error
  }
}
