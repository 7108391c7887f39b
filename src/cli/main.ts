/** The `clickstream` command; as `kubectl-clickstream` on the path it is also `kubectl clickstream`. */

import { Command, InvalidArgumentError, Option } from 'commander'
import { UserError } from '../console/index.ts'
import { systemClock } from '../ports/index.ts'
import { explain, plainText } from './output.ts'

const program = new Command('clickstream')
  .description('Clickstream pipelines on Kubernetes: generators, Kafka, ksqlDB, Connect, Elasticsearch, Grafana.')
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: true })

/** What a command answered becomes the exit code. Each command is loaded when it is called: most need little of the whole. */
const run = (answer: Promise<number>) =>
  answer.then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      process.stderr.write(`${plainText(explain(error))}\n`)
      process.exitCode = error instanceof UserError ? error.exitCode : 1
    },
  )

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1 is needed.')
  return value
}

function portNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('A port is needed: 0 (a free one) to 65535.')
  return value
}

function namespace(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text
  throw new InvalidArgumentError('A name of a namespace is needed: lower-case letters, digits and hyphens, 63 at most.')
}

/** From a flag that may be given several times, or names with commas between. */
function namespaces(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').flatMap((name) => (name.trim() === '' ? [] : namespace(name.trim())))
  return [...before, ...names]
}

function yesOrNo(text: string | boolean): boolean {
  if (['true', '1', true].includes(text)) return true
  if (['false', '0', '', false].includes(text)) return false
  throw new InvalidArgumentError('true or false is needed.')
}

const connected = (command: Command) =>
  command
    .option('--kubeconfig <file>', 'kubeconfig; default: KUBECONFIG, then ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig')
    .option('-n, --namespace <name>', 'namespace of the pipeline', 'default')
    .option('--json', 'print JSON')

program
  .command('demo')
  .description('run the stand-ins, the operator and an example pipeline in this process')
  .option('--check', 'measure every stage, print what was seen, exit 0 or 1')
  .option('-f, --file <file>', 'the pipeline to run')
  .option('--strimzi-connect', 'make connectors as KafkaConnector objects, not over the REST API of Kafka Connect')
  .option('--kafka <host:port>', 'a Kafka that runs already, in place of the stand-in')
  .option('--connect <url>', 'likewise a Kafka Connect, over that same Kafka')
  .option('--elasticsearch <url>', 'likewise an Elasticsearch')
  .option('--kubeconfig <file>', 'likewise a Kubernetes API server; the definitions are applied to it')
  .action((options) => run(import('./demo/command.ts').then(({ demo }) => demo(options))))

program
  .command('validate')
  .description('check pipelines and platforms without a cluster')
  .argument('<files...>', 'YAML files')
  .option('--json', 'print JSON')
  .action((files, options) => run(import('./commands/validate.ts').then(({ validate }) => validate(files, options, systemClock.now()))))

connected(program.command('plan').description('what applying a pipeline would do').argument('[file]', 'YAML file; default: the pipeline of the cluster'))
  .option('--pipeline <name>', 'name of the pipeline; default: the only one of the namespace')
  .action((file, options) => run(import('./commands/plan.ts').then(({ plan }) => plan(file, options, systemClock.now()))))

connected(program.command('status').description('conditions and objects of a pipeline').argument('[name]', 'default: the only one of the namespace')).action(
  (name, options) => run(import('./commands/status.ts').then(({ status }) => status(name, options, systemClock.now()))),
)

connected(
  program
    .command('check')
    .description('measure every stage of a running pipeline at its backends; exits 0 or 1')
    .argument('[name]', 'default: the only one of the namespace'),
)
  .option('--numbers', 'also send records of a test user through it and recount one whole minute: not for production')
  .action((name, options) => run(import('./commands/check.ts').then(({ check }) => check(name, options))))

connected(program.command('topics').description('topics with their partitions and records'))
  .option('-a, --all', 'internal topics too')
  .option('--pipeline <name>', 'pipeline whose platform is asked')
  .action((options) => run(import('./commands/topics.ts').then(({ topics }) => topics(options))))

connected(program.command('print').description('print the records of a topic').argument('<topic>'))
  .option('-l, --limit <number>', 'end after so many', positive)
  .option('--no-from-beginning', 'only what comes from now on')
  .option('--pipeline <name>', 'pipeline whose platform is asked')
  .action((topic, options) => run(import('./commands/topics.ts').then(({ printTopic }) => printTopic(topic, options, systemClock.now()))))

connected(program.command('connectors').description('connectors of Kafka Connect with their state'))
  .option('--pipeline <name>', 'pipeline whose platform is asked')
  .action((options) => run(import('./commands/connectors.ts').then(({ connectors }) => connectors(options))))

connected(program.command('events').description('what the operator told of a pipeline').argument('[name]', 'default: the only one of the namespace')).action(
  (name, options) => run(import('./commands/events.ts').then(({ events }) => events(name, options, systemClock.now()))),
)

connected(
  program
    .command('flow')
    .description('the way of the data: source, topic, statement, sink, index, panel')
    .argument('[name]', 'default: the only one of the namespace'),
)
  .addOption(new Option('-o, --output <form>', 'form of the answer').choices(['text', 'mermaid', 'json']).default('text'))
  .action((name, options) => run(import('./commands/flow.ts').then(({ flow }) => flow(name, options))))

connected(program.command('query').description('run one SELECT, live until Ctrl-C or its LIMIT').argument('<select>'))
  .option('--pipeline <name>', 'pipeline whose platform is asked')
  .action((select, options) => run(import('./commands/sql.ts').then(({ query }) => query(select, options))))

connected(program.command('sql').description('a shell for ksqlDB: statements, RUN SCRIPT, SHOW, DESCRIBE, PRINT, live SELECT'))
  .option('-e, --execute <sql>', 'run these statements and end')
  .option('-f, --file <file>', 'run a script and end')
  .option('--pipeline <name>', 'pipeline whose platform is asked')
  .action((options) => run(import('./commands/sql.ts').then(({ sql }) => sql(options))))

program
  .command('test')
  .description("run statements over an input and compare what they write, with the files of ksqlDB's test runner")
  .requiredOption('-s, --sql-file <file>', 'statements')
  .requiredOption('-i, --input-file <file>', 'input records: {"inputs": [...]}')
  .requiredOption('-o, --output-file <file>', 'expected records: {"outputs": [...]}')
  .option('--json', 'print JSON')
  .action((options) => run(import('./commands/test.ts').then(({ test }) => test(options))))

const fromEnvironment = (flags: string, description: string, name: string) => new Option(flags, description).env(`CLICKSTREAM_${name}`)

program
  .command('operator')
  .description('run the operator, in a cluster or against a kubeconfig')
  .option('--kubeconfig <file>', 'kubeconfig; default: KUBECONFIG, ~/.kube/config, or the service account of the pod')
  .option('--context <name>', 'context of the kubeconfig')
  .addOption(fromEnvironment('--watch-namespace <name>', 'only this namespace; repeatable; default: all', 'WATCH_NAMESPACES').argParser(namespaces))
  .addOption(
    fromEnvironment('--leader-elect [boolean]', 'work only while holding a Lease, so that several may run', 'LEADER_ELECT')
      .preset(true)
      .default(false)
      .argParser(yesOrNo),
  )
  .addOption(
    fromEnvironment('--leader-election-namespace <name>', 'namespace of the Lease; default: that of the pod', 'LEADER_ELECTION_NAMESPACE').argParser(namespace),
  )
  .addOption(fromEnvironment('--leader-election-id <name>', 'name of the Lease', 'LEADER_ELECTION_ID').default('clickstream-operator'))
  .addOption(fromEnvironment('--port <number>', 'port of /healthz, /readyz and /metrics; 0: a free one', 'PORT').default(8080).argParser(portNumber))
  .addOption(fromEnvironment('--host <address>', 'address it listens on', 'HOST').default('127.0.0.1'))
  .addOption(fromEnvironment('--log-level <level>', 'trace, debug, info, warn or error', 'LOG_LEVEL').default('info'))
  .action((options) => run(import('./commands/operator.ts').then(({ operator }) => operator(options))))

program
  .command('sandbox')
  .description('run the stand-ins alone')
  .option('--log-level <level>', 'trace, debug, info, warn or error', 'silent')
  .action((options) => run(import('./commands/sandbox.ts').then(({ sandbox }) => sandbox(options))))

await program.parseAsync()
