/** Connectors from their making to their end: states, configs, restarts, topics. */
import assert from 'node:assert/strict'
import { systemClock } from '../../../src/ports/index.ts'
import type { Case } from '../contract.ts'
import {
  answered,
  datagen,
  freshName,
  freshTopic,
  type Json,
  request,
  SOURCE,
  sink,
  statesOf,
  until,
  untilStates,
  type Worker,
  withConnector,
  withStopped,
} from './worker.ts'

const LINES = 'contract-lines'
const end = async (worker: Worker, topic: string) => Number((await worker.kafka.topicOffsets([topic])).get(topic)?.[0]?.end ?? 0n)

/** Runs with a generator that runs. */
const withRunning = (worker: Worker, run: (name: string) => Promise<void>, more: object = {}) =>
  withConnector(worker, datagen(LINES, more), async (name) => {
    await untilStates(worker, name, 'RUNNING RUNNING')
    await run(name)
  })

export const life: readonly Case<Worker>[] = [
  {
    call: 'GET /',
    name: 'tells version, commit and the id of its Kafka',
    async run(worker) {
      assert.deepEqual(await answered(worker, 200, 'GET /'), {
        version: '4.3.1',
        commit: '26b251a451ce941d',
        kafka_cluster_id: await worker.kafka.clusterId(),
      })
    },
  },
  {
    call: 'GET /health',
    name: 'is healthy once it takes requests',
    async run(worker) {
      const body = { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
      assert.deepEqual(await answered(worker, 200, 'GET /health'), body)
    },
  },
  {
    call: 'POST /connectors',
    name: 'answers with the config as it is kept, without tasks yet',
    async run(worker) {
      const name = freshName('made')
      const config = datagen(LINES)
      const { status, body, headers } = await request(worker, 'POST /connectors', { name, config, initial_state: 'STOPPED' })
      assert.deepEqual([status, body], [201, { name, config: { ...config, name }, tasks: [], type: 'source' }])
      assert.match(headers.location ?? '', new RegExp(`/connectors/${name}$`))
      await answered(worker, 204, `DELETE /connectors/${name}`)
    },
  },
  {
    call: 'POST /connectors',
    name: 'numbers and booleans in a config are kept as text',
    run: (worker) =>
      withConnector(
        worker,
        datagen(LINES, { 'tasks.max': 1, 'errors.log.enable': true }),
        async (name) => {
          const config = await answered(worker, 200, `GET /connectors/${name}/config`)
          assert.deepEqual([config['tasks.max'], config['errors.log.enable']], ['1', 'true'])
        },
        { initial_state: 'STOPPED' },
      ),
  },
  {
    call: 'POST /connectors',
    name: 'a connector that is made stopped never ran',
    async run(worker) {
      const topic = freshName('silent')
      await freshTopic(worker, topic)
      await withConnector(
        worker,
        datagen(topic),
        async (name) => {
          await untilStates(worker, name, 'STOPPED')
          assert.equal(await end(worker, topic), 0)
        },
        { initial_state: 'STOPPED' },
      )
    },
  },
  {
    call: 'POST /connectors',
    name: 'a connector that is made paused has no tasks before it first runs',
    async run(worker) {
      const topic = freshName('silent')
      await freshTopic(worker, topic)
      await withConnector(
        worker,
        datagen(topic),
        async (name) => {
          await untilStates(worker, name, 'PAUSED')
          assert.equal(await end(worker, topic), 0)
        },
        { initial_state: 'PAUSED' },
      )
    },
  },
  {
    call: 'GET /connectors',
    name: 'lists names, or what is asked for of each',
    run: (worker) =>
      withStopped(worker, async (name) => {
        assert.ok((await answered(worker, 200, 'GET /connectors')).includes(name))
        const both = await answered(worker, 200, 'GET /connectors?expand=status&expand=info')
        assert.deepEqual(Object.keys(both[name]).sort(), ['info', 'status'])
        assert.deepEqual(both[name].info, await answered(worker, 200, `GET /connectors/${name}`))
        assert.deepEqual(both[name].status, await answered(worker, 200, `GET /connectors/${name}/status`))
        assert.deepEqual(Object.keys((await answered(worker, 200, 'GET /connectors?expand=info'))[name]), ['info'])
      }),
  },
  {
    call: 'GET /connectors/{name}',
    name: 'names its tasks',
    run: (worker) =>
      withRunning(worker, async (name) => {
        const { tasks, type } = await answered(worker, 200, `GET /connectors/${name}`)
        assert.deepEqual([tasks, type], [[{ connector: name, task: 0 }], 'source'])
      }),
  },
  {
    call: 'GET /connectors/{name}/status',
    name: 'tells the states and who works',
    run: (worker) =>
      withRunning(worker, async (name) => {
        const status = await answered(worker, 200, `GET /connectors/${name}/status`)
        const at = new URL(worker.url).host
        assert.deepEqual(status, {
          name,
          connector: { state: 'RUNNING', worker_id: at, version: '0.6.7' },
          tasks: [{ id: 0, state: 'RUNNING', worker_id: at, version: '0.6.7' }],
          type: 'source',
        })
        assert.deepEqual(await answered(worker, 200, `GET /connectors/${name}/tasks/0/status`), status.tasks[0])
      }),
  },
  {
    call: 'GET /connectors/{name}/tasks/{task}/status',
    name: 'is that of the connector’s status',
    run: (worker) =>
      withRunning(worker, async (name) => {
        const { tasks } = await answered(worker, 200, `GET /connectors/${name}/status`)
        assert.deepEqual(await answered(worker, 200, `GET /connectors/${name}/tasks/0/status`), tasks[0])
      }),
  },
  {
    call: 'GET /connectors/{name}/tasks',
    name: 'tells the configs of the tasks, with their class and number',
    run: (worker) =>
      withRunning(
        worker,
        async (name) => {
          await untilStates(worker, name, 'RUNNING RUNNING')
          const tasks = (await answered(worker, 200, `GET /connectors/${name}/tasks`)) as Json[]
          assert.deepEqual(
            tasks.map(({ id, config }) => [id, config['task.class'], config['task.id'], config['kafka.topic']]),
            [[{ connector: name, task: 0 }, 'io.confluent.kafka.connect.datagen.DatagenTask', '0', LINES]],
          )
        },
        { 'tasks.max': '1' },
      ),
  },
  {
    call: 'PUT /connectors/{name}/pause',
    name: 'stops the records, and resuming lets them go on',
    async run(worker) {
      const topic = freshName('paused')
      await freshTopic(worker, topic)
      await withConnector(worker, datagen(topic), async (name) => {
        await until(
          'records',
          () => end(worker, topic),
          (seen) => seen > 5,
        )
        await answered(worker, 202, `PUT /connectors/${name}/pause`)
        await untilStates(worker, name, 'PAUSED PAUSED')
        const stood = await until(
          'it stands',
          async () => [await end(worker, topic), await systemClock.sleep(300), await end(worker, topic)],
          ([a, , b]) => a === b,
        )
        await answered(worker, 202, `PUT /connectors/${name}/resume`)
        await untilStates(worker, name, 'RUNNING RUNNING')
        await until(
          'more records',
          () => end(worker, topic),
          (seen) => seen > Number(stood[0]),
        )
      })
    },
  },
  {
    call: 'PUT /connectors/{name}/resume',
    name: 'starts a stopped connector with its tasks',
    run: (worker) =>
      withStopped(worker, async (name) => {
        await answered(worker, 202, `PUT /connectors/${name}/resume`)
        await untilStates(worker, name, 'RUNNING RUNNING')
      }),
  },
  {
    call: 'PUT /connectors/{name}/stop',
    name: 'takes the tasks away, and keeps the config',
    run: (worker) =>
      withRunning(worker, async (name) => {
        await answered(worker, 204, `PUT /connectors/${name}/stop`)
        await untilStates(worker, name, 'STOPPED')
        await until(
          'no task',
          () => answered(worker, 200, `GET /connectors/${name}/tasks`),
          (tasks) => tasks.length === 0,
        )
        assert.equal((await answered(worker, 200, `GET /connectors/${name}/config`))['connector.class'], SOURCE)
      }),
  },
  {
    call: 'PUT /connectors/{name}/config',
    name: 'makes a connector that is not there, and changes one that is',
    async run(worker) {
      const name = freshName('put')
      const config = datagen(LINES, { 'max.interval': '1000' })
      assert.deepEqual(await answered(worker, 201, `PUT /connectors/${name}/config`, config), { name, config: { ...config, name }, tasks: [], type: 'source' })
      await untilStates(worker, name, 'RUNNING RUNNING')
      const changed = await answered(worker, 200, `PUT /connectors/${name}/config`, { ...config, 'max.interval': '2000' })
      assert.equal(changed.config['max.interval'], '2000')
      await untilStates(worker, name, 'RUNNING RUNNING')
      await answered(worker, 204, `DELETE /connectors/${name}`)
    },
  },
  {
    call: 'PUT /connectors/{name}/config',
    name: 'a greater tasks.max makes more tasks',
    run: (worker) =>
      withRunning(worker, async (name) => {
        await answered(worker, 200, `PUT /connectors/${name}/config`, datagen(LINES, { 'tasks.max': '2', 'max.interval': '1000' }))
        await untilStates(worker, name, 'RUNNING RUNNING RUNNING')
      }),
  },
  {
    call: 'PATCH /connectors/{name}/config',
    name: 'changes what it names, and takes away what it names null',
    run: (worker) =>
      withStopped(worker, async (name) => {
        const { config } = await answered(worker, 200, `PATCH /connectors/${name}/config`, { 'max.interval': null, iterations: '7' })
        assert.deepEqual([config['max.interval'], config.iterations, config.quickstart], [undefined, '7', 'clickstream'])
        assert.deepEqual(await answered(worker, 200, `GET /connectors/${name}/config`), config)
      }),
  },
  {
    call: 'POST /connectors/{name}/restart',
    name: 'alone says nothing; with tasks it tells what restarts',
    run: (worker) =>
      withRunning(worker, async (name) => {
        assert.equal((await request(worker, `POST /connectors/${name}/restart`)).status, 204)
        await untilStates(worker, name, 'RUNNING RUNNING')
        const body = await answered(worker, 202, `POST /connectors/${name}/restart?includeTasks=true`)
        assert.deepEqual([body.connector.state, body.tasks.map(({ state }: Json) => state)], ['RESTARTING', ['RESTARTING']])
        await untilStates(worker, name, 'RUNNING RUNNING')
      }),
  },
  {
    call: 'POST /connectors/{name}/restart',
    name: 'onlyFailed starts again what failed, and leaves the rest',
    run: (worker) =>
      withConnector(worker, datagen(LINES, { iterations: '3' }), async (name) => {
        await untilStates(worker, name, 'RUNNING FAILED')
        const body = await answered(worker, 202, `POST /connectors/${name}/restart?includeTasks=true&onlyFailed=true`)
        assert.deepEqual([body.connector.state, body.tasks.map(({ state }: Json) => state)], ['RUNNING', ['RESTARTING']])
        await untilStates(worker, name, 'RUNNING FAILED')
      }),
  },
  {
    call: 'POST /connectors/{name}/tasks/{task}/restart',
    name: 'starts a failed task again',
    run: (worker) =>
      withConnector(worker, datagen(LINES, { iterations: '3' }), async (name) => {
        await untilStates(worker, name, 'RUNNING FAILED')
        const { trace } = await answered(worker, 200, `GET /connectors/${name}/tasks/0/status`)
        assert.match(trace, /^org\.apache\.kafka\.connect\.errors\.ConnectException: Stopping connector: generated the configured 3 number of messages\n/)
        await answered(worker, 204, `POST /connectors/${name}/tasks/0/restart`)
        await untilStates(worker, name, 'RUNNING FAILED')
      }),
  },
  {
    call: 'PUT /connectors/{name}/pause',
    name: 'a failed task stays failed',
    run: (worker) =>
      withConnector(worker, datagen(LINES, { iterations: '3' }), async (name) => {
        await untilStates(worker, name, 'RUNNING FAILED')
        await answered(worker, 202, `PUT /connectors/${name}/pause`)
        await untilStates(worker, name, 'PAUSED FAILED')
      }),
  },
  {
    call: 'DELETE /connectors/{name}',
    name: 'ends it, once',
    async run(worker) {
      const name = freshName('gone')
      await answered(worker, 201, 'POST /connectors', { name, config: datagen(LINES) })
      await untilStates(worker, name, 'RUNNING RUNNING')
      assert.equal((await request(worker, `DELETE /connectors/${name}`)).status, 204)
      await until(
        'it is gone',
        () => statesOf(worker, name),
        (seen) => seen === '404',
      )
      assert.equal((await request(worker, `DELETE /connectors/${name}`)).status, 404)
    },
  },
  {
    call: 'GET /connectors/{name}/topics',
    name: 'names the topics that the connector wrote to, until they are reset',
    run: (worker) =>
      withRunning(worker, async (name) => {
        const topics = () => answered(worker, 200, `GET /connectors/${name}/topics`)
        await until('its topic', topics, (body) => body[name].topics.length > 0)
        assert.deepEqual(await topics(), { [name]: { topics: [LINES] } })
        await answered(worker, 202, `PUT /connectors/${name}/pause`)
        await untilStates(worker, name, 'PAUSED PAUSED')
        await until(
          'reset',
          async () => {
            await answered(worker, 202, `PUT /connectors/${name}/topics/reset`)
            return topics()
          },
          (body) => body[name].topics.length === 0,
        )
      }),
  },
  {
    call: 'PUT /connectors/{name}/topics/reset',
    name: 'of a connector that never wrote is no fault',
    run: (worker) =>
      withStopped(worker, async (name) => {
        assert.deepEqual(await answered(worker, 200, `GET /connectors/${name}/topics`), { [name]: { topics: [] } })
        await answered(worker, 202, `PUT /connectors/${name}/topics/reset`)
      }),
  },
  {
    call: 'GET /connectors/{name}/topics',
    name: 'names the topics that a sink has read, not those of its config',
    async run(worker) {
      const [read, silent] = [freshName('read'), freshName('unread')]
      await freshTopic(worker, read)
      await freshTopic(worker, silent)
      await worker.kafka.produce(read, [{ partition: 0, key: null, value: Buffer.from('{"a":1}') }])
      await withConnector(worker, sink(worker, `${read},${silent}`), async (name) => {
        await until(
          'the topic',
          () => answered(worker, 200, `GET /connectors/${name}/topics`),
          (body) => body[name].topics.length > 0,
        )
        assert.deepEqual((await answered(worker, 200, `GET /connectors/${name}/topics`))[name].topics, [read])
      })
    },
  },
]
