/** The first documents of a bucket. */

import { parseHits, showHits } from '../hits.ts'
import { asObject } from '../json.ts'
import { type AggParser, onlyKeys } from './agg.ts'

const KEYS = [
  'size',
  'from',
  'sort',
  '_source',
  'docvalue_fields',
  'fields',
  'version',
  'seq_no_primary_term',
  'track_scores',
  'stored_fields',
  'highlight',
  'explain',
]

export const topHits: AggParser = ({ body }) => {
  onlyKeys('top_hits', body, KEYS)
  const options = parseHits({ size: 3, ...body })
  return (docs, context) => {
    const scored = docs.map((doc) => ({ doc, score: 1 }))
    return { hits: { total: { value: docs.length, relation: 'eq' }, ...asObject(showHits(scored, options, context)) } }
  }
}
