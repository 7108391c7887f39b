/** Pure: a pipeline and its platform become a graph of resources; the graph against what exists becomes ordered actions. */
export type * from './resources.ts'
