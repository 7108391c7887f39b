/** Label selectors and field selectors. */
import type { KubeObject } from '../../ports/index.ts'
import { isObject } from './json.ts'
import { labelValue, qualifiedName } from './names.ts'
import type { ResourceType } from './resources.ts'
import { badRequest } from './status.ts'

export type Predicate = (object: KubeObject) => boolean

/** `a=b,c!=d,e,!f,g in (h,i),j notin (k)`. */
export function labelSelector(text: string): Predicate {
  const requirements = splitOutsideParentheses(text).map((part) => labelRequirement(part.trim()))
  return (object) => requirements.every((requirement) => requirement(object.metadata.labels ?? {}))
}

function splitOutsideParentheses(text: string): string[] {
  return text.trim() === '' ? [] : text.split(/,(?![^(]*\))/)
}

function labelRequirement(text: string): (labels: Record<string, string>) => boolean {
  const unable = (why: string) => badRequest(`unable to parse requirement: ${why}`)
  if (/^\S+\s+(in|notin)\s+[^(\s]/.test(text)) throw unable(`found '${text.split(/\s+/)[2]}' expected: '('`)
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text) ?? /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text)
  const equality = /^([^=!<>\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(text)
  const order = /^([^=!<>\s]+)\s*([<>])\s*(\S*)$/.exec(text)
  const presence = /^(!?)\s*([^=!<>\s()]+)$/.exec(text)
  const key = set?.[1] ?? equality?.[1] ?? order?.[1] ?? presence?.[2]
  if (key === undefined) throw unable(`found ${JSON.stringify(text)}, expected: identifier, '=', '==', '!=', 'in', 'notin'`)
  const badKey = qualifiedName(key)[0]
  if (badKey) throw unable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${badKey}`)
  const values = set ? set[3]!.split(',').map((value) => value.trim()) : equality ? [equality[3]!] : order ? [order[3]!] : []
  for (const value of values) {
    const bad = labelValue(value)[0]
    if (bad) throw unable(`<nil>: Invalid value: ${JSON.stringify(value)}: ${bad}`)
  }
  if (order && !/^-?\d+$/.test(order[3]!))
    throw unable(`values[0]: Invalid value: ${JSON.stringify(order[3])}: for 'Gt', 'Lt' operators, the value must be an integer`)
  const operator = set?.[2] ?? equality?.[2] ?? order?.[2] ?? (presence?.[1] ? '!' : 'exists')
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return (labels) => Object.hasOwn(labels, key) && values.includes(labels[key]!)
    case 'notin':
    case '!=':
      return (labels) => !Object.hasOwn(labels, key) || !values.includes(labels[key]!)
    case '>':
      return (labels) => /^-?\d+$/.test(labels[key] ?? '') && Number(labels[key]) > Number(values[0])
    case '<':
      return (labels) => /^-?\d+$/.test(labels[key] ?? '') && Number(labels[key]) < Number(values[0])
    case '!':
      return (labels) => !Object.hasOwn(labels, key)
    default:
      return (labels) => Object.hasOwn(labels, key)
  }
}

/** `metadata.name=a,status.phase!=b`, over the fields that the type offers. */
export function fieldSelector(text: string, resource: ResourceType): Predicate {
  if (text.trim() === '') return () => true
  const requirements = text.split(',').map((part) => {
    const match = /^\s*([^=!]+?)\s*(==|=|!=)(.*)$/.exec(part)
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
    const [, field, operator, value] = match
    const known = field === 'metadata.name' || (field === 'metadata.namespace' && resource.namespaced) || resource.selectable.includes(field!)
    // Types with fields of their own word it in their own way.
    const own = resource.custom || resource.selectable.length > 0
    if (!known)
      throw badRequest(own ? `field label not supported: ${field}` : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`)
    const wanted = value!.trim().replaceAll(/\\([\\,=])/g, '$1')
    return { field: field!, equal: operator !== '!=', wanted }
  })
  return (object) => requirements.every(({ field, equal, wanted }) => (fieldOf(object, field) === wanted) === equal)
}

function fieldOf(object: KubeObject, field: string): string {
  if (field === 'source' && object.kind === 'Event') {
    const source = object.source
    return (isObject(source) && typeof source.component === 'string' ? source.component : '') || String(object.reportingComponent ?? '')
  }
  let value: unknown = object
  for (const key of field.split('.')) value = isObject(value) ? value[key] : undefined
  return value === undefined || value === null ? '' : String(value)
}
