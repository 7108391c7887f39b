/**
 * One classic consumer group: its members, generations and committed offsets.
 *
 *   Empty -> PreparingRebalance (waits for every member to join) -> CompletingRebalance (waits for the leader's
 *   assignment) -> Stable; back to PreparingRebalance whenever a member comes, goes or changes what it wants.
 */
import type { Clock } from '../../../ports/index.ts'
import { Refusal } from '../errors.ts'
import type { CommittedOffset, JoinAnswer, JoinRequest, Member, MemberAssignment } from './member.ts'
import { commonProtocols, sameProtocols, vote } from './protocols.ts'

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

const NO_ASSIGNMENT = Buffer.alloc(0)

export class Group {
  readonly id: string
  readonly members = new Map<string, Member>()
  /** Topic -> partition -> offset. */
  readonly offsets = new Map<string, Map<number, CommittedOffset>>()
  state: GroupState = 'Empty'
  generation = 0
  protocolType = ''
  protocol = ''
  /** Since when it has had no members. */
  emptySince: number
  readonly #clock: Clock
  readonly #initialDelayMs: number
  readonly #newMemberId: (clientId: string) => string
  #leader = ''
  /** In the initial delay: more members may come, though all that are there have joined. */
  #gathering = false
  #cancelRebalance = () => {}

  constructor(id: string, options: { clock: Clock; initialRebalanceDelayMs: number; newMemberId: (clientId: string) => string }) {
    this.id = id
    this.#clock = options.clock
    this.#initialDelayMs = options.initialRebalanceDelayMs
    this.#newMemberId = options.newMemberId
    this.emptySince = options.clock.now()
  }

  get leader(): string {
    return this.#leader
  }

  /** Resolves when the generation that the member belongs to is complete. */
  join(request: JoinRequest): Promise<JoinAnswer> {
    this.assertProtocols(request)
    const formerLeader = this.#leader
    const returned = request.instanceId !== null && this.#static(request.instanceId) !== undefined && !this.members.has(request.memberId)
    const member = this.#memberFor(request)
    const isNew = !this.members.has(member.id)
    const changed = isNew || !sameProtocols(member.protocols, request.protocols)
    this.members.set(member.id, member)
    member.sessionTimeoutMs = request.sessionTimeoutMs
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    member.protocols = request.protocols
    if (isNew || this.protocolType === '') this.protocolType = request.protocolType

    // A static member that comes back changes nothing while the group would choose the same protocol (KIP-345, KIP-814).
    if (returned && this.state === 'Stable' && vote([...this.members.values()]) === this.protocol) {
      this.keepAlive(member)
      return Promise.resolve({ ...this.#answerFor(member), returnedLeader: this.#leader === member.id ? formerLeader : undefined })
    }
    const answeredNow = !changed && (this.state === 'CompletingRebalance' || (this.state === 'Stable' && member.id !== this.#leader))
    if (answeredNow) {
      this.keepAlive(member)
      return Promise.resolve(this.#answerFor(member))
    }
    // A repeated request takes the place of the one whose connection was lost.
    member.joining?.reject(new Refusal('UNKNOWN_MEMBER_ID'))
    member.joining = Promise.withResolvers()
    const answer = member.joining.promise
    member.cancelSession()
    this.#prepareRebalance()
    return answer
  }

  /** Throws when the member speaks nothing that all others speak too. */
  assertProtocols({ protocolType, protocols }: JoinRequest): void {
    const inconsistent = () => new Refusal('INCONSISTENT_GROUP_PROTOCOL')
    if (protocolType === '' || protocols.length === 0) throw inconsistent()
    if (this.members.size === 0) return
    if (this.protocolType !== protocolType) throw inconsistent()
    const offered = new Set(protocols.map(({ name }) => name))
    if (!commonProtocols([...this.members.values()]).some((name) => offered.has(name))) throw inconsistent()
  }

  #memberFor(request: JoinRequest): Member {
    const { memberId, instanceId } = request
    const known = this.members.get(memberId)
    if (known) return known
    if (instanceId !== null) {
      const earlier = this.#static(instanceId)
      if (earlier) return this.#replace(earlier, memberId || this.#newMemberId(request.clientId))
    }
    return {
      id: memberId || this.#newMemberId(request.clientId),
      instanceId,
      clientId: request.clientId,
      clientHost: request.clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      protocols: request.protocols,
      assignment: NO_ASSIGNMENT,
      joining: undefined,
      syncing: undefined,
      cancelSession: () => {},
    }
  }

  #static(instanceId: string): Member | undefined {
    return [...this.members.values()].find((member) => member.instanceId === instanceId)
  }

  /** A static member that comes back under a new id (KIP-345); the old one is fenced. */
  #replace(member: Member, id: string): Member {
    this.members.delete(member.id)
    member.joining?.reject(new Refusal('FENCED_INSTANCE_ID'))
    member.syncing?.reject(new Refusal('FENCED_INSTANCE_ID'))
    member.joining = undefined
    member.syncing = undefined
    member.cancelSession()
    if (this.#leader === member.id) this.#leader = id
    member.id = id
    this.members.set(id, member)
    return member
  }

  #prepareRebalance(): void {
    if (this.state !== 'PreparingRebalance') {
      for (const member of this.members.values()) {
        member.syncing?.reject(new Refusal('REBALANCE_IN_PROGRESS'))
        member.syncing = undefined
        // Who waits for an assignment must now join again in time.
        if (!member.joining) this.keepAlive(member)
      }
      const wasEmpty = this.state === 'Empty'
      this.state = 'PreparingRebalance'
      const waitMs = wasEmpty ? this.#initialDelayMs : Math.max(...[...this.members.values()].map((member) => member.rebalanceTimeoutMs))
      this.#cancelRebalance()
      if (!wasEmpty || waitMs > 0) this.#cancelRebalance = this.#clock.after(waitMs, () => this.#completeRebalance())
      this.#gathering = wasEmpty && waitMs > 0
    }
    this.#completeWhenAllJoined()
  }

  #completeWhenAllJoined(): void {
    if (this.state !== 'PreparingRebalance' || this.#gathering) return
    if ([...this.members.values()].every((member) => member.joining)) this.#completeRebalance()
  }

  #completeRebalance(): void {
    this.#cancelRebalance()
    this.#gathering = false
    for (const member of [...this.members.values()]) if (!member.joining && member.instanceId === null) this.#drop(member)
    this.generation++
    if (this.members.size === 0) {
      this.#becomeEmpty()
      return
    }
    if (!this.members.has(this.#leader)) this.#leader = [...this.members.keys()][0] ?? ''
    this.protocol = vote([...this.members.values()])
    this.state = 'CompletingRebalance'
    for (const member of this.members.values()) {
      member.assignment = NO_ASSIGNMENT
      this.keepAlive(member)
      member.joining?.resolve(this.#answerFor(member))
      member.joining = undefined
    }
  }

  #answerFor(member: Member): JoinAnswer {
    const members = [...this.members.values()].map(({ id, instanceId, protocols }) => ({
      memberId: id,
      instanceId,
      metadata: protocols.find(({ name }) => name === this.protocol)?.metadata ?? NO_ASSIGNMENT,
    }))
    return {
      generation: this.generation,
      protocolType: this.protocolType,
      protocol: this.protocol,
      leader: this.#leader,
      memberId: member.id,
      members: member.id === this.#leader ? members : [],
    }
  }

  /** Resolves with the member's part; `assignments` come from the leader only. */
  sync(memberId: string, generation: number, assignments: readonly MemberAssignment[], instanceId: string | null = null): Promise<Buffer> {
    const member = this.requireMember(memberId, generation, instanceId)
    switch (this.state) {
      case 'PreparingRebalance':
        throw new Refusal('REBALANCE_IN_PROGRESS')
      case 'Stable':
        this.keepAlive(member)
        return Promise.resolve(member.assignment)
      case 'CompletingRebalance': {
        member.syncing = Promise.withResolvers()
        const answer = member.syncing.promise
        this.keepAlive(member)
        if (memberId === this.#leader) this.#distribute(assignments)
        return answer
      }
      default:
        throw new Refusal('UNKNOWN_MEMBER_ID')
    }
  }

  #distribute(assignments: readonly MemberAssignment[]): void {
    this.state = 'Stable'
    const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]))
    for (const member of this.members.values()) {
      // A copy: what came is part of a network buffer.
      member.assignment = Buffer.from(byMember.get(member.id) ?? NO_ASSIGNMENT)
      member.syncing?.resolve(member.assignment)
      member.syncing = undefined
    }
  }

  heartbeat(memberId: string, generation: number, instanceId: string | null = null): void {
    const member = this.requireMember(memberId, generation, instanceId)
    this.keepAlive(member)
    if (this.state === 'PreparingRebalance') throw new Refusal('REBALANCE_IN_PROGRESS')
  }

  leave(memberId: string, instanceId: string | null): void {
    const member = instanceId === null ? this.members.get(memberId) : this.#static(instanceId)
    if (member && memberId !== '' && member.id !== memberId) throw new Refusal('FENCED_INSTANCE_ID')
    if (!member) throw new Refusal('UNKNOWN_MEMBER_ID')
    this.#remove(member)
  }

  /** `instanceId`: of a static member, whose place another may have taken. */
  requireMember(memberId: string, generation: number, instanceId: string | null): Member {
    if (instanceId !== null && (this.#static(instanceId)?.id ?? memberId) !== memberId) throw new Refusal('FENCED_INSTANCE_ID')
    const member = this.members.get(memberId)
    if (!member) throw new Refusal('UNKNOWN_MEMBER_ID')
    if (generation !== this.generation) throw new Refusal('ILLEGAL_GENERATION')
    return member
  }

  /** The member has until its session time-out from now; one that waits in a join is alive by that. */
  keepAlive(member: Member): void {
    member.cancelSession()
    member.cancelSession = this.#clock.after(member.sessionTimeoutMs, () => {
      if (!member.joining) this.#remove(member)
    })
  }

  #remove(member: Member): void {
    this.#drop(member)
    if (this.state === 'PreparingRebalance') {
      this.#completeWhenAllJoined()
    } else if (this.members.size === 0) {
      this.generation++
      this.#becomeEmpty()
    } else {
      this.#prepareRebalance()
    }
  }

  #drop(member: Member): void {
    member.cancelSession()
    member.joining?.reject(new Refusal('UNKNOWN_MEMBER_ID'))
    member.syncing?.reject(new Refusal('UNKNOWN_MEMBER_ID'))
    this.members.delete(member.id)
  }

  #becomeEmpty(): void {
    this.state = 'Empty'
    this.protocol = ''
    this.#leader = ''
    this.emptySince = this.#clock.now()
  }

  /** Ends every wait: the broker stops, or the group is deleted. */
  close(): void {
    this.#cancelRebalance()
    for (const member of [...this.members.values()]) this.#drop(member)
    this.state = 'Dead'
  }
}
