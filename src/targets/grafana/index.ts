export { createGrafanaTarget, type GrafanaOptions } from './target.ts'
