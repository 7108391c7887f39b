import assert from 'node:assert/strict'
import {
  type AnalysisOptions,
  analyseSelect,
  applyStatement,
  type Catalogue,
  completeStatement,
  createCatalogue,
  formatStatement,
  parseStatements,
  SqlError,
} from '../../src/sql/index.ts'
import { readGolden } from './data.ts'

interface Recorded {
  readonly name: string
  readonly sql: string
  readonly message?: string
  readonly code?: number
  /** `statementText` of what was created. */
  readonly texts?: readonly string[]
}

const WEEK_MS = 604_800_000

/** What the server knew of its topics when a statement came. */
class Server {
  catalogue: Catalogue = createCatalogue()
  readonly #topics = new Map<string, { readonly partitions: number; readonly retentionMs: number }>()

  run(sql: string): { texts: string[]; message?: string; code?: number } {
    const texts: string[] = []
    let next = this.catalogue
    const made: [string, { partitions: number; retentionMs: number }][] = []
    try {
      for (const statement of parseStatements(sql)) {
        if (statement.kind === 'Select') {
          analyseSelect(statement.query, next, this.#options())
          continue
        }
        const completed = completeStatement(statement, next, this.#options())
        const applied = applyStatement(statement, next, this.#options())
        if (applied.analysed !== undefined && statement.kind !== 'InsertInto') {
          texts.push(formatStatement(completed))
          const { topic, partitions = 1, sourceType } = applied.analysed.sink
          made.push([topic, { partitions, retentionMs: statement.kind === 'CreateSource' && sourceType === 'TABLE' ? -1 : WEEK_MS }])
        }
        next = applied.catalogue
      }
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      return { texts, message: error.message, code: error.errorCode }
    }
    this.catalogue = next
    for (const [topic, shape] of made) if (!this.#topics.has(topic)) this.#topics.set(topic, shape)
    return { texts }
  }

  #options(): AnalysisOptions {
    return {
      partitionsOf: (topic) => this.#topics.get(topic)?.partitions,
      topicOf: (topic) => {
        const known = this.#topics.get(topic)
        return known === undefined ? undefined : { replicas: 1, retentionMs: known.retentionMs }
      },
    }
  }
}

describe('what a ksqlDB 7.9 answered', () => {
  const server = new Server()
  for (const recorded of readGolden<{ statements: Recorded[] }>('recorded-statements').statements) {
    it(recorded.name, () => {
      const answer = server.run(recorded.sql)
      assert.equal(answer.message, recorded.message)
      if (recorded.message !== undefined) assert.equal(answer.code, recorded.code)
      if (recorded.texts !== undefined) assert.deepEqual(answer.texts, recorded.texts)
    })
  }
})
