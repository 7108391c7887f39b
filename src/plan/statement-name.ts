/** Names of what has no name at the backend, or one that could also be a stream's. */
import { formatStatement, type InsertInto } from '../sql/index.ts'
import { hexHash } from './hash.ts'

/** ksqlDB numbers INSERT queries; what they say is all that tells them apart. */
export const insertName = (statement: InsertInto): string => `INSERT INTO ${statement.target} ${hexHash(formatStatement(statement), 8)}`

/** Types have a namespace of their own. */
export const typeName = (name: string): string => `TYPE ${name}`
