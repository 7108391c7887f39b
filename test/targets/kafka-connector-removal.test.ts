/** The steps by which a KafkaConnector goes, as a table of what it says and what comes next. */
import assert from 'node:assert/strict'
import { readKafkaConnector } from '../../src/targets/kafka-connector/objects.ts'
import { nextRemovalStep } from '../../src/targets/kafka-connector/removal.ts'

const RESET = 'strimzi.io/connector-offsets'
const ASKED = 'clickstream.dev/offsets'

const connector = (given: { state?: string; spec?: string; seen?: boolean; conditions?: readonly object[]; annotations?: object }) =>
  readKafkaConnector({
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaConnector',
    metadata: { name: 'c', generation: 2, annotations: { ...given.annotations } },
    spec: { class: 'C', state: given.spec ?? 'stopped' },
    status: {
      observedGeneration: given.seen === false ? 1 : 2,
      conditions: given.conditions ?? [{ type: 'Ready', status: 'True' }],
      ...(given.state ? { connectorStatus: { connector: { state: given.state }, tasks: [] } } : {}),
    },
  } as never)!
const refused = [{ type: 'Warning', status: 'True', reason: 'ResetOffsets', message: 'The group is not empty' }]

describe('A KafkaConnector that goes', () => {
  for (const [what, given, forget, kind] of [
    ['is deleted at once when Strimzi never made it', {}, true, 'delete'],
    ['is deleted at once when it has failed, which Strimzi does not stop', { state: 'FAILED', spec: 'running' }, false, 'delete'],
    ['is stopped first', { state: 'RUNNING', spec: 'running' }, false, 'patch'],
    ['waits until Strimzi has seen that', { state: 'RUNNING', seen: false }, false, 'wait'],
    ['waits until Connect has stopped it', { state: 'RUNNING' }, false, 'wait'],
    ['is deleted when Strimzi cannot stop it', { state: 'RUNNING', conditions: [{ type: 'NotReady', status: 'True' }] }, false, 'delete'],
    ['is deleted when it stands', { state: 'STOPPED' }, false, 'delete'],
    ['has its offsets forgotten first where its data goes too', { state: 'STOPPED' }, true, 'patch'],
    ['waits for that', { state: 'STOPPED', annotations: { [RESET]: 'reset', [ASKED]: '1' } }, true, 'wait'],
    ['asks again while its tasks leave their group', { state: 'STOPPED', annotations: { [RESET]: 'reset', [ASKED]: '1' }, conditions: refused }, true, 'patch'],
    ['does not ask for ever', { state: 'STOPPED', annotations: { [RESET]: 'reset', [ASKED]: '20' }, conditions: refused }, true, 'stuck'],
    ['is deleted when they are forgotten', { state: 'STOPPED', annotations: { [ASKED]: '3' } }, true, 'delete'],
  ] as const)
    it(what, () => assert.equal(nextRemovalStep(connector(given), forget).kind, kind))
})
