/** A pipeline and its platform become a graph of resources. The passes, in order: */
import { createCatalogue } from '../sql/index.ts'
import { addConnectorNodes, declareSources } from './connectors.ts'
import { addDashboards, addDataSources } from './dashboards.ts'
import { type Draft, refuse } from './draft.ts'
import type { Compiled, CompileInput } from './facts.ts'
import { toGraph } from './graph.ts'
import { expandMetrics } from './metrics.ts'
import type { Finding } from './resources.ts'
import { readScripts } from './scripts.ts'
import { declareMetricSinks, declareSinks, noteScriptSinks } from './sinks.ts'
import { analyseStatements } from './statements.ts'
import { addFeedTemplates, declareTemplates } from './templates.ts'
import { addTopicNodes, declareTopics, implyTopic, outsideTopics } from './topics.ts'

type Pass = (draft: Draft) => void

const READING: readonly Pass[] = [
  // May this pipeline be here at all?
  checkNamespace,
  // Declared topics first: everything that follows only adds to them.
  declareTopics,
  // Texts become statements and connectors, metrics become statements.
  readScripts,
]

const MEANING: readonly Pass[] = [
  expandMetrics,
  // Sources before statements: their topics' partitions decide those of what reads them.
  declareSources,
  implyGeneratedTopics,
  // In the order of lineage; makes the catalogue that sinks and panels are checked against.
  analyseStatements,
  declareSinks,
  declareMetricSinks,
  noteScriptSinks,
  // Templates before connectors, which depend on them.
  declareTemplates,
  addFeedTemplates,
  addTopicNodes,
  addConnectorNodes,
  addDataSources,
  addDashboards,
]

export function compilePipeline(input: CompileInput): Compiled {
  const { metadata } = input.pipeline
  const draft: Draft = {
    ...input,
    owner: { namespace: metadata.namespace ?? 'default', pipeline: metadata.name },
    findings: [],
    statements: [],
    connectors: [],
    topics: new Map(),
    analysed: new Map(),
    feeds: new Map(),
    panels: [],
    schedules: [],
    nodes: [],
    catalogue: createCatalogue(),
  }
  for (const pass of READING) pass(draft)
  // A text that cannot be read does not say what it makes: what builds on it would be blamed for its mistake.
  if (draft.findings.every(({ severity }) => severity !== 'error')) for (const pass of MEANING) pass(draft)
  const findings = sorted(draft.findings)
  const valid = findings.every(({ severity }) => severity !== 'error')
  return {
    ...(valid ? { graph: toGraph(draft.nodes) } : {}),
    findings,
    catalogue: draft.catalogue,
    schedules: draft.schedules,
    outsideTopics: outsideTopics(draft),
  }
}

function checkNamespace(draft: Draft): void {
  const own = draft.platform.metadata.namespace ?? 'default'
  const allowed = draft.platform.spec.allowedNamespaces
  if (draft.owner.namespace === own || allowed.includes('*') || allowed.includes(draft.owner.namespace)) return
  refuse(
    draft,
    'NamespaceNotAllowed',
    'spec.platformRef',
    `Platform ${own}/${draft.platform.metadata.name} does not allow pipelines from namespace ${draft.owner.namespace}`,
    'Ask its owner to add the namespace to spec.allowedNamespaces.',
  )
}

/** Generators of scripts make their topics by the broker's doing, which not every broker does. */
function implyGeneratedTopics(draft: Draft): void {
  for (const { direction, config, specPath, driftPolicy } of draft.connectors) {
    const topic = config['kafka.topic']
    if (direction !== 'source' || topic === undefined || topic === '' || draft.topics.has(topic)) continue
    implyTopic(draft, { name: topic, partitions: 1, specPath, driftPolicy })
  }
}

/** Errors first, then by place. */
function sorted(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => {
    if (a.severity !== b.severity) return a.severity === 'error' ? -1 : 1
    if (a.path !== b.path) return a.path < b.path ? -1 : 1
    return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  })
}
