/** Transforms that drop a record or send it elsewhere. */
import type { ConnectRecord } from '../data.ts'
import type { TransformClass } from './transform.ts'

/** Filter: drops every record it is asked about; a predicate says which. */
export const filter: TransformClass = { options: [], create: () => () => null }

/** RegexRouter: the topic renamed, when the whole name matches. */
export const regexRouter: TransformClass = {
  options: [
    { name: 'regex', type: 'STRING', importance: 'HIGH', documentation: 'Regular expression to use for matching.', check: (value) => invalidRegex(value) },
    { name: 'replacement', type: 'STRING', importance: 'HIGH', documentation: 'Replacement string.' },
  ],
  create(settings) {
    const regex = new RegExp(`^(?:${settings.string('regex')})$`)
    const replacement = settings.string('replacement')
    return (record) => (regex.test(record.topic) ? { ...record, topic: record.topic.replace(regex, replacement) } : record)
  },
}

function invalidRegex(value: string): string | undefined {
  try {
    new RegExp(value)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export interface PredicateClass {
  readonly options: TransformClass['options']
  create(settings: Parameters<TransformClass['create']>[0]): (record: ConnectRecord) => boolean
}

export const recordIsTombstone: PredicateClass = { options: [], create: () => (record) => record.value.value === null }

export const topicNameMatches: PredicateClass = {
  options: [
    {
      name: 'pattern',
      type: 'STRING',
      documentation: 'A Java regular expression for matching against the name of a record’s topic.',
      check: (value) => invalidRegex(value),
    },
  ],
  create(settings) {
    const pattern = new RegExp(`^(?:${settings.string('pattern')})$`)
    return (record) => pattern.test(record.topic)
  },
}

export const hasHeaderKey: PredicateClass = {
  options: [{ name: 'name', type: 'STRING', documentation: 'The header name.' }],
  create(settings) {
    const name = settings.string('name')
    return (record) => record.headers.some(([key]) => key === name)
  },
}
