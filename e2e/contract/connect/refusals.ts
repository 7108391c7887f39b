/** What a worker says to requests that are wrong, in the words of the real one. */
import type { Case } from '../contract.ts'
import { answered, datagen, refused, SINK, SOURCE, type Worker, withStopped } from './worker.ts'

const ENTITY = 'org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest'
const NOT_A_MAP =
  'Cannot deserialize value of type `java.util.LinkedHashMap<java.lang.String,java.lang.String>` from Array value (token `JsonToken.START_ARRAY`)'
const SEE = 'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`'
const invalid = (...errors: string[]) =>
  `Connector configuration is invalid and contains the following ${errors.length} error(s):\n${errors.join('\n')}\n${SEE}`

/** `GET /connectors/nope` is the call `GET /connectors/{name}`. */
const callOf = (question: string) => question.split('?')[0]!.replace('/nope', '/{name}').replace('/tasks/0', '/tasks/{task}')

const unknown = (question: string, message: string, body?: unknown): Case<Worker> => ({
  call: callOf(question),
  name: 'of a connector that is not there',
  run: (worker) => refused(worker, 404, question, body, message),
})

const post = (name: string, status: number, body: unknown, message: string | RegExp, headers?: Record<string, string>): Case<Worker> => ({
  call: 'POST /connectors',
  name,
  run: (worker) => refused(worker, status, 'POST /connectors', body, message, headers),
})
const bad = (name: string, config: object, ...errors: string[]) => post(name, 400, { name: 'x', config: datagen('contract-lines', config) }, invalid(...errors))

export const refusals: readonly Case<Worker>[] = [
  ...['', '/config', '/tasks', '/offsets'].map((path) => unknown(`GET /connectors/nope${path}`, 'Connector nope not found')),
  unknown('GET /connectors/nope/status', 'No status found for connector nope'),
  unknown('GET /connectors/nope/tasks/0/status', 'No status found for task nope-0'),
  ...['pause', 'resume', 'stop'].map((verb) => unknown(`PUT /connectors/nope/${verb}`, 'Unknown connector nope')),
  unknown('POST /connectors/nope/restart', 'Unknown connector: nope'),
  unknown('POST /connectors/nope/tasks/0/restart', 'Unknown connector: nope'),
  unknown('DELETE /connectors/nope', 'Connector nope not found'),
  unknown('DELETE /connectors/nope/offsets', 'Connector nope not found'),
  unknown('PATCH /connectors/nope/config', 'Connector nope not found', { a: 'b' }),
  {
    call: 'GET /connectors/{name}/topics',
    name: 'of a connector that is not there: none',
    async run(worker) {
      await answered(worker, 200, 'GET /connectors/nope/topics').then((body) => {
        if (JSON.stringify(body) !== '{"nope":{"topics":[]}}') throw new Error(JSON.stringify(body))
      })
    },
  },
  {
    call: 'any unknown path or method',
    name: 'a path that there is not',
    run: (worker) => refused(worker, 404, 'GET /nope', undefined, 'HTTP 404 Not Found'),
  },
  {
    call: 'any unknown path or method',
    name: 'a method that the path has not',
    run: (worker) => refused(worker, 405, 'DELETE /connectors', undefined, 'HTTP 405 Method Not Allowed'),
  },
  {
    call: 'any unknown path or method',
    name: 'the configs of tasks have no path of their own any more',
    run: (worker) => withStopped(worker, (name) => refused(worker, 404, `GET /connectors/${name}/tasks-config`, undefined, 'HTTP 404 Not Found')),
  },
  post('nothing', 500, '', `Cannot invoke "${ENTITY}.name()" because "createRequest" is null`),
  post('what is no JSON', 500, '{"name":', /^Unexpected end-of-input within\/between Object entries/),
  post('a list', 500, '[]', `Cannot deserialize value of type \`${ENTITY}\` from Array value (token \`JsonToken.START_ARRAY\`)`),
  post(
    'a field that there is not',
    500,
    { name: 'x', config: datagen('contract-lines'), odd: 1 },
    `Unrecognized field "odd" (class ${ENTITY}), not marked as ignorable (3 known properties: "config", "name", "initial_state")`,
  ),
  post('text', 415, 'x', 'HTTP 415 Unsupported Media Type', { 'content-type': 'text/plain' }),
  post('without a config', 500, { name: 'x' }, 'Cannot invoke "java.util.Map.get(Object)" because "connectorConfig" is null'),
  post('without a class', 400, { name: 'x', config: { topic: 't' } }, /^Connector config \{.*topic=t.*\} contains no connector type$/),
  post(
    'a class that there is not',
    400,
    { name: 'x', config: { 'connector.class': 'no.Such' } },
    /^Failed to find any class that implements Connector and which name matches no\.Such, available connectors are: PluginDesc\{klass=class /,
  ),
  post('without a name', 400, { config: datagen('contract-lines') }, invalid('Invalid value  for configuration name: String may not be empty')),
  post(
    'another name in the config',
    400,
    { name: 'x', config: datagen('contract-lines', { name: 'y' }) },
    "Connector name configuration (y) doesn't match connector name in the URL (x)",
  ),
  post(
    'a state that there is not',
    500,
    { name: 'x', config: datagen('contract-lines'), initial_state: 'SLEEPING' },
    `Cannot construct instance of \`${ENTITY}$InitialState\`, problem: No enum constant ${ENTITY}.InitialState.SLEEPING`,
  ),
  post(
    'an object in the config',
    500,
    { name: 'x', config: datagen('contract-lines', { nested: { a: 1 } }) },
    /^Cannot deserialize value of type `java\.lang\.String` from Object value \(token `JsonToken\.START_OBJECT`\)/,
  ),
  bad(
    'a number that is none',
    { 'tasks.max': 'many' },
    'Invalid value many for configuration tasks.max: Not a number of type INT',
    'Invalid value null for configuration tasks.max: Value must be non-null',
  ),
  bad('a number that is too small', { 'tasks.max': '0' }, 'Invalid value 0 for configuration tasks.max: Value must be at least 1'),
  bad(
    'a converter that there is not',
    { 'value.converter': 'no.Such' },
    'Invalid value no.Such for configuration value.converter: Class no.Such could not be found.',
  ),
  bad(
    'a transform that there is not',
    { transforms: 'a', 'transforms.a.type': 'no.Such' },
    'Invalid value no.Such for configuration transforms.a.type: Class no.Such could not be found.',
  ),
  bad('a transform without a type', { transforms: 'a' }, 'Missing required configuration "transforms.a.type" which has no default value.'),
  bad(
    'a transform that lacks an option',
    { transforms: 'a', 'transforms.a.type': 'org.apache.kafka.connect.transforms.ValueToKey' },
    'Missing required configuration "transforms.a.fields" which has no default value.',
    "Configuration 'fields' values must not be null.",
  ),
  bad(
    'a predicate that there is not',
    { predicates: 'p', 'predicates.p.type': 'no.Such' },
    'Invalid value no.Such for configuration predicates.p.type: Class no.Such could not be found.',
  ),
  bad(
    'a tolerance that there is not',
    { 'errors.tolerance': 'some' },
    'Invalid value some for configuration errors.tolerance: String must be one of: none, all',
  ),
  post(
    'a sink without topics',
    400,
    { name: 'x', config: { 'connector.class': SINK, 'connection.url': 'http://127.0.0.1:1' } },
    invalid('Must configure one of topics or topics.regex', 'Must configure one of topics or topics.regex'),
  ),
  post(
    'a sink with topics and an expression for them',
    400,
    { name: 'x', config: { 'connector.class': SINK, 'connection.url': 'http://127.0.0.1:1', topics: 'a', 'topics.regex': 'b' } },
    invalid(
      'topics and topics.regex are mutually exclusive options, but both are set.',
      'topics and topics.regex are mutually exclusive options, but both are set.',
    ),
  ),
  {
    call: 'PUT /connectors/{name}/config',
    name: 'a list',
    run: (worker) => refused(worker, 500, 'PUT /connectors/x/config', '[]', NOT_A_MAP),
  },
  {
    call: 'PUT /connectors/{name}/config',
    name: 'a config that is not valid leaves the connector as it is',
    run: (worker) =>
      withStopped(worker, async (name) => {
        const before = await answered(worker, 200, `GET /connectors/${name}/config`)
        const config = { 'connector.class': SOURCE, quickstart: 'clickstream' }
        await refused(
          worker,
          400,
          `PUT /connectors/${name}/config`,
          config,
          invalid('Missing required configuration "kafka.topic" which has no default value.'),
        )
        const after = await answered(worker, 200, `GET /connectors/${name}/config`)
        if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error(JSON.stringify(after))
      }),
  },
  {
    call: 'POST /connectors',
    name: 'a name that is taken',
    run: (worker) =>
      withStopped(worker, (name) => refused(worker, 409, 'POST /connectors', { name, config: datagen('contract-lines') }, `Connector ${name} already exists`)),
  },
  {
    call: 'POST /connectors/{name}/tasks/{task}/restart',
    name: 'of a task that is not there',
    run: (worker) => withStopped(worker, (name) => refused(worker, 404, `POST /connectors/${name}/tasks/7/restart`, undefined, `Unknown task: ${name}-7`)),
  },
  {
    call: 'GET /connectors/{name}/tasks/{task}/status',
    name: 'of a task that is not there',
    run: (worker) =>
      withStopped(worker, (name) => refused(worker, 404, `GET /connectors/${name}/tasks/7/status`, undefined, `No status found for task ${name}-7`)),
  },
]
