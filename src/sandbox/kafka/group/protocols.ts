/** The assignment protocols that members offer, and how a group settles on one. */
import type { GroupProtocol, Member } from './member.ts'

/** What all members understand, in the order of the first one. */
export function commonProtocols([first, ...others]: readonly Pick<Member, 'protocols'>[]): string[] {
  const names = first?.protocols.map(({ name }) => name) ?? []
  return names.filter((name) => others.every((member) => member.protocols.some((protocol) => protocol.name === name)))
}

/** Each member votes for the first of its protocols that all understand. */
export function vote(members: readonly Pick<Member, 'protocols'>[]): string {
  const common = new Set(commonProtocols(members))
  const votes = new Map<string, number>()
  for (const { protocols } of members) {
    const choice = protocols.find(({ name }) => common.has(name))?.name
    if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1)
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}

export function sameProtocols(a: readonly GroupProtocol[], b: readonly GroupProtocol[]): boolean {
  return a.length === b.length && a.every((protocol, i) => protocol.name === b[i]?.name && protocol.metadata.equals(b[i].metadata))
}
