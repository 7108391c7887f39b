/** A script run record by record: what each record causes is all written before the next one is read. */
import {
  type CaseRecord,
  compileScript,
  createTopology,
  decodeCaseRecord,
  encodeCaseRecord,
  type ProcessingError,
  type Script,
} from '../../src/engine/index.ts'

export interface Run {
  readonly script: Script
  readonly outputs: CaseRecord[]
  readonly errors: ProcessingError[]
  feed(records: readonly CaseRecord[]): void
}

export function startRun(statements: string): Run {
  const errors: ProcessingError[] = []
  const script = compileScript(statements, { onError: (error) => errors.push(error) })
  const topology = createTopology()
  for (const query of script.queries) topology.add(query)
  const sources = new Map(script.sources.toReversed().map((source) => [source.topic, source]))
  const outputs: CaseRecord[] = []
  return {
    script,
    outputs,
    errors,
    feed(records) {
      for (const record of records) {
        const { offset: _, ...input } = encodeCaseRecord(record, sources.get(record.topic)!, 0n)
        for (const written of topology.process(input)) outputs.push(decodeCaseRecord(written, sources.get(written.topic)!))
      }
    },
  }
}
