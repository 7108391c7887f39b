/** What built-in types have in common. */

import type { KubeObject } from '../../../ports/index.ts'
import { isObject, type JsonObject } from '../json.ts'
import { dns1123Subdomain } from '../names.ts'
import { ALL_VERBS, type ResourceType } from '../resources.ts'
import type { Schema } from '../schema/structural.ts'

export const text: Schema = { type: 'string' }
export const time: Schema = { type: 'string', format: 'date-time', nullable: true }

type Given = Pick<ResourceType, 'group' | 'version' | 'plural' | 'kind' | 'schema' | 'columns'> & Partial<ResourceType>

export function builtin(given: Given): ResourceType {
  return {
    singular: given.kind.toLowerCase(),
    listKind: `${given.kind}List`,
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: ALL_VERBS,
    storage: `${given.group}/${given.plural}`,
    storageVersion: given.version,
    status: false,
    selectable: [],
    custom: false,
    generation: false,
    unconditional: true,
    checkName: dns1123Subdomain,
    ...given,
  }
}

/** A map of an object, empty when it has none. */
export function mapOf(object: KubeObject, field: string): JsonObject {
  return isObject(object[field]) ? (object[field] as JsonObject) : {}
}
