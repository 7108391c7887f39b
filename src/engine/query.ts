/** Compiles an analysed query, and runs records through it. */
import type { OutputColumn, TypedExpression } from '../sql/index.ts'
import type { Compilation } from './compilation.ts'
import type { CompileOptions, InputRecord, OutputRow, RepartitionTopic, RunningQuery } from './engine.ts'
import { FatalError, type Report } from './operators/change.ts'
import type { PartitionOf } from './operators/group-by.ts'
import { limitOf } from './operators/limit.ts'
import { keyColumns } from './operators/partition-by.ts'
import { partitionFor } from './partition.ts'
import { assemble } from './pipeline.ts'
import { columnsFormat } from './serde/format.ts'
import { compileWriter } from './serde/record-writer.ts'
import { compileSinkTime } from './serde/timestamp.ts'

export function compileQuery(options: CompileOptions): RunningQuery {
  const { query, sink } = options
  let current: InputRecord | undefined
  let output: OutputRow[] = []
  let streamTime = -1
  const repartitioned = new Map<RepartitionTopic, number[]>()
  const report: Report = (error) => {
    if (current)
      options.onError({
        topic: current.topic,
        partition: current.partition,
        offset: current.offset,
        message: error.message,
        fatal: error instanceof FatalError,
      })
  }
  const compilation: Compilation = {
    query,
    world: { ...(options.random ? { random: options.random } : {}), ...(options.now ? { now: options.now } : {}) },
    report,
    stateful: [],
    table: query.from.source.sourceType === 'TABLE',
    partitionOf: (key) => repartition(options, key),
    repartitioned: (topic) => {
      const counts = Array.from({ length: query.from.source.partitions ?? 1 }, () => 0)
      repartitioned.set(topic, counts)
      return (partition) => {
        counts[partition] = (counts[partition] ?? 0) + 1
      }
    },
    output: outputColumns(options),
  }
  const limit = limitOf(query.limit)
  const sinkTime = sink && compileSinkTime(sink)
  const emit = (row: OutputRow): void => {
    if (!limit.take()) return
    const { headers, timestamp } = current!
    const caused = headers && headers.length > 0 ? { ...row, headers } : row
    if (!sinkTime) {
      output.push(caused)
      return
    }
    try {
      output.push(sinkTime(caused, Math.max(streamTime, timestamp)))
    } catch (error) {
      report(new Error(`Error writing row with extracted timestamp: ${(error as Error).message}`))
    }
  }
  const { feeds, table } = assemble(compilation, emit)
  const writer = sink && compileWriter(sink)
  const byTopic = Map.groupBy(feeds, (feed) => feed.topic)

  return {
    repartitioned,
    inputs: feeds.map(({ topic, as }) => ({ topic, as })),
    process(record) {
      output = []
      current = record
      for (const feed of byTopic.get(record.topic) ?? []) {
        if (limit.reached) break
        try {
          streamTime = Math.max(streamTime, feed.process(record))
        } catch (error) {
          report(error as Error)
        }
      }
      return output
    },
    encode(row) {
      if (!writer) throw new Error('A query without sink has no records')
      return writer(row)
    },
    ...(table ? { table } : {}),
    get streamTime() {
      return streamTime
    },
    get done() {
      return limit.reached
    },
    snapshot: () => ({ streamTime, operators: compilation.stateful.map((operator) => operator.snapshot()) }),
    restore(state) {
      const saved = state as { streamTime: number; operators: unknown[] }
      streamTime = saved.streamTime
      for (const [i, operator] of compilation.stateful.entries()) operator.restore(saved.operators[i])
    },
  }
}

function outputColumns({ query, sink }: CompileOptions): readonly OutputColumn[] {
  if (!sink) return query.output
  const place = ({ name }: OutputColumn): number => sink.key.findIndex((column) => column.name === name)
  const keys = query.output.filter((column) => column.role === 'KEY').sort((a, b) => place(a) - place(b))
  return [...keys, ...query.output.filter((column) => column.role === 'VALUE')]
}

/** Where a key goes in the repartition topic: it has as many partitions as the source's topic. */
function repartition({ query, sink }: CompileOptions, key: readonly TypedExpression[]): PartitionOf {
  const partitions = query.from.source.partitions ?? 1
  if (partitions === 1) return () => 0
  const columns = keyColumns(key)
  const plain = sink?.keyFormat.format === 'KAFKA' && columns.length === 1
  const format = columnsFormat({ format: plain ? 'KAFKA' : 'JSON' }, columns, false)
  return (values) => {
    const bytes = format.write(values)
    return bytes === null ? 0 : partitionFor(bytes, partitions)
  }
}
