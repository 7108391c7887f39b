/** What a command does to the state: the same for a statement that arrives and for one that is read from the command topic. */
import type { SqlType } from '../../../sql/index.ts'
import type { PersistentQuery, SourceEntry, State } from '../store/state.ts'

export type Change =
  | { readonly kind: 'putSource'; readonly entry: SourceEntry; readonly query?: PersistentQuery }
  | { readonly kind: 'insert'; readonly query: PersistentQuery }
  | { readonly kind: 'dropSource'; readonly name: string; readonly topic?: string }
  | { readonly kind: 'alterSource'; readonly entry: SourceEntry }
  | { readonly kind: 'putType'; readonly name: string; readonly type: SqlType; readonly message: string }
  | { readonly kind: 'dropType'; readonly name: string; readonly message: string }
  | { readonly kind: 'terminate' | 'pause' | 'resume'; readonly queryIds: readonly string[] }

/** What must happen to running queries after a change. */
export interface Effects {
  readonly start: readonly PersistentQuery[]
  readonly stop: readonly string[]
  readonly pause: readonly string[]
  readonly resume: readonly string[]
  readonly message: string
  readonly queryId: string | null
}

const NONE = { start: [], stop: [], pause: [], resume: [], queryId: null } as const

/** `sequence` is the number of the command: the next query id follows from it. */
export function applyChange(state: State, change: Change, sequence: number): Effects {
  // Commands that hold no plan do not move the number that query ids are made of.
  if (change.kind !== 'terminate' && change.kind !== 'pause' && change.kind !== 'resume') state.nextQueryNumber = sequence + 1
  switch (change.kind) {
    case 'putSource':
      return putSource(state, change.entry, change.query)
    case 'insert':
      state.putQuery(change.query)
      return { ...NONE, start: [change.query], message: `Created query with ID ${change.query.id}`, queryId: change.query.id }
    case 'dropSource': {
      const own = state.queryOf(change.name)
      const known = state.entry(change.name) !== undefined
      state.dropSource(change.name)
      if (own !== undefined) state.dropQuery(own.id)
      return {
        ...NONE,
        stop: own === undefined ? [] : [own.id],
        message: known ? `Source \`${change.name}\` (topic: ${change.topic}) was dropped.` : `Source \`${change.name}\` does not exist.`,
      }
    }
    case 'alterSource': {
      state.putSource(change.entry)
      const { sourceType, name } = change.entry.source
      return { ...NONE, message: `${sourceType === 'STREAM' ? 'Stream' : 'Table'} ${name} altered.` }
    }
    case 'putType':
      state.putType(change.name, change.type)
      return { ...NONE, message: change.message }
    case 'dropType':
      state.dropType(change.name)
      return { ...NONE, message: change.message }
    case 'terminate':
      for (const id of change.queryIds) state.dropQuery(id)
      return { ...NONE, stop: change.queryIds, message: 'Query terminated.' }
    case 'pause':
    case 'resume': {
      const paused = change.kind === 'pause'
      for (const id of change.queryIds) {
        const query = state.query(id)
        if (query !== undefined) state.putQuery({ ...query, paused })
      }
      return { ...NONE, [change.kind]: change.queryIds, message: paused ? 'Query paused.' : 'Query resumed.' }
    }
  }
}

function putSource(state: State, entry: SourceEntry, query: PersistentQuery | undefined): Effects {
  const { sourceType } = entry.source
  state.putSource(entry)
  if (query === undefined) return { ...NONE, message: sourceType === 'STREAM' ? 'Stream created' : 'Table created' }
  // A replaced query keeps its id: the old run ends, the new one goes on in the same consumer group.
  const replaced = state.query(query.id) !== undefined
  state.putQuery(query)
  return { ...NONE, stop: replaced ? [query.id] : [], start: [query], message: `Created query with ID ${query.id}`, queryId: query.id }
}
