/** The two resources as whole objects, and how an object becomes a value. */
import { z } from 'zod'
import { API_VERSION, PIPELINE, PLATFORM } from './names.ts'
import { pipelineSpecSchema } from './pipeline.ts'
import { platformSpecSchema, platformStatusSchema } from './platform.ts'
import { pipelineStatusSchema } from './status.ts'

const metadata = z.looseObject({
  name: z.string().min(1).max(253),
  namespace: z.string().min(1).max(63).optional(),
  uid: z.string().optional(),
  generation: z.number().optional(),
  resourceVersion: z.string().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
})

const pipelineSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(PIPELINE.kind),
  metadata,
  spec: pipelineSpecSchema,
  status: pipelineStatusSchema.optional(),
})
const platformSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(PLATFORM.kind),
  metadata,
  spec: platformSpecSchema,
  status: platformStatusSchema.optional(),
})

/** With every default filled in. */
export type ClickstreamPipeline = z.output<typeof pipelineSchema>
export type ClickstreamPlatform = z.output<typeof platformSchema>

export interface FieldError {
  /** `spec.sinks[0].idColumn` */
  readonly path: string
  readonly message: string
}
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: readonly FieldError[] }

/** A larger spec would not fit beside its copy in kubectl's last-applied annotation (262,144 bytes for all of them). */
export const SPEC_CHARACTERS_MAX = 200_000

export function parsePipeline(object: unknown): Parsed<ClickstreamPipeline> {
  const parsed = parse(pipelineSchema, object)
  if (!parsed.ok) return parsed
  const size = JSON.stringify((object as { spec: unknown }).spec).length
  if (size <= SPEC_CHARACTERS_MAX) return parsed
  return { ok: false, errors: [{ path: 'spec', message: `is ${size} characters of JSON, ${SPEC_CHARACTERS_MAX} are allowed: put long texts into ConfigMaps` }] }
}

export function parsePlatform(object: unknown): Parsed<ClickstreamPlatform> {
  return parse(platformSchema, object)
}

function parse<T>(schema: z.ZodType<T>, object: unknown): Parsed<T> {
  const result = schema.safeParse(object)
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, errors: result.error.issues.flatMap((issue) => fieldErrors(issue)) }
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: 'there is no such field' }))
  return [{ path: pathText(issue.path), message: issue.message }]
}

/** `['spec', 'sinks', 0, 'from']` as `spec.sinks[0].from`; keys with dots in brackets. */
function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`
    else text += `[${JSON.stringify(String(part))}]`
  }
  return text
}

/** The KafkaConnect object that the platform names, where connectors are KafkaConnector objects. */
export function kafkaConnectOf({ metadata, spec }: ClickstreamPlatform): { readonly namespace: string; readonly name: string } | undefined {
  const { strimziCluster, namespace } = spec.connect
  if (strimziCluster === undefined) return undefined
  return { namespace: namespace ?? spec.kafka.topicNamespace ?? metadata.namespace ?? 'default', name: strimziCluster }
}
