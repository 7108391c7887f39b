/** Where the stand-in does otherwise than Apache Kafka, and why that stays. */
import type { Difference } from '../contract.ts'

const ENDS = 'Does not announce them; a request ends its connection, as one of an unknown API does at the real broker.'

export const differences: readonly Difference[] = [
  {
    id: 'transactions',
    real: 'Takes transactions.',
    standIn: 'Refuses a transactional id with TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which ends a producer at once, and does not announce their APIs.',
    reason: 'No part of the pipeline writes in transactions.',
    refused: true,
  },
  {
    id: 'consumer-protocol',
    real: 'Speaks the newer protocol of consumer groups (KIP-848) beside the classic one.',
    standIn: ENDS,
    reason: 'Clients use the classic protocol unless they are told otherwise.',
    refused: true,
  },
  {
    id: 'share-and-streams-groups',
    real: 'Has share groups and groups of Kafka Streams, and keeps their state.',
    standIn: ENDS,
    reason: 'They are for clients that are told to use them; neither the operator nor what it leads does.',
    refused: true,
  },
  {
    id: 'security',
    real: 'Knows users, rules of access and tokens where its listener is configured for them, and says SECURITY_DISABLED where it is not.',
    standIn: ENDS,
    reason: 'It listens on the loopback without users; authentication is proven on the real broker.',
    refused: true,
  },
  {
    id: 'administration',
    real: 'Moves replicas, elects leaders, sets quotas and features, describes its quorum, and has newer forms of some questions.',
    standIn: ENDS,
    reason: 'One broker has no replicas to move. Tools fall back to the older questions, which are there.',
    refused: true,
  },
  {
    id: 'newer-versions',
    real: 'Speaks newer versions of some APIs: topics by id, among others.',
    standIn: 'Announces the versions below, of which clients choose one.',
    reason: 'Every client asks for versions first, and the older ones say the same.',
    refused: true,
  },
  {
    id: 'fetch-sessions',
    real: 'Keeps a session for a reader that asks for one, so that it names only what changed (KIP-227).',
    standIn: 'Answers in full and gives no session, as a broker does whose sessions are all taken.',
    reason: 'On one machine there is nothing to save, and a client takes both.',
  },
  {
    id: 'offsets-topic',
    real: 'Writes what groups commit into the topic __consumer_offsets.',
    standIn: 'Shows that topic without records.',
    reason: 'Its records are of an inner format; what is committed is asked for with OffsetFetch.',
  },
]
