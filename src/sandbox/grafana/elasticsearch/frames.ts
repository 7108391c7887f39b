/** Data frames, in the JSON form of Grafana's query API. https://grafana.com/developers/plugin-tools/key-concepts/data-frames */
import type { Json, JsonObject } from '../json.ts'

export interface FrameField {
  readonly name: string
  readonly type: 'time' | 'number' | 'string' | 'other'
  readonly values: Json[]
  readonly config?: JsonObject
}

export interface Frame {
  readonly name?: string
  readonly refId: string
  readonly meta?: JsonObject
  readonly fields: readonly FrameField[]
}

const GO_TYPES = { time: 'time.Time', number: 'float64', string: 'string', other: 'json.RawMessage' } as const

export function frameJson(frame: Frame): JsonObject {
  return {
    schema: {
      ...(frame.name === undefined ? {} : { name: frame.name }),
      refId: frame.refId,
      ...(frame.meta === undefined ? {} : { meta: frame.meta }),
      fields: frame.fields.map(({ name, type, config }) => ({
        name,
        type,
        typeInfo: { frame: GO_TYPES[type], ...(type === 'time' && name === 'Time' ? {} : { nullable: true }) },
        ...(config === undefined ? {} : { config }),
      })),
    },
    data: { values: frame.fields.map(({ values }) => values) },
  }
}

/** One series: time and value. */
export function seriesFrame(refId: string, name: string, times: readonly number[], values: readonly (number | null)[]): Frame {
  return {
    name,
    refId,
    meta: { type: 'timeseries-multi', typeVersion: [0, 0] },
    fields: [
      { name: 'Time', type: 'time', values: [...times] },
      { name: 'Value', type: 'number', values: [...values] },
    ],
  }
}
