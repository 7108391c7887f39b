/** Server-side printing: objects as rows of a meta.k8s.io/v1 Table. */
import type { KubeObject } from '../../ports/index.ts'
import type { Column } from './resources.ts'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** An object as its columns read it (the stored form) and as the client sees it. */
export interface RowSource {
  readonly stored: KubeObject
  readonly shown: KubeObject
}

export function toTable(
  objects: readonly RowSource[],
  columns: readonly Column[],
  options: { metadata: Record<string, unknown>; include: IncludeObject; nowMs: number; headers: boolean },
): unknown {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: options.headers
      ? columns.map(({ name, type, format, description, priority }) => ({ name, type, format: format ?? '', description, priority }))
      : [],
    rows: objects.map(({ stored, shown }) => ({
      cells: columns.map((column) => column.cell(stored, options.nowMs)),
      object: options.include === 'None' ? null : options.include === 'Object' ? shown : partialMetadata(shown),
    })),
  }
}

export function partialMetadata(object: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
}
