/** Grafana's HTTP API and dashboard pages, with Elasticsearch data sources. */
export { type GrafanaOptions, startGrafana } from './server.ts'
