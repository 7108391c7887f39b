/**
 * The CustomResourceDefinitions, made from the zod schemas: structural OpenAPI with defaults, bounds, merge keys and CEL.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
import { z } from 'zod'
import { SCALAR_MAX_LENGTH } from './fields.ts'
import { GROUP, PIPELINE, PLATFORM, VERSION } from './names.ts'
import { pipelineSpecSchema } from './pipeline.ts'
import { platformSpecSchema, platformStatusSchema } from './platform.ts'
import { pipelineStatusSchema } from './status.ts'

/** A node of a structural schema, as it stands in a CRD. */
export interface StructuralSchema {
  type?: string
  description?: string
  properties?: Record<string, StructuralSchema>
  additionalProperties?: StructuralSchema
  items?: StructuralSchema
  required?: string[]
  default?: unknown
  enum?: string[]
  maxLength?: number
  maxItems?: number
  maxProperties?: number
  [key: string]: unknown
}

export interface CustomResourceDefinition {
  apiVersion: string
  kind: string
  metadata: { name: string }
  spec: {
    group: string
    scope: string
    names: Record<string, unknown>
    versions: { name: string; served: boolean; storage: boolean; schema: { openAPIV3Schema: StructuralSchema }; [key: string]: unknown }[]
  }
}

const condition = (type: string, field: string) => `.status.conditions[?(@.type=="${type}")].${field}`
const column = (name: string, jsonPath: string, options: { type?: string; priority?: number } = {}) => ({
  name,
  type: options.type ?? 'string',
  jsonPath,
  ...(options.priority ? { priority: options.priority } : {}),
})
const age = column('Age', '.metadata.creationTimestamp', { type: 'date' })

export function generateCrds(): CustomResourceDefinition[] {
  return [
    definition(
      PIPELINE,
      'cpl',
      'A clickstream pipeline: topics, sources, statements, sinks, index templates and dashboards, and how they fare.',
      { spec: pipelineSpecSchema, status: pipelineStatusSchema },
      [
        column('Ready', condition('Ready', 'status')),
        column('Flowing', condition('DataFlowing', 'status')),
        column('Objects', '.status.ready'),
        column('Status', condition('Ready', 'message')),
        ...['topics', 'sources', 'statements', 'templates', 'sinks', 'dashboards'].map((stage) =>
          column(stage[0]!.toUpperCase() + stage.slice(1), `.status.counts.${stage}`, { type: 'integer', priority: 1 }),
        ),
        age,
      ],
    ),
    definition(
      PLATFORM,
      'cplat',
      'The backends that pipelines run on: Kafka with Strimzi, ksqlDB, Kafka Connect, Elasticsearch and Grafana.',
      { spec: platformSpecSchema, status: platformStatusSchema },
      [
        column('Ready', condition('Ready', 'status')),
        column('Status', condition('Ready', 'message')),
        column('Pipelines', '.status.pipelines', { type: 'integer' }),
        ...['kafka', 'ksqldb', 'connect', 'elasticsearch', 'grafana'].map((backend) => column(backend, `.status.versions.${backend}`, { priority: 1 })),
        age,
      ],
    ),
  ]
}

function definition(
  names: { plural: string; kind: string },
  shortName: string,
  description: string,
  schemas: { spec: z.ZodType; status: z.ZodType },
  additionalPrinterColumns: readonly object[],
): CustomResourceDefinition {
  const status = structural(z.toJSONSchema(schemas.status, JSON_SCHEMA) as StructuralSchema)
  // Tools that read a missing Ready as green see a generation that no object has.
  status.default = { observedGeneration: -1 }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: names.kind,
        listKind: `${names.kind}List`,
        plural: names.plural,
        singular: names.kind.toLowerCase(),
        shortNames: [shortName],
        categories: ['clickstream'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [...additionalPrinterColumns],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description,
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: structural(z.toJSONSchema(schemas.spec, JSON_SCHEMA) as StructuralSchema),
                status,
              },
              // The name becomes the value of labels.
              'x-kubernetes-validations': [{ rule: 'self.metadata.name.size() <= 63', message: 'the name may have at most 63 characters' }],
            },
          },
        },
      ],
    },
  }
}

const JSON_SCHEMA = { io: 'input', target: 'openapi-3.0', reused: 'inline' } as const

/** JSON schema as zod gives it, in the narrower form that a CRD may have. */
function structural(node: StructuralSchema): StructuralSchema {
  const out: StructuralSchema = {}
  for (const key of KEPT) if (node[key] !== undefined) out[key] = node[key]
  if (node.properties) out.properties = Object.fromEntries(Object.entries(node.properties).map(([name, child]) => [name, structural(child)]))
  if (node.items) out.items = structural(node.items)
  if (typeof node.additionalProperties === 'object') out.additionalProperties = mapValue(node, node.additionalProperties)
  if (node.type === 'integer') out.format = 'int64'
  if (node.format === 'date-time') {
    out.format = 'date-time'
    delete out.pattern
  }
  if (out.minLength === 0) delete out.minLength
  return out
}

function mapValue(map: StructuralSchema, value: StructuralSchema): StructuralSchema {
  const maxLength = map[SCALAR_MAX_LENGTH]
  if (typeof maxLength !== 'number') return structural(value)
  return { 'x-kubernetes-preserve-unknown-fields': true, description: 'A string, number or boolean.', maxLength, maxItems: 0, maxProperties: 0 }
}

/** In the order in which they are written. Everything else that zod adds has no place in a structural schema. */
const KEPT = [
  'type',
  'description',
  'default',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
]
