export { type ConnectOptions, createConnectTarget } from './target.ts'
