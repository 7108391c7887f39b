/** What a member of a group brings, gets and leaves behind. */

export interface GroupProtocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface JoinRequest {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly GroupProtocol[]
}

export interface JoinAnswer {
  readonly generation: number
  readonly protocolType: string
  readonly protocol: string
  readonly leader: string
  readonly memberId: string
  /** Only the leader gets them. */
  readonly members: readonly { readonly memberId: string; readonly instanceId: string | null; readonly metadata: Buffer }[]
  /** The id that the leader had before it came back; it need not share out anew. */
  readonly returnedLeader?: string | undefined
}

export interface MemberAssignment {
  readonly memberId: string
  readonly assignment: Buffer
}

export interface Member {
  id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: readonly GroupProtocol[]
  assignment: Buffer
  joining: PromiseWithResolvers<JoinAnswer> | undefined
  syncing: PromiseWithResolvers<Buffer> | undefined
  cancelSession: () => void
}

export interface CommittedOffset {
  readonly offset: bigint
  readonly leaderEpoch: number
  readonly metadata: string | null
  /** Epoch milliseconds. */
  readonly at: number
}
