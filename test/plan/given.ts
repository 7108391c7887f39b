/** Pipelines and platforms from YAML, with every default filled in, and compiled. */
import { parse } from 'yaml'
import { type ClickstreamPipeline, type ClickstreamPlatform, parsePipeline, parsePlatform } from '../../src/api/index.ts'
import { type Compiled, type CompileFacts, compilePipeline, type Graph, type Owner } from '../../src/plan/index.ts'

const API = { apiVersion: 'clickstream.dev/v1alpha1' }

export function platform(spec: object = {}): ClickstreamPlatform {
  const parsed = parsePlatform({
    ...API,
    kind: 'ClickstreamPlatform',
    metadata: { name: 'default', namespace: 'demo' },
    spec: {
      kafka: { bootstrapServers: 'kafka:9092', strimziCluster: 'kafka' },
      ksqldb: { url: 'http://ksqldb:8088' },
      connect: { url: 'http://connect:8083' },
      elasticsearch: { url: 'http://elasticsearch:9200' },
      grafana: { url: 'http://grafana:3000' },
      ...spec,
    },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors))
  return parsed.value
}

/** `yaml` is the spec, or the whole object. */
function pipeline(yaml: string, name = 'clicks'): ClickstreamPipeline {
  const object = parse(yaml) as Record<string, unknown>
  const whole = 'spec' in object ? object : { ...API, kind: 'ClickstreamPipeline', metadata: { name }, spec: object }
  const parsed = parsePipeline({ ...whole, metadata: { namespace: 'demo', ...(whole.metadata as object) } })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors))
  return parsed.value
}

/** What a Connect worker with the usual two connectors has. */
export const plugins = [
  { class: 'io.confluent.kafka.connect.datagen.DatagenConnector', type: 'source' },
  { class: 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector', type: 'sink' },
] as const

export interface Given {
  readonly platform?: object
  readonly facts?: CompileFacts
  readonly configMaps?: Readonly<Record<string, string>>
}

export function compile(yaml: string, given: Given = {}): Compiled {
  return compilePipeline({
    pipeline: pipeline(yaml),
    platform: platform(given.platform),
    configMaps: new Map(Object.entries(given.configMaps ?? {})),
    facts: { plugins, now: 1_700_000_000_000, ...given.facts },
  })
}

export function graphOf(yaml: string, given: Given = {}): Graph {
  const { graph, findings } = compile(yaml, given)
  if (!graph) throw new Error(JSON.stringify(findings, null, 2))
  return graph
}

export const owner: Owner = { namespace: 'demo', pipeline: 'clicks' }
