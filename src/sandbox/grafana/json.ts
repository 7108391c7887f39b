/** JSON values as Grafana's API takes and gives them. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

export function asList(value: unknown): Json[] {
  return Array.isArray(value) ? value : []
}

export function text(value: unknown, fallback = ''): string {
  return typeof value === 'string' ? value : fallback
}
