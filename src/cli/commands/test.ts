/**
 * `clickstream test`: runs statements over an input file in this process and compares what they write with an output file, in
 * the file formats of ksqlDB's own ksql-test-runner. Exit code 0: equal; 1: not; 2: bad input, or statements that are refused.
 */
import { readFile } from 'node:fs/promises'
import { UserError } from '../../console/index.ts'
import {
  type CaseDifference,
  type CaseRecord,
  compareOutputs,
  type Json,
  printJson as jsonText,
  type ProcessingError,
  parseCaseFile,
  runCase,
} from '../../engine/index.ts'
import { SqlError } from '../../sql/index.ts'
import { print, printJson } from '../output.ts'

export interface TestOptions {
  readonly sqlFile: string
  readonly inputFile: string
  readonly outputFile: string
  readonly json?: boolean
}

export interface Verdict {
  readonly expected: number
  readonly written: number
  readonly differences: readonly CaseDifference[]
  /** Records that were not used, as they did not fit their source. */
  readonly errors: readonly ProcessingError[]
}

export async function test(options: TestOptions): Promise<number> {
  const [statements, input, output] = (await Promise.all([options.sqlFile, options.inputFile, options.outputFile].map(read))) as [string, string, string]
  const verdict = judge({ statements, input, output }, options)
  if (options.json) printJson(forPrograms(verdict))
  else for (const line of forPeople(verdict)) print(line)
  return verdict.differences.length === 0 ? 0 : 1
}

/** @throws UserError with exit code 2 and the name of the file at fault */
export function judge(texts: { statements: string; input: string; output: string }, files: Omit<TestOptions, 'json'>): Verdict {
  const expected = attempt(files.outputFile, () => parseCaseFile(texts.output, 'outputs'))
  const { outputs, errors } = attempt(files.inputFile, () => runCase(texts), files.sqlFile)
  return { expected: expected.length, written: outputs.length, differences: compareOutputs(expected, outputs), errors }
}

export function forPeople({ expected, differences, errors }: Verdict): string[] {
  const unused = errors.map(({ topic, offset, message }) => `  not used: ${topic} record ${offset}: ${message}`)
  if (differences.length === 0) return [`Passed: ${expected} records as expected.`, ...unused]
  return [
    ...differences.flatMap((difference) => [
      `Topic ${difference.topic}, record ${difference.index}:`,
      `  - ${difference.expected ? draw(difference.expected) : '(no more records)'}`,
      `  + ${difference.actual ? draw(difference.actual) : '(no record)'}`,
    ]),
    `Failed: ${differences.length} ${differences.length === 1 ? 'topic differs' : 'topics differ'}.`,
    ...unused,
  ]
}

function forPrograms({ written, differences, errors }: Verdict): unknown {
  return {
    passed: differences.length === 0,
    written,
    differences: differences.map(({ topic, index, expected, actual }) => ({
      topic,
      index,
      ...(expected ? { expected: draw(expected) } : {}),
      ...(actual ? { actual: draw(actual) } : {}),
    })),
    errors: errors.map(({ topic, offset, message, fatal }) => ({ topic, offset, message, fatal })),
  }
}

/** A record as its file would hold it, on one line. */
function draw({ key, value, timestamp, window }: CaseRecord): string {
  const bounds = window && Object.entries(window)
  const fields: [string, Json | undefined][] = [
    ['key', key],
    ['value', value],
    ['timestamp', timestamp],
    ['window', bounds && new Map<string, Json>(bounds)],
  ]
  return jsonText(new Map(fields.filter((field): field is [string, Json] => field[1] !== undefined)))
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`, 2)
  }
}

/** Faults of a file come with its name, those of SQL with their place in the script. */
function attempt<T>(file: string, work: () => T, script = file): T {
  try {
    return work()
  } catch (error) {
    const place = error instanceof SqlError ? `${script}:${error.span.start.line}:${error.span.start.column}` : file
    throw new UserError(`${place}: ${(error as Error).message}`, 2)
  }
}
