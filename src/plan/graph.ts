/** Pass: the nodes in an order in which each comes after what it depends on, otherwise in the order of the data's way. */
import type { Desired, Graph, Stage } from './resources.ts'

export const STAGES: readonly Stage[] = ['Topics', 'Sources', 'Statements', 'Templates', 'Sinks', 'Dashboards']

export function toGraph(nodes: readonly Desired[]): Graph {
  const known = new Set(nodes.map(({ id }) => id))
  const placed = new Set<string>()
  const ordered: Desired[] = []
  const waiting = nodes
    // What is not ours to make is no edge of the graph.
    .map((node) => ({ ...node, dependsOn: [...new Set(node.dependsOn)].filter((id) => known.has(id) && id !== node.id) }))
    .toSorted((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage))
  while (waiting.length > 0) {
    const next = waiting.findIndex((node) => node.dependsOn.every((id) => placed.has(id)))
    if (next < 0) throw new Error(`resources depend on each other in a circle: ${waiting.map(({ id }) => id).join(', ')}`)
    const [node] = waiting.splice(next, 1)
    placed.add(node!.id)
    ordered.push(node!)
  }
  return { nodes: ordered }
}
