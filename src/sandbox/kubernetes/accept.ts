/** What a client wants to read: plain objects, tables or metadata alone, as JSON or YAML. */
import { stringify as toYaml } from 'yaml'
import { notAcceptable } from './status.ts'

export type Shape = 'Object' | 'Table' | 'PartialObjectMetadata'

export interface Accepted {
  readonly yaml: boolean
  readonly shape: Shape
}

const MEDIA_TYPES = ['application/json', 'application/yaml'] as const
/** As the real server names them; who takes nothing but protobuf is told the same. */
const TOLD_TYPES = [...MEDIA_TYPES, 'application/vnd.kubernetes.protobuf'] as const

interface Range {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

export function parseAccept(header: string | undefined): Range[] {
  return (header ?? '*/*').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    return { type: type.toLowerCase(), parameters: new Map(parameters.map((part) => part.split('=', 2).map((side) => side.trim()) as [string, string])) }
  })
}

/** The first of the client's wishes that can be met; 406 when there is none. */
export function negotiate(header: string | undefined): Accepted {
  for (const { type, parameters } of parseAccept(header)) {
    const any = type === '*/*' || type === 'application/*' || type === ''
    if (!any && !(MEDIA_TYPES as readonly string[]).includes(type)) continue
    const yaml = type === 'application/yaml'
    const as = parameters.get('as')
    if (as === undefined) return { yaml, shape: 'Object' }
    const known = parameters.get('g') === 'meta.k8s.io' && ['v1', 'v1beta1'].includes(parameters.get('v') ?? '')
    if (!known) continue
    if (as === 'Table') return { yaml, shape: 'Table' }
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { yaml, shape: 'PartialObjectMetadata' }
  }
  throw notAcceptable(TOLD_TYPES)
}

export function encode(value: unknown, yaml: boolean): { readonly text: string; readonly contentType: string } {
  if (yaml) return { text: goYaml(value), contentType: 'application/yaml' }
  return { text: `${JSON.stringify(value)}\n`, contentType: 'application/json' }
}

/** Laid out as Go's encoder does: keys in order, lists not indented, `.` bare. */
function goYaml(value: unknown): string {
  const text = toYaml(value, { version: '1.1', sortMapEntries: true, indentSeq: false, lineWidth: 0 })
  return text.replaceAll(/^(\s*(?:- )?)"\.": /gm, '$1.: ')
}
