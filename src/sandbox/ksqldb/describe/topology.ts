/** The `topology` text of a query description: the processors that Kafka Streams would run, with its way of numbering them. */
import type { AnalysedQuery } from '../../../sql/index.ts'

interface Node {
  readonly kind: 'Source' | 'Processor' | 'Sink'
  readonly name: string
  readonly topic?: string
  readonly stores?: string
}

/** A chain: each node feeds the next. */
type Chain = Node[]

/** `sinkTopic` absent: nothing is written; `push`: rows go to a client. */
export function topologyText(query: AnalysedQuery, options: { sinkTopic: string | undefined; push: boolean }): string {
  const numbers = new Numbers()
  const join = query.joins[0]
  if (join !== undefined && query.joins.length === 1 && query.from.source.sourceType === 'STREAM' && join.right.source.sourceType === 'TABLE') {
    return streamTableJoin(query, options, numbers)
  }
  const chains = linear(query, options, numbers)
  return print(chains)
}

class Numbers {
  #next = 0
  next(prefix: string): string {
    return `${prefix}-${this.take()}`
  }
  take(count = 1): string {
    const text = String(this.#next).padStart(10, '0')
    this.#next += count
    return text
  }
}

const processor = (name: string, stores = ''): Node => ({ kind: 'Processor', name, stores })

function linear(query: AnalysedQuery, options: { sinkTopic: string | undefined; push: boolean }, numbers: Numbers): Chain[] {
  const table = query.from.source.sourceType === 'TABLE'
  const first: Chain = table ? tableSource(query.from.source.topic, 'KsqlTopic-Reduce', numbers) : streamSource(query.from.source.topic, numbers)
  const chains = [first]
  let last = first
  let isTable = table
  const add = (...nodes: Node[]) => last.push(...nodes)
  const named = (name: string, stores = '') => {
    numbers.take()
    add(processor(name, stores))
  }
  const filtered = (name: string, ofTable: boolean) => {
    if (!ofTable) return named(name)
    for (const part of ['ApplyPredicate', 'Filter', 'PostProcess']) named(`${name}-${part}`)
  }
  if (query.where !== undefined) filtered('WhereFilter', isTable)
  if (query.partitionBy !== undefined) named('PartitionBy-SelectKey')
  if (query.groupBy !== undefined) {
    named('Aggregate-Prepare')
    const regrouped = isTable || !groupsByKey(query)
    if (regrouped) {
      if (!isTable) add(processor(numbers.next('KSTREAM-FILTER')))
      named('Aggregate-GroupBy')
    }
    const aggregate = numbers.next(isTable ? 'KTABLE-AGGREGATE' : 'KSTREAM-AGGREGATE')
    if (regrouped) {
      numbers.take(3)
      const topic = 'Aggregate-GroupBy-repartition'
      if (!isTable) add(processor(`${topic}-filter`))
      add({ kind: 'Sink', name: `${topic}-sink`, topic })
      last = [{ kind: 'Source', name: `${topic}-source`, topic }]
      chains.push(last)
    }
    add(processor(aggregate, 'Aggregate-Aggregate-Materialize'))
    named('Aggregate-Aggregate-ToOutputSchema')
    if (query.window !== undefined) named('Aggregate-Aggregate-WindowSelect')
    isTable = true
    if (query.having !== undefined) filtered('Aggregate-HavingFilter', true)
    named('Aggregate-Project')
  } else named('Project')
  finish(last, isTable, options, numbers)
  return chains
}

function finish(chain: Chain, isTable: boolean, options: { sinkTopic: string | undefined; push: boolean }, numbers: Numbers): void {
  if (options.sinkTopic === undefined && !options.push) return
  if (isTable) chain.push(processor(numbers.next('KTABLE-TOSTREAM')))
  if (options.sinkTopic !== undefined) chain.push({ kind: 'Sink', name: numbers.next('KSTREAM-SINK'), topic: options.sinkTopic })
  else chain.push(processor(numbers.next(isTable ? 'KSTREAM-FOREACH' : 'KSTREAM-PROCESSOR')))
}

function streamSource(topic: string, numbers: Numbers): Chain {
  return [{ kind: 'Source', name: numbers.next('KSTREAM-SOURCE'), topic }, processor(numbers.next('KSTREAM-TRANSFORMVALUES'))]
}

function tableSource(topic: string, store: string, numbers: Numbers): Chain {
  numbers.take()
  return [
    { kind: 'Source', name: numbers.next('KSTREAM-SOURCE'), topic },
    processor(numbers.next('KTABLE-SOURCE')),
    processor(numbers.next('KTABLE-TRANSFORMVALUES'), store),
    processor(numbers.next('KTABLE-TRANSFORMVALUES')),
  ]
}

/** Grouping by the very key needs no repartition. */
function groupsByKey(query: AnalysedQuery): boolean {
  const groups = query.groupBy ?? []
  const key = query.from.source.key
  return groups.length === key.length && groups.every(({ expression }, index) => expression.kind === 'ColumnReference' && expression.name === key[index]?.name)
}

function streamTableJoin(query: AnalysedQuery, options: { sinkTopic: string | undefined; push: boolean }, numbers: Numbers): string {
  const join = query.joins[0]
  if (join === undefined) return ''
  const store = 'KafkaTopic_Right-Reduce'
  const right = tableSource(join.right.source.topic, store, numbers)
  numbers.take()
  right.push(processor('PrependAliasRight'))
  const left = streamSource(query.from.source.topic, numbers)
  const joinColumn = join.leftKey.expression.kind === 'ColumnReference' ? join.leftKey.expression.name : undefined
  const rekeyed = query.from.source.key[0]?.name !== joinColumn
  const named = (chain: Chain, name: string, stores = '') => {
    numbers.take()
    chain.push(processor(name, stores))
  }
  if (rekeyed) named(left, 'LeftSourceKeyed-SelectKey')
  named(left, 'PrependAliasLeft')
  const after: Chain = rekeyed ? [{ kind: 'Source', name: 'Join-repartition-source', topic: 'Join-repartition' }] : left
  if (rekeyed) {
    numbers.take(3)
    left.push(processor('Join-repartition-filter'), { kind: 'Sink', name: 'Join-repartition-sink', topic: 'Join-repartition' })
  }
  named(after, 'Join', store)
  if (query.where !== undefined) named(after, 'WhereFilter')
  named(after, 'Project')
  finish(after, false, options, numbers)
  const first = [...rows(right), ...(rekeyed ? rows(after) : rows(left))]
  return layout(rekeyed ? [sortAsStreams(first), rows(left)] : [sortAsStreams(first)])
}

interface Row {
  readonly node: Node
  readonly next: string | undefined
  readonly previous: string | undefined
  /** How many nodes come after it, itself included. */
  readonly size: number
  readonly depth: number
}

function rows(chain: Chain): Row[] {
  return chain.map((node, index) => ({ node, next: chain[index + 1]?.name, previous: chain[index - 1]?.name, size: chain.length - index, depth: index }))
}

/** Sources first, then by how much comes after a node, then by name. */
function sortAsStreams(all: readonly Row[]): Row[] {
  return [...all].sort((a, b) => Number(b.node.kind === 'Source') - Number(a.node.kind === 'Source') || b.size - a.size || (a.node.name < b.node.name ? -1 : 1))
}

function print(chains: readonly Chain[]): string {
  return layout(chains.map(rows))
}

function layout(groups: readonly (readonly Row[])[]): string {
  return `Topologies:\n${groups
    .map((group, index) => `   Sub-topology: ${index}\n${group.map(rowText).join('')}\n`)
    .join('  ')
    .replace(/\n {5}Sub/g, '\n  Sub')}`
}

function rowText({ node, next, previous }: Row): string {
  const to = `      --> ${next ?? 'none'}\n`
  const from = `      <-- ${previous ?? 'none'}\n`
  if (node.kind === 'Source') return `    Source: ${node.name} (topics: [${node.topic}])\n${to}`
  if (node.kind === 'Sink') return `    Sink: ${node.name} (topic: ${node.topic})\n${from}`
  return `    Processor: ${node.name} (stores: [${node.stores ?? ''}])\n${to}${from}`
}
