export { createKsqldbTarget, type KsqldbOptions } from './target.ts'
