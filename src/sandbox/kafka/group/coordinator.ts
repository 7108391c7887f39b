/** All consumer groups of the broker: who may join, and the offsets that groups committed. */
import type { Clock, Logger, Random } from '../../../ports/index.ts'
import { Refusal } from '../errors.ts'
import { Group } from './group.ts'
import type { CommittedOffset, JoinAnswer, JoinRequest } from './member.ts'

export interface CoordinatorOptions {
  readonly clock: Clock
  readonly random: Random
  readonly initialRebalanceDelayMs: number
  readonly log?: Logger
}

/** group.min.session.timeout.ms and group.max.session.timeout.ms of the real broker. */
const MIN_SESSION_MS = 6_000
const MAX_SESSION_MS = 1_800_000
/** offset.metadata.max.bytes. */
const MAX_OFFSET_METADATA = 4_096

export class GroupCoordinator {
  readonly #groups = new Map<string, Group>()
  /** Ids given with MEMBER_ID_REQUIRED that have not come back yet, with the timer that forgets them. */
  readonly #pending = new Map<string, () => void>()
  readonly #options: CoordinatorOptions

  constructor(options: CoordinatorOptions) {
    this.#options = options
  }

  all(): Group[] {
    return [...this.#groups.values()]
  }
  get(groupId: string): Group | undefined {
    return this.#groups.get(groupId)
  }

  /** `idRequired`: a new member first gets its id and has to come again with it (KIP-394). */
  async join(groupId: string, request: JoinRequest, idRequired: boolean): Promise<JoinAnswer> {
    if (groupId === '') throw new Refusal('INVALID_GROUP_ID')
    if (request.sessionTimeoutMs < MIN_SESSION_MS || request.sessionTimeoutMs > MAX_SESSION_MS) throw new Refusal('INVALID_SESSION_TIMEOUT')
    const known = this.#groups.get(groupId)
    // Who would be refused anyhow need not come again for that.
    known?.assertProtocols(request)
    if (request.memberId === '' && idRequired && request.instanceId === null) {
      throw new MemberIdRequired(this.#pend(groupId, request))
    }
    if (request.memberId !== '' && !known?.members.has(request.memberId)) {
      const pending = this.#pending.get(pendingKey(groupId, request.memberId))
      if (!pending) throw new Refusal('UNKNOWN_MEMBER_ID')
      pending()
    }
    return await this.#getOrCreate(groupId).join(request)
  }

  #pend(groupId: string, request: JoinRequest): string {
    const memberId = this.#newMemberId(request.clientId)
    const key = pendingKey(groupId, memberId)
    const cancel = this.#options.clock.after(request.sessionTimeoutMs, () => this.#pending.delete(key))
    this.#pending.set(key, () => {
      cancel()
      this.#pending.delete(key)
    })
    return memberId
  }

  #getOrCreate(groupId: string): Group {
    const known = this.#groups.get(groupId)
    if (known) return known
    const group = new Group(groupId, {
      clock: this.#options.clock,
      initialRebalanceDelayMs: this.#options.initialRebalanceDelayMs,
      newMemberId: (clientId) => this.#newMemberId(clientId),
    })
    this.#groups.set(groupId, group)
    return group
  }

  #newMemberId(clientId: string): string {
    const hex = Array.from({ length: 32 }, () => Math.floor(this.#options.random.next() * 16).toString(16)).join('')
    return `${clientId}-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  /** For a request of a member; a group that is not there has no members. */
  requireGroup(groupId: string): Group {
    if (groupId === '') throw new Refusal('INVALID_GROUP_ID')
    const group = this.#groups.get(groupId)
    if (!group) throw new Refusal('UNKNOWN_MEMBER_ID')
    return group
  }

  leave(groupId: string, memberId: string, instanceId: string | null): void {
    const pending = this.#pending.get(pendingKey(groupId, memberId))
    if (pending) pending()
    else this.requireGroup(groupId).leave(memberId, instanceId)
  }

  /** Throws what would refuse any commit of this member; `generation` -1 with no member is a tool's commit. */
  groupForCommit(groupId: string, memberId: string, generation: number, instanceId: string | null = null): Group {
    if (groupId === '') throw new Refusal('INVALID_GROUP_ID')
    const group = this.#groups.get(groupId)
    if (generation < 0 && memberId === '') {
      if (group && group.members.size > 0) throw new Refusal('UNKNOWN_MEMBER_ID')
      return this.#getOrCreate(groupId)
    }
    if (!group) throw new Refusal(generation < 0 ? 'UNKNOWN_MEMBER_ID' : 'ILLEGAL_GENERATION')
    const member = group.requireMember(memberId, generation, instanceId)
    if (group.state === 'CompletingRebalance') throw new Refusal('REBALANCE_IN_PROGRESS')
    group.keepAlive(member)
    return group
  }

  commit(group: Group, topic: string, partition: number, committed: CommittedOffset): void {
    if ((committed.metadata?.length ?? 0) > MAX_OFFSET_METADATA) throw new Refusal('OFFSET_METADATA_TOO_LARGE')
    const partitions = group.offsets.get(topic) ?? new Map<number, CommittedOffset>()
    partitions.set(partition, committed)
    group.offsets.set(topic, partitions)
  }

  delete(groupId: string): void {
    const group = this.#groups.get(groupId)
    if (!group) throw new Refusal('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`)
    if (group.members.size > 0) throw new Refusal('NON_EMPTY_GROUP', `Group ${groupId} is not empty.`)
    group.close()
    this.#groups.delete(groupId)
  }

  /** Offsets go with their topic. */
  forgetTopic(topic: string): void {
    for (const group of this.#groups.values()) group.offsets.delete(topic)
  }

  /** Groups without members for so long lose their offsets, and so themselves (offsets.retention.minutes). */
  expire(retentionMs: number): void {
    const before = this.#options.clock.now() - retentionMs
    for (const group of this.all()) {
      if (group.state !== 'Empty' || group.emptySince > before) continue
      for (const [topic, partitions] of group.offsets) {
        for (const [partition, { at }] of partitions) if (at < before) partitions.delete(partition)
        if (partitions.size === 0) group.offsets.delete(topic)
      }
      if (group.offsets.size === 0) this.#groups.delete(group.id)
    }
  }

  close(): void {
    for (const group of this.#groups.values()) group.close()
    for (const forget of [...this.#pending.values()]) forget()
  }
}

/** The refusal that hands out an id. */
export class MemberIdRequired extends Refusal {
  readonly memberId: string
  constructor(memberId: string) {
    super('MEMBER_ID_REQUIRED')
    this.memberId = memberId
  }
}

const pendingKey = (groupId: string, memberId: string) => `${groupId}\0${memberId}`
