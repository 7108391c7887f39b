/** The web console of one pipeline, and what it shares with the command: reading a pipeline, reaching its backends, its flow. */
export { compileFrom, readConfigMaps } from './compile.ts'
export type { ConnectorView } from './connectors.ts'
export { type Flow, flowAsMermaid, flowAsText, flowOf } from './flow.ts'
export { type ConsoleOptions, startConsole } from './server.ts'
export { type Backends, type ConnectionOptions, openBackends, openKafka, openKube, readPipeline, readPlatform } from './session.ts'
export { UserError } from './user-error.ts'
