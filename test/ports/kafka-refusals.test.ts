/** What a broker refuses, as kafkajs throws it, and what becomes of it. */
import assert from 'node:assert/strict'
import kafkajs from 'kafkajs'
import { Failure, KafkaFault } from '../../src/ports/index.ts'
import { toKafkaError } from '../../src/ports/kafkajs-library.ts'

const refusal = (type: string, code: number) => Object.assign(new kafkajs.KafkaJSProtocolError(`the broker says ${type}`), { type, code })

describe('A refusal of the broker', () => {
  for (const [type, code, reason] of [
    ['TOPIC_AUTHORIZATION_FAILED', 29, 'Forbidden'],
    ['GROUP_AUTHORIZATION_FAILED', 30, 'Forbidden'],
    ['CLUSTER_AUTHORIZATION_FAILED', 31, 'Forbidden'],
    ['SASL_AUTHENTICATION_FAILED', 58, 'Unauthorized'],
    ['UNSUPPORTED_SASL_MECHANISM', 33, 'Unauthorized'],
    ['ILLEGAL_SASL_STATE', 34, 'Unauthorized'],
  ] as const) {
    it(`${type} is a failure ${reason}, also within what kafkajs wraps around it`, () => {
      const wrapped = new kafkajs.KafkaJSNumberOfRetriesExceeded(refusal(type, code), { retryCount: 3, retryTime: 100 })
      for (const error of [refusal(type, code), wrapped]) {
        const failure = toKafkaError(error)
        assert.ok(failure instanceof Failure)
        assert.deepEqual([failure.class, failure.reason, failure.status], ['Retry', reason, code])
      }
    })
  }

  it('for want of an ACL says that one is needed', () => {
    assert.match(toKafkaError(refusal('TOPIC_AUTHORIZATION_FAILED', 29)).message, /TOPIC_AUTHORIZATION_FAILED.*needs an ACL/)
  })

  it('of a request stays what the broker called it', () => {
    const fault = toKafkaError(refusal('INVALID_PARTITIONS', 37))
    assert.ok(fault instanceof KafkaFault)
    assert.deepEqual([fault.type, fault.code], ['INVALID_PARTITIONS', 37])
  })
})
