/** The `clickstream` command; as `kubectl-clickstream` on the path it is also `kubectl clickstream`. */
import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../ports/index.ts'
import { plan } from './commands/plan.ts'
import { status } from './commands/status.ts'
import { printTopic, topics } from './commands/topics.ts'
import { validate } from './commands/validate.ts'
import { demo } from './demo/command.ts'
import { explain, UserError } from './output.ts'

const program = new Command('clickstream')
  .description('Clickstream pipelines on Kubernetes: generators, Kafka, ksqlDB, Connect, Elasticsearch, Grafana.')
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: true })

/** What a command answered becomes the exit code. */
const run = (answer: Promise<number>) =>
  answer.then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      process.stderr.write(`${explain(error)}\n`)
      process.exitCode = error instanceof UserError ? error.exitCode : 1
    },
  )

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1 is needed.')
  return value
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
  .action((options) => run(demo(options)))

program
  .command('validate')
  .description('check pipelines and platforms without a cluster')
  .argument('<files...>', 'YAML files')
  .option('--json', 'print JSON')
  .action((files, options) => run(validate(files, options, systemClock.now())))

connected(program.command('plan').description('what applying a pipeline would do').argument('[file]', 'YAML file; default: the pipeline of the cluster'))
  .option('--pipeline <name>', 'name of the pipeline; default: the only one of the namespace')
  .action((file, options) => run(plan(file, options, systemClock.now())))

connected(program.command('status').description('conditions and objects of a pipeline').argument('[name]', 'default: the only one of the namespace')).action(
  (name, options) => run(status(name, options, systemClock.now())),
)

connected(program.command('topics').description('topics with their partitions and records'))
  .option('-a, --all', 'internal topics too')
  .option('--pipeline <name>', 'pipeline whose platform is asked')
  .action((options) => run(topics(options)))

connected(program.command('print').description('print the records of a topic').argument('<topic>'))
  .option('-l, --limit <number>', 'end after so many', positive)
  .option('--no-from-beginning', 'only what comes from now on')
  .option('--pipeline <name>', 'pipeline whose platform is asked')
  .action((topic, options) => run(printTopic(topic, options, systemClock.now())))

await program.parseAsync()
