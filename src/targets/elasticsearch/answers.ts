/** What Elasticsearch answers, as far as it is read here. */
import { z } from 'zod'
import type { Json, JsonObject } from '../../plan/index.ts'

const json: z.ZodType<Json> = z.lazy(() => z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), jsonObject]))
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json)

/** GET /_index_template */
export const templates = z.looseObject({ index_templates: z.array(z.looseObject({ name: z.string(), index_template: jsonObject })) })

/** POST /_index_template/_simulate and _simulate_index/NAME */
export const simulation = z.looseObject({
  template: z.looseObject({ mappings: jsonObject.optional(), settings: jsonObject.optional() }),
  overlapping: z.array(z.looseObject({ name: z.string(), index_patterns: z.array(z.string()) })).optional(),
})

/** GET /INDEX/_mapping */
export const mappings = z.record(z.string(), z.looseObject({ mappings: jsonObject }))

export const acknowledged = z.looseObject({ acknowledged: z.boolean() })

/** POST /_msearch with size 0 and one max aggregation. */
export const newest = z.looseObject({
  responses: z.array(
    z.looseObject({
      status: z.number().optional(),
      hits: z.looseObject({ total: z.union([z.number(), z.looseObject({ value: z.number() })]) }).optional(),
      aggregations: z.looseObject({ newest: z.looseObject({ value: z.number().nullish() }).optional() }).optional(),
    }),
  ),
})
