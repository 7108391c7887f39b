/** What Grafana's HTTP API answers, as far as it is read here. https://grafana.com/docs/grafana/latest/developers/http_api/ */
import { z } from 'zod'
import type { JsonObject } from '../../plan/index.ts'

export const health = z.looseObject({ database: z.string(), version: z.string().optional() })

export const dataSources = z.array(
  z.looseObject({
    uid: z.string(),
    name: z.string(),
    type: z.string(),
    url: z.string().optional(),
    database: z.string().optional(),
    basicAuth: z.boolean().optional(),
    basicAuthUser: z.string().optional(),
    jsonData: z.record(z.string(), z.unknown()).nullish(),
  }),
)
export type DataSourceAnswer = z.output<typeof dataSources>[number]

export const search = z.array(z.looseObject({ uid: z.string(), title: z.string() }))

export const dashboard = z.looseObject({
  dashboard: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
})

export const refusal = z.looseObject({ status: z.string().optional(), message: z.string().optional() })

export const folders = z.array(z.looseObject({ uid: z.string(), title: z.string() }))
export const folder = z.looseObject({ uid: z.string(), title: z.string() })

// ---------------------------------------------------------------- /apis

export const apiGroup = z.looseObject({ versions: z.array(z.looseObject({ version: z.string() })) })

export const dashboardResource = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
})
export const dashboardResources = z.looseObject({
  metadata: z.looseObject({ continue: z.string().optional() }).optional(),
  items: z.array(dashboardResource),
})
