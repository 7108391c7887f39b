/** Plugins, the check of configs, offsets and loggers. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Case } from '../contract.ts'
import {
  answered,
  datagen,
  freshName,
  freshTopic,
  type Json,
  refused,
  request,
  SINK,
  SOURCE,
  sink,
  until,
  untilStates,
  type Worker,
  withConnector,
  withStopped,
} from './worker.ts'

const statusOf = async (worker: Worker, question: string, body?: unknown) => (await request(worker, question, body)).status

/** Of an option everything but what it is for in words. */
const definitionOf = ({ documentation: _, ...definition }: Json) => definition
const described = (body: Json) =>
  body.configs.map(({ definition, value }: Json) => [
    definition.name,
    definition.type,
    definition.required,
    definition.default_value,
    definition.importance,
    value.value,
  ])

const OF_EVERY_SOURCE = [
  ['name', 'STRING', true, null, 'HIGH', 'v'],
  ['connector.class', 'STRING', true, null, 'HIGH', SOURCE],
  ['connector.plugin.version', 'STRING', false, '0.6.7', 'MEDIUM', '0.6.7'],
  ['tasks.max', 'INT', false, '1', 'HIGH', '1'],
  ['tasks.max.enforce', 'BOOLEAN', false, 'true', 'LOW', 'true'],
  ['key.converter', 'CLASS', false, 'org.apache.kafka.connect.storage.StringConverter', 'LOW', 'org.apache.kafka.connect.storage.StringConverter'],
  ['key.converter.plugin.version', 'STRING', false, '4.3.1', 'LOW', '4.3.1'],
  ['value.converter', 'CLASS', false, 'org.apache.kafka.connect.json.JsonConverter', 'LOW', 'org.apache.kafka.connect.json.JsonConverter'],
  ['value.converter.plugin.version', 'STRING', false, '4.3.1', 'LOW', '4.3.1'],
  [
    'header.converter',
    'CLASS',
    false,
    'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    'LOW',
    'org.apache.kafka.connect.storage.SimpleHeaderConverter',
  ],
  ['header.converter.plugin.version', 'STRING', false, '4.3.1', 'LOW', '4.3.1'],
  ['transforms', 'LIST', false, '', 'LOW', ''],
  ['predicates', 'LIST', false, '', 'LOW', ''],
  ['config.action.reload', 'STRING', false, 'restart', 'LOW', 'restart'],
  ['errors.retry.timeout', 'LONG', false, '0', 'MEDIUM', '0'],
  ['errors.retry.delay.max.ms', 'LONG', false, '60000', 'MEDIUM', '60000'],
  ['errors.tolerance', 'STRING', false, 'none', 'MEDIUM', 'none'],
  ['errors.log.enable', 'BOOLEAN', false, 'false', 'MEDIUM', 'false'],
  ['errors.log.include.messages', 'BOOLEAN', false, 'false', 'MEDIUM', 'false'],
  ['topic.creation.groups', 'LIST', false, '', 'LOW', ''],
  ['exactly.once.support', 'STRING', false, 'requested', 'MEDIUM', 'requested'],
  ['transaction.boundary', 'STRING', false, 'poll', 'MEDIUM', 'poll'],
  ['transaction.boundary.interval.ms', 'LONG', false, null, 'LOW', null],
  ['offsets.storage.topic', 'STRING', false, null, 'LOW', null],
]
const OF_DATAGEN = [
  ['kafka.topic', 'STRING', true, null, 'HIGH', 'contract-lines'],
  ['max.interval', 'LONG', false, '500', 'HIGH', '5'],
  ['iterations', 'INT', false, '-1', 'HIGH', '-1'],
  ['quickstart', 'STRING', false, '', 'HIGH', 'clickstream'],
  ['schema.string', 'STRING', false, '', 'HIGH', ''],
  ['schema.keyfield', 'STRING', false, '', 'HIGH', ''],
  ['random.seed', 'LONG', false, null, 'LOW', null],
]
const byName = (rows: Json[]) => rows.toSorted(([a], [b]) => (a < b ? -1 : 1))

const check = (worker: Worker, cls: string, config: object) => answered(worker, 200, `PUT /connector-plugins/${cls}/config/validate`, config)
const errorsOf = (body: Json): Record<string, string[]> =>
  Object.fromEntries(body.configs.filter(({ value }: Json) => value.errors.length > 0).map(({ value }: Json) => [value.name, value.errors]))

const VALIDATE = 'PUT /connector-plugins/{plugin}/config/validate'

/** The options of the two plugins, each wrong once: which option is told to be wrong. */
const wrong = (name: string, cls: string, config: (worker: Worker) => object, options: readonly string[]): Case<Worker> => ({
  call: VALIDATE,
  name,
  async run(worker) {
    const errors = errorsOf(await check(worker, cls, { name: 'v', ...config(worker) }))
    assert.deepEqual(Object.keys(errors).sort(), [...options].sort(), JSON.stringify(errors))
  },
})

export const plugins: readonly Case<Worker>[] = [
  {
    call: 'GET /connector-plugins',
    name: 'has the generator and the sink, with their types and versions',
    async run(worker) {
      const list = await answered(worker, 200, 'GET /connector-plugins')
      const found = (cls: string) => list.find((plugin: Json) => plugin.class === cls)
      assert.deepEqual(found(SOURCE), { class: SOURCE, type: 'source', version: '0.6.7' })
      assert.deepEqual(found(SINK), { class: SINK, type: 'sink', version: '15.0.0' })
    },
  },
  {
    call: 'GET /connector-plugins',
    name: 'lists converters, transforms and predicates too where asked',
    async run(worker) {
      const list = await answered(worker, 200, 'GET /connector-plugins?connectorsOnly=false')
      const of = (type: string) => list.filter((plugin: Json) => plugin.type === type).map((plugin: Json) => plugin.class)
      assert.ok(of('converter').includes('org.apache.kafka.connect.json.JsonConverter'))
      assert.ok(of('transformation').includes('org.apache.kafka.connect.transforms.ValueToKey'))
      assert.ok(of('predicate').includes('org.apache.kafka.connect.transforms.predicates.RecordIsTombstone'))
      assert.ok(of('source').includes(SOURCE))
    },
  },
  {
    call: 'GET /connector-plugins/{plugin}/config',
    name: 'tells the options of a connector',
    async run(worker) {
      const options = (await answered(worker, 200, `GET /connector-plugins/${SOURCE}/config`)) as Json[]
      const own = options
        .filter(({ name }) => OF_DATAGEN.some(([wanted]) => wanted === name))
        .map(({ name, type, required, default_value }) => [name, type, required, default_value])
      assert.deepEqual(byName(own), byName(OF_DATAGEN.map((row) => row.slice(0, 4))))
    },
  },
  {
    call: 'GET /connector-plugins/{plugin}/config',
    name: 'of a plugin that there is not',
    run: (worker) => refused(worker, 404, 'GET /connector-plugins/no.Such/config', undefined, /^Unknown plugin no\.Such/),
  },
  {
    call: VALIDATE,
    name: 'describes every option, in the order of the real worker, with its value',
    async run(worker) {
      const body = await check(worker, SOURCE, { ...datagen('contract-lines'), name: 'v' })
      assert.deepEqual([body.name, body.error_count], [SOURCE, 0])
      const rows = described(body)
      assert.deepEqual(rows.slice(0, OF_EVERY_SOURCE.length), OF_EVERY_SOURCE)
      assert.deepEqual(byName(rows.slice(OF_EVERY_SOURCE.length)), byName(OF_DATAGEN))
      assert.deepEqual(body.groups, ['Common', 'Transforms', 'Predicates', 'Error Handling', 'Topic Creation', 'Exactly Once Support', 'offsets.topic'])
    },
  },
  {
    call: VALIDATE,
    name: 'tells of an option its type, default, place and looks',
    async run(worker) {
      const body = await check(worker, SOURCE, { ...datagen('contract-lines'), name: 'v' })
      const of = (name: string) => body.configs.find(({ definition }: Json) => definition.name === name)
      assert.deepEqual(definitionOf(of('tasks.max').definition), {
        name: 'tasks.max',
        type: 'INT',
        required: false,
        default_value: '1',
        importance: 'HIGH',
        group: 'Common',
        width: 'SHORT',
        display_name: 'Tasks max',
        dependents: [],
        order_in_group: 4,
      })
      assert.deepEqual(definitionOf(of('kafka.topic').definition), {
        name: 'kafka.topic',
        type: 'STRING',
        required: true,
        default_value: null,
        importance: 'HIGH',
        group: null,
        width: 'NONE',
        display_name: 'kafka.topic',
        dependents: [],
        order_in_group: -1,
      })
      assert.deepEqual(of('errors.tolerance').value, { name: 'errors.tolerance', value: 'none', recommended_values: [], errors: [], visible: true })
    },
  },
  {
    call: VALIDATE,
    name: 'has the options of a sink',
    async run(worker) {
      const body = await check(worker, SINK, { ...sink(worker, 't'), name: 'v' })
      const names = body.configs.map(({ definition }: Json) => definition.name)
      for (const name of ['topics', 'topics.regex', 'errors.deadletterqueue.topic.name', 'connection.url', 'write.method', 'behavior.on.null.values'])
        assert.ok(names.includes(name), name)
      assert.deepEqual(body.groups.slice(0, 4), ['Common', 'Transforms', 'Predicates', 'Error Handling'])
    },
  },
  {
    call: VALIDATE,
    name: 'has the options of a transform under its alias',
    async run(worker) {
      const config = {
        ...datagen('t'),
        name: 'v',
        transforms: 'k',
        'transforms.k.type': 'org.apache.kafka.connect.transforms.ValueToKey',
        'transforms.k.fields': 'a',
      }
      const body = await check(worker, SOURCE, config)
      const names = body.configs.map(({ definition }: Json) => definition.name).filter((name: string) => name.startsWith('transforms.k.'))
      for (const name of ['transforms.k.type', 'transforms.k.predicate', 'transforms.k.negate', 'transforms.k.fields'])
        assert.ok(names.includes(name), `${names}`)
      assert.equal(body.error_count, 0)
    },
  },
  {
    call: VALIDATE,
    name: 'does not show a password',
    async run(worker) {
      const config = { ...sink(worker, 't'), name: 'v', 'connection.username': 'u', 'connection.password': 'hush' }
      const body = await check(worker, SINK, config)
      assert.ok(!JSON.stringify(body).includes('hush'))
      assert.equal(body.configs.find(({ value }: Json) => value.name === 'connection.password').value.value, '[hidden]')
    },
  },
  {
    call: VALIDATE,
    name: 'another class than that of the path',
    run: (worker) =>
      refused(
        worker,
        400,
        `PUT /connector-plugins/${SINK}/config/validate`,
        datagen('t'),
        `Included connector type ${SOURCE} does not match request type ${SINK}`,
      ),
  },
  {
    call: VALIDATE,
    name: 'a class that there is not',
    run: (worker) =>
      refused(
        worker,
        500,
        'PUT /connector-plugins/no.Such/config/validate',
        { 'connector.class': 'no.Such' },
        /^org\.apache\.kafka\.connect\.runtime\.rest\.errors\.BadRequestException: org\.apache\.kafka\.connect\.errors\.ConnectException: Failed to find any class/,
      ),
  },
  {
    call: VALIDATE,
    name: 'takes a class by its simple name',
    async run(worker) {
      for (const alias of ['DatagenConnector', 'Datagen']) {
        assert.equal((await check(worker, alias, { ...datagen('contract-lines'), name: 'v', 'connector.class': alias })).name, alias)
      }
    },
  },
  wrong('a generator without a topic', SOURCE, () => ({ 'connector.class': SOURCE, quickstart: 'clickstream' }), ['kafka.topic']),
  wrong('a generator without quickstart or schema', SOURCE, () => ({ 'connector.class': SOURCE, 'kafka.topic': 't' }), ['quickstart']),
  wrong('a quickstart that there is not', SOURCE, () => datagen('t', { quickstart: 'no-such' }), ['quickstart']),
  wrong('an interval that is no number', SOURCE, () => datagen('t', { 'max.interval': 'soon' }), ['max.interval']),
  wrong('iterations that are no number', SOURCE, () => datagen('t', { iterations: 'x' }), ['iterations']),
  wrong('a seed that is no number', SOURCE, () => datagen('t', { 'random.seed': 'x' }), ['random.seed']),
  wrong('a sink without an address', SINK, () => ({ 'connector.class': SINK, topics: 't' }), ['connection.url']),
  wrong('an address that is none', SINK, (worker) => sink(worker, 't', { 'connection.url': 'nowhere' }), ['connection.url']),
  wrong('a user without a password', SINK, (worker) => sink(worker, 't', { 'connection.username': 'u' }), ['connection.password', 'connection.username']),
  wrong('a batch of nothing', SINK, (worker) => sink(worker, 't', { 'batch.size': '0' }), ['batch.size']),
  wrong('retries below zero', SINK, (worker) => sink(worker, 't', { 'max.retries': '-1' }), ['max.retries']),
  wrong('a flag that is none', SINK, (worker) => sink(worker, 't', { 'key.ignore': 'perhaps' }), ['key.ignore']),
  wrong('a way to write that there is not', SINK, (worker) => sink(worker, 't', { 'write.method': 'MERGE' }), ['write.method']),
  wrong('a way with null values that there is not', SINK, (worker) => sink(worker, 't', { 'behavior.on.null.values': 'KEEP' }), ['behavior.on.null.values']),
  wrong(
    'a router without flush.synchronously',
    SINK,
    (worker) =>
      sink(worker, 't', {
        transforms: 'r',
        'transforms.r.type': 'org.apache.kafka.connect.transforms.RegexRouter',
        'transforms.r.regex': 'a',
        'transforms.r.replacement': 'b',
      }),
    ['flush.synchronously'],
  ),
]

export const offsets: readonly Case<Worker>[] = [
  {
    call: 'GET /connectors/{name}/offsets',
    name: 'of a generator: how far each task is',
    async run(worker) {
      const topic = freshName('far')
      await freshTopic(worker, topic)
      await withConnector(worker, datagen(topic, { 'max.interval': '1' }), async (name) => {
        await untilStates(worker, name, 'RUNNING RUNNING')
        await answered(worker, 204, `PUT /connectors/${name}/stop`)
        await untilStates(worker, name, 'STOPPED')
        const body = await until(
          'offsets',
          () => answered(worker, 200, `GET /connectors/${name}/offsets`),
          (seen) => seen.offsets.length > 0,
        )
        const [{ partition, offset }] = body.offsets
        assert.deepEqual([body.offsets.length, partition, Object.keys(offset).sort()], [1, { 'task.id': 0 }, ['current.iteration', 'task.generation']])
      })
    },
  },
  {
    call: 'GET /connectors/{name}/offsets',
    name: 'of a sink: what its group has committed',
    async run(worker) {
      const topic = freshName('read')
      await freshTopic(worker, topic)
      await worker.kafka.produce(topic, [{ partition: 0, key: null, value: Buffer.from('{"a":1}') }])
      await withConnector(worker, sink(worker, topic), async (name) => {
        const body = await until(
          'offsets',
          () => answered(worker, 200, `GET /connectors/${name}/offsets`),
          (seen) => seen.offsets.length > 0,
        )
        assert.deepEqual(body.offsets, [{ partition: { kafka_topic: topic, kafka_partition: 0 }, offset: { kafka_offset: 1 } }])
      })
    },
  },
  {
    call: 'DELETE /connectors/{name}/offsets',
    name: 'only of one that is stopped',
    run: (worker) =>
      withConnector(worker, datagen('contract-lines'), async (name) => {
        await untilStates(worker, name, 'RUNNING RUNNING')
        const message = `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`
        await refused(worker, 400, `DELETE /connectors/${name}/offsets`, undefined, message)
        await refused(worker, 400, `PATCH /connectors/${name}/offsets`, { offsets: [{ partition: { 'task.id': 0 }, offset: null }] }, message)
      }),
  },
  {
    call: 'DELETE /connectors/{name}/offsets',
    name: 'of a generator that stands: it begins anew',
    async run(worker) {
      await withStopped(worker, async (name) => {
        const body = { offsets: [{ partition: { 'task.id': 0 }, offset: { 'task.generation': 1, 'current.iteration': 5 } }] }
        await answered(worker, 200, `PATCH /connectors/${name}/offsets`, body)
        // A worker reads its own topic of offsets back before it shows them.
        const seen = () => answered(worker, 200, `GET /connectors/${name}/offsets`)
        await until('altered', seen, ({ offsets }) => isDeepStrictEqual(offsets, body.offsets))
        const { message } = await answered(worker, 200, `DELETE /connectors/${name}/offsets`)
        assert.match(message, /offsets for this connector have been reset/)
        await until('reset', seen, ({ offsets }) => offsets.length === 0)
      })
    },
  },
  {
    call: 'PATCH /connectors/{name}/offsets',
    name: 'with nothing in it',
    run: (worker) =>
      withStopped(worker, (name) =>
        refused(worker, 400, `PATCH /connectors/${name}/offsets`, { offsets: [] }, 'Partitions / offsets need to be provided for an alter offsets request'),
      ),
  },
  {
    call: 'PATCH /connectors/{name}/offsets',
    name: 'of a sink: it reads on from there',
    async run(worker) {
      const topic = freshName('again')
      await freshTopic(worker, topic)
      await worker.kafka.produce(
        topic,
        [1, 2, 3].map((n) => ({ partition: 0, key: null, value: Buffer.from(JSON.stringify({ n })) })),
      )
      await withConnector(worker, sink(worker, topic), async (name) => {
        const at = () => answered(worker, 200, `GET /connectors/${name}/offsets`)
        await until('all read', at, (seen) => seen.offsets[0]?.offset.kafka_offset === 3)
        await answered(worker, 204, `PUT /connectors/${name}/stop`)
        await untilStates(worker, name, 'STOPPED')
        const partition = { kafka_topic: topic, kafka_partition: 0 }
        // A group that has only just lost its member may not be changed yet.
        const altered = { offsets: [{ partition, offset: { kafka_offset: 1 } }] }
        await until(
          'altered',
          () => statusOf(worker, `PATCH /connectors/${name}/offsets`, altered),
          (status) => status === 200,
        )
        assert.deepEqual((await at()).offsets, [{ partition, offset: { kafka_offset: 1 } }])
        await until(
          'reset',
          () => statusOf(worker, `DELETE /connectors/${name}/offsets`),
          (status) => status === 200,
        )
        assert.deepEqual((await at()).offsets, [])
      })
    },
  },
]

const ROOT_LOGGER = 'root'
export const loggers: readonly Case<Worker>[] = [
  {
    call: 'GET /admin/loggers',
    name: 'lists loggers with their levels',
    async run(worker) {
      const body = await answered(worker, 200, 'GET /admin/loggers')
      assert.equal(typeof body[ROOT_LOGGER].level, 'string')
    },
  },
  {
    call: 'GET /admin/loggers/{logger}',
    name: 'tells the level of one',
    async run(worker) {
      assert.match((await answered(worker, 200, `GET /admin/loggers/${ROOT_LOGGER}`)).level, /^[A-Z]+$/)
    },
  },
  {
    call: 'GET /admin/loggers/{logger}',
    name: 'of one that there is not',
    run: (worker) => refused(worker, 404, 'GET /admin/loggers/no.such', undefined, 'Logger no.such not found.'),
  },
  {
    call: 'PUT /admin/loggers/{logger}',
    name: 'sets a level, and names what it reached',
    async run(worker) {
      const name = 'org.apache.kafka.connect.contract'
      assert.deepEqual(await answered(worker, 200, `PUT /admin/loggers/${name}`, { level: 'ERROR' }), [name])
      const { level, last_modified: at } = await answered(worker, 200, `GET /admin/loggers/${name}`)
      assert.deepEqual([level, typeof at], ['ERROR', 'number'])
    },
  },
  {
    call: 'PUT /admin/loggers/{logger}',
    name: 'with a scope of the whole cluster answers nothing',
    async run(worker) {
      assert.equal(await statusOf(worker, 'PUT /admin/loggers/org.apache.kafka.connect.contract?scope=cluster', { level: 'WARN' }), 204)
    },
  },
  {
    call: 'PUT /admin/loggers/{logger}',
    name: 'a level that there is not',
    run: (worker) => refused(worker, 404, `PUT /admin/loggers/${ROOT_LOGGER}`, { level: 'LOUD' }, "invalid log level 'LOUD'."),
  },
]
