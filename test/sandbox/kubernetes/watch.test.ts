import assert from 'node:assert/strict'
import { CONFIG_MAPS, configMap, type Line, type Sandbox, startSandbox } from './sandbox.ts'

const MERGE = 'application/merge-patch+json'
const names = (lines: readonly Line[]) => lines.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim())

describe('kubernetes watches and lists', () => {
  let sandbox: Sandbox
  beforeEach(async () => {
    sandbox = await startSandbox()
  })
  afterEach(() => sandbox.close())

  const version = async () => ((await sandbox.ok('GET', CONFIG_MAPS)).metadata.resourceVersion ?? '') as string

  it('show what is there, then what happens', async () => {
    await sandbox.ok('POST', CONFIG_MAPS, configMap('a'))
    const watch = await sandbox.watch(CONFIG_MAPS)
    assert.deepEqual(names(await watch.next(1)), ['ADDED a'])
    await sandbox.ok('PATCH', `${CONFIG_MAPS}/a`, { data: { a: '2' } }, MERGE)
    await sandbox.ok('POST', CONFIG_MAPS, configMap('b'))
    await sandbox.ok('DELETE', `${CONFIG_MAPS}/a`)
    assert.deepEqual(names(await watch.next(3)), ['MODIFIED a', 'ADDED b', 'DELETED a'])
    watch.stop()
  })

  it('resume from a resourceVersion without a gap or a double', async () => {
    const from = await version()
    await sandbox.ok('POST', CONFIG_MAPS, configMap('a'))
    await sandbox.ok('PATCH', `${CONFIG_MAPS}/a`, { data: { a: '2' } }, MERGE)
    const watch = await sandbox.watch(`${CONFIG_MAPS}?resourceVersion=${from}`)
    const [added, modified] = await watch.next(2)
    assert.deepEqual(names([added!, modified!]), ['ADDED a', 'MODIFIED a'])
    watch.stop()
    const again = await sandbox.watch(`${CONFIG_MAPS}?resourceVersion=${added!.object.metadata.resourceVersion}`)
    assert.deepEqual(names(await again.next(1)), ['MODIFIED a'])
    again.stop()
  })

  it('let objects enter and leave a selection', async () => {
    const watch = await sandbox.watch(`${CONFIG_MAPS}?labelSelector=app%3Dx`)
    await sandbox.ok('POST', CONFIG_MAPS, configMap('a'))
    await sandbox.ok('PATCH', `${CONFIG_MAPS}/a`, { metadata: { labels: { app: 'x' } } }, MERGE)
    await sandbox.ok('PATCH', `${CONFIG_MAPS}/a`, { metadata: { labels: { app: 'y' } } }, MERGE)
    const lines = await watch.next(2)
    assert.deepEqual(names(lines), ['ADDED a', 'DELETED a'])
    assert.deepEqual(lines[1]!.object.metadata.labels, { app: 'x' }, 'as it was while it belonged')
    watch.stop()
  })

  it('send bookmarks every minute and shortly before their end', async () => {
    const watch = await sandbox.watch(`${CONFIG_MAPS}?resourceVersion=${await version()}&timeoutSeconds=150&allowWatchBookmarks=true`)
    await sandbox.clock.advance(150_000)
    const lines = await watch.rest()
    assert.deepEqual(names(lines), ['BOOKMARK', 'BOOKMARK', 'BOOKMARK'])
    assert.equal(lines[0]!.object.metadata.resourceVersion, await version())
    assert.equal(lines[0]!.object.kind, 'ConfigMap')
  })

  it('end of themselves, when nobody says when, after half an hour to an hour', async () => {
    const watch = await sandbox.watch(CONFIG_MAPS)
    await sandbox.clock.advance(1800_000 - 1)
    await sandbox.ok('POST', CONFIG_MAPS, configMap('a'))
    assert.deepEqual(names(await watch.next(1)), ['ADDED a'])
    await sandbox.clock.advance(1800_000)
    assert.deepEqual(await watch.rest(), [])
  })

  it('are told 410 when their version is forgotten', async () => {
    const from = await version()
    await sandbox.ok('POST', CONFIG_MAPS, configMap('a'))
    sandbox.server.expireHistory()
    const [line, ...more] = await (await sandbox.watch(`${CONFIG_MAPS}?resourceVersion=${from}`)).rest()
    assert.deepEqual(more, [])
    assert.equal(line!.type, 'ERROR')
    assert.equal(line!.object.code, 410)
    assert.equal(line!.object.reason, 'Expired')
    const fresh = await sandbox.watch(`${CONFIG_MAPS}?resourceVersion=${await version()}`)
    await sandbox.ok('POST', CONFIG_MAPS, configMap('b'))
    assert.deepEqual(names(await fresh.next(1)), ['ADDED b'])
    fresh.stop()
  })

  it('end when the server closes them', async () => {
    const watch = await sandbox.watch(CONFIG_MAPS)
    sandbox.server.closeWatches()
    assert.deepEqual(await watch.rest(), [])
  })

  it('fall silent when muted; new ones work', async () => {
    const silent = await sandbox.watch(`${CONFIG_MAPS}?timeoutSeconds=100&allowWatchBookmarks=true`)
    sandbox.server.muteWatches()
    await sandbox.ok('POST', CONFIG_MAPS, configMap('a'))
    await sandbox.clock.advance(200_000)
    const fresh = await sandbox.watch(CONFIG_MAPS)
    assert.deepEqual(names(await fresh.next(1)), ['ADDED a'])
    sandbox.server.closeWatches()
    assert.deepEqual(await silent.rest(), [])
  })

  it('are in the request log', async () => {
    const watch = await sandbox.watch(CONFIG_MAPS)
    watch.stop()
    const logged = sandbox.server.requests.since(0).filter(({ path }) => path.includes('watch=true'))
    assert.deepEqual(
      logged.map(({ method, status, mutating }) => ({ method, status, mutating })),
      [{ method: 'GET', status: 200, mutating: false }],
    )
  })

  it('page through one snapshot whatever happens meanwhile', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await sandbox.ok('POST', CONFIG_MAPS, configMap(name))
    const seen: string[] = []
    let token = ''
    let at = ''
    do {
      const page = await sandbox.ok('GET', `${CONFIG_MAPS}?limit=2&continue=${token}`)
      seen.push(...(page.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name))
      at ||= page.metadata.resourceVersion!
      assert.equal(page.metadata.resourceVersion, at)
      token = (page.metadata.continue ?? '') as string
      if (seen.length === 2) {
        assert.equal(page.metadata.remainingItemCount, 3)
        await sandbox.ok('DELETE', `${CONFIG_MAPS}/c`)
        await sandbox.ok('POST', CONFIG_MAPS, configMap('cc'))
      }
    } while (token)
    assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e'])
  })

  it('end a page that is too old with 410 and a token to go on with', async () => {
    for (const name of ['a', 'b', 'c']) await sandbox.ok('POST', CONFIG_MAPS, configMap(name))
    const first = await sandbox.ok('GET', `${CONFIG_MAPS}?limit=2`)
    await sandbox.ok('POST', CONFIG_MAPS, configMap('d'))
    sandbox.server.expireHistory()
    const gone = await sandbox.call('GET', `${CONFIG_MAPS}?limit=2&continue=${first.metadata.continue}`)
    assert.equal(gone.status, 410)
    assert.equal(gone.body.reason, 'Expired')
    const rest = await sandbox.ok('GET', `${CONFIG_MAPS}?limit=2&continue=${gone.body.metadata.continue}`)
    assert.deepEqual(
      (rest.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name),
      ['c', 'd'],
    )
  })
})
