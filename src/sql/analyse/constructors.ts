/** ARRAY[...] and MAP(...). */
import type { Expression } from '../ast.ts'
import { refuse } from '../error.ts'
import type { SqlType } from '../types.ts'
import { commonType, type ListTyping } from './common-type.ts'

const ISSUE = '(see https://github.com/confluentinc/ksql/issues/4239)'

export function constructedArray(expression: Extract<Expression, { kind: 'ArrayConstructor' }>, typing: ListTyping): SqlType {
  if (expression.elements.length === 0) refuse(`Array constructor cannot be empty. Please supply at least one element ${ISSUE}.`, expression.span)
  const element = commonType(expression.elements, typing)
  if (element !== null) return { kind: 'ARRAY', element }
  return refuse(`Cannot construct an array with all NULL elements ${ISSUE}. As a workaround, you may cast a NULL value to the desired type.`, expression.span)
}

export function constructedMap(expression: Extract<Expression, { kind: 'MapConstructor' }>, typing: ListTyping): SqlType {
  if (expression.entries.length === 0) refuse(`Map constructor cannot be empty. Please supply at least one key value pair ${ISSUE}.`, expression.span)
  const part = (word: 'key' | 'value'): SqlType => {
    const type = commonType(
      expression.entries.map((entry) => entry[word]),
      typing,
    )
    if (type !== null) return type
    return refuse(`Cannot construct a map with all NULL ${word}s ${ISSUE}. As a workaround, you may cast a NULL ${word} to the desired type.`, expression.span)
  }
  return { kind: 'MAP', key: part('key'), value: part('value') }
}
