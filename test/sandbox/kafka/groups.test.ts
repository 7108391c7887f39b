import assert from 'node:assert/strict'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { Refusal } from '../../../src/sandbox/kafka/errors.ts'
import { GroupCoordinator, MemberIdRequired } from '../../../src/sandbox/kafka/group/coordinator.ts'
import type { JoinAnswer, JoinRequest } from '../../../src/sandbox/kafka/group/member.ts'

const SESSION = 10_000
const REBALANCE = 30_000

const is = (type: string) => (error: unknown) => error instanceof Refusal && error.type === type
const assigned = (...parts: [memberId: string, part: string][]) => parts.map(([memberId, part]) => ({ memberId, assignment: Buffer.from(part) }))

describe('Consumer groups', () => {
  let clock: VirtualClock
  let groups: GroupCoordinator

  beforeEach(() => {
    clock = new VirtualClock()
    groups = new GroupCoordinator({ clock, random: seededRandom(6), initialRebalanceDelayMs: 0 })
  })
  afterEach(() => groups.close())

  const request = (more: Partial<JoinRequest> = {}): JoinRequest => ({
    memberId: '',
    instanceId: null,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    sessionTimeoutMs: SESSION,
    rebalanceTimeoutMs: REBALANCE,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('wants') }],
    ...more,
  })
  const join = (more: Partial<JoinRequest> = {}) => groups.join('g', request(more), false)
  const group = () => {
    const found = groups.get('g')
    assert.ok(found)
    return found
  }
  /** A promise that a rebalance may reject while the test looks elsewhere. */
  const held = <T>(promise: Promise<T>) => {
    promise.catch(() => {})
    return promise
  }
  async function alone(more: Partial<JoinRequest> = {}): Promise<JoinAnswer> {
    const answer = await join(more)
    await group().sync(answer.memberId, answer.generation, assigned([answer.memberId, 'all']))
    return answer
  }
  /** A leader with two parts and a follower, in generation 2. */
  async function pair(): Promise<[leader: JoinAnswer, follower: JoinAnswer]> {
    const first = await alone()
    const joining = join()
    const leader = await join({ memberId: first.memberId })
    const follower = await joining
    const part = group().sync(follower.memberId, 2, [])
    await group().sync(leader.memberId, 2, assigned([leader.memberId, 'left'], [follower.memberId, 'right']))
    assert.equal((await part).toString(), 'right')
    return [leader, follower]
  }

  it('the first member leads and is given what it assigns itself', async () => {
    const answer = await join()
    assert.deepEqual(
      { generation: answer.generation, protocol: answer.protocol, leads: answer.leader === answer.memberId, members: answer.members.length },
      { generation: 1, protocol: 'range', leads: true, members: 1 },
    )
    assert.equal(group().state, 'CompletingRebalance')
    assert.equal((await group().sync(answer.memberId, 1, assigned([answer.memberId, 'all']))).toString(), 'all')
    assert.equal(group().state, 'Stable')
    group().heartbeat(answer.memberId, 1)
  })

  it('a new member is first given its id, when its client knows that', async () => {
    const refused = await groups.join('g', request(), true).catch((error: unknown) => error)
    assert.ok(refused instanceof MemberIdRequired)
    assert.match(refused.memberId, /^client-[0-9a-f]{8}-/)
    const answer = await groups.join('g', request({ memberId: refused.memberId }), true)
    assert.equal(answer.memberId, refused.memberId)
  })

  it('an id that was given lasts as long as a session', async () => {
    const refused = (await groups.join('g', request(), true).catch((error: unknown) => error)) as MemberIdRequired
    await clock.advance(SESSION)
    await assert.rejects(groups.join('g', request({ memberId: refused.memberId }), true), is('UNKNOWN_MEMBER_ID'))
  })

  it('a second member makes everybody join again', async () => {
    const first = await alone()
    const joining = join()
    assert.equal(group().state, 'PreparingRebalance')
    assert.throws(() => group().heartbeat(first.memberId, 1), is('REBALANCE_IN_PROGRESS'))
    const again = await join({ memberId: first.memberId })
    const second = await joining
    assert.deepEqual([again.generation, second.generation], [2, 2])
    assert.deepEqual([again.leader, second.leader], [first.memberId, first.memberId])
    assert.deepEqual([again.members.length, second.members.length], [2, 0])
    assert.throws(() => group().heartbeat(first.memberId, 1), is('ILLEGAL_GENERATION'))
  })

  it('a follower that asks early waits for the leader', async () => {
    await pair()
    assert.equal(group().state, 'Stable')
    assert.deepEqual(
      [...group().members.values()].map(({ assignment }) => assignment.toString()),
      ['left', 'right'],
    )
  })

  it('a follower that joins again without a change is told where things stand', async () => {
    const [, follower] = await pair()
    const answer = await join({ memberId: follower.memberId })
    assert.equal(answer.generation, 2)
    assert.equal(group().state, 'Stable')
  })

  it('a member that is silent for its session is out', async () => {
    const [leader, follower] = await pair()
    await clock.advance(SESSION / 2)
    group().heartbeat(leader.memberId, 2)
    await clock.advance(SESSION / 2)
    assert.throws(() => group().heartbeat(follower.memberId, 2), is('UNKNOWN_MEMBER_ID'))
    assert.throws(() => group().heartbeat(leader.memberId, 2), is('REBALANCE_IN_PROGRESS'))
    const answer = await join({ memberId: leader.memberId })
    assert.deepEqual([answer.generation, answer.members.length], [3, 1])
  })

  it('a rebalance does not wait for ever for a member that only beats', async () => {
    const first = await alone()
    const joining = join()
    for (let waited = 0; waited < REBALANCE; waited += SESSION / 2) {
      assert.throws(() => group().heartbeat(first.memberId, 1), is('REBALANCE_IN_PROGRESS'))
      await clock.advance(SESSION / 2)
    }
    const second = await joining
    assert.deepEqual([second.generation, second.leader, second.members.length], [2, second.memberId, 1])
  })

  it('a member that leaves makes the others join again; the last one leaves the group empty', async () => {
    const [leader, follower] = await pair()
    groups.leave('g', follower.memberId, null)
    assert.throws(() => group().heartbeat(leader.memberId, 2), is('REBALANCE_IN_PROGRESS'))
    groups.leave('g', leader.memberId, null)
    assert.equal(group().state, 'Empty')
    assert.throws(() => groups.leave('g', leader.memberId, null), is('UNKNOWN_MEMBER_ID'))
  })

  it('a sync is broken off when somebody joins meanwhile', async () => {
    const [leader, follower] = await pair()
    const again = held(join({ memberId: follower.memberId, protocols: [{ name: 'range', metadata: Buffer.from('other') }] }))
    const led = join({ memberId: leader.memberId })
    const answer = await again
    await led
    const part = held(group().sync(answer.memberId, 3, []))
    held(join())
    await assert.rejects(part, is('REBALANCE_IN_PROGRESS'))
    await assert.rejects(async () => group().sync(leader.memberId, 3, []), is('REBALANCE_IN_PROGRESS'))
  })

  it('members agree on a protocol that all know', async () => {
    const both = ['cooperative', 'range'].map((name) => ({ name, metadata: Buffer.from(name) }))
    const first = await alone({ protocols: both })
    assert.equal(first.protocol, 'cooperative')
    const joining = held(join())
    const again = await join({ memberId: first.memberId, protocols: both })
    assert.equal(again.protocol, 'range')
    assert.deepEqual(
      again.members.map(({ metadata }) => metadata.toString()),
      ['range', 'wants'],
    )
    await joining
    await assert.rejects(join({ protocols: [{ name: 'sticky', metadata: Buffer.alloc(0) }] }), is('INCONSISTENT_GROUP_PROTOCOL'))
    await assert.rejects(join({ protocolType: 'connect' }), is('INCONSISTENT_GROUP_PROTOCOL'))
  })

  it('a static member takes its place back under a new id, and the old id is fenced', async () => {
    const leader = await alone()
    const joining = join({ instanceId: 'fixed' })
    await join({ memberId: leader.memberId })
    const member = await joining
    const part = group().sync(member.memberId, 2, [], 'fixed')
    await group().sync(leader.memberId, 2, assigned([member.memberId, 'mine']))
    await part
    const back = await join({ instanceId: 'fixed' })
    assert.notEqual(back.memberId, member.memberId)
    assert.equal(back.generation, 2)
    assert.equal((await group().sync(back.memberId, 2, [], 'fixed')).toString(), 'mine')
    assert.throws(() => group().heartbeat(member.memberId, 2, 'fixed'), is('FENCED_INSTANCE_ID'))
  })

  it('offsets are taken from members of this generation, and from tools while there are none', async () => {
    const at = { offset: 5n, leaderEpoch: -1, metadata: null, at: clock.now() }
    groups.commit(groups.groupForCommit('g', '', -1), 't', 0, at)
    const member = await join()
    assert.throws(() => groups.groupForCommit('g', member.memberId, 1), is('REBALANCE_IN_PROGRESS'))
    await group().sync(member.memberId, 1, [])
    groups.commit(groups.groupForCommit('g', member.memberId, 1), 't', 0, { ...at, offset: 6n })
    assert.equal(group().offsets.get('t')?.get(0)?.offset, 6n)
    assert.throws(() => groups.groupForCommit('g', member.memberId, 0), is('ILLEGAL_GENERATION'))
    assert.throws(() => groups.groupForCommit('g', 'nobody', 1), is('UNKNOWN_MEMBER_ID'))
    assert.throws(() => groups.groupForCommit('g', '', -1), is('UNKNOWN_MEMBER_ID'))
    assert.throws(() => groups.delete('g'), is('NON_EMPTY_GROUP'))
  })

  it('offsets stay while the group is in use, and go a while after its end', async () => {
    const member = await alone()
    groups.commit(groups.groupForCommit('g', member.memberId, 1), 't', 0, { offset: 5n, leaderEpoch: -1, metadata: null, at: clock.now() })
    for (let day = 0; day < 3; day++) {
      await clock.advance(SESSION / 2)
      group().heartbeat(member.memberId, 1)
      groups.expire(1)
    }
    assert.equal(group().offsets.size, 1)
    groups.leave('g', member.memberId, null)
    groups.expire(60_000)
    assert.equal(group().offsets.size, 1)
    await clock.advance(60_001)
    groups.expire(60_000)
    assert.equal(groups.get('g'), undefined)
  })

  it('with a delay the first generation waits for more members', async () => {
    groups = new GroupCoordinator({ clock, random: seededRandom(7), initialRebalanceDelayMs: 3_000 })
    const first = join()
    const second = join()
    let done = false
    void first.then(() => {
      done = true
    })
    await clock.advance(2_999)
    assert.equal(done, false)
    await clock.advance(1)
    assert.equal((await first).members.length, 2)
    assert.equal((await second).generation, 1)
  })
})
