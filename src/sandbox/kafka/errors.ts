/** The protocol's error codes that this broker gives. https://kafka.apache.org/protocol#protocol_error_codes */
export const ErrorCode = {
  UNKNOWN_SERVER_ERROR: -1,
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  MESSAGE_TOO_LARGE: 10,
  OFFSET_METADATA_TOO_LARGE: 12,
  COORDINATOR_NOT_AVAILABLE: 15,
  INVALID_TOPIC_EXCEPTION: 17,
  INVALID_REQUIRED_ACKS: 21,
  ILLEGAL_GENERATION: 22,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  INVALID_GROUP_ID: 24,
  UNKNOWN_MEMBER_ID: 25,
  INVALID_SESSION_TIMEOUT: 26,
  REBALANCE_IN_PROGRESS: 27,
  INVALID_TIMESTAMP: 32,
  UNSUPPORTED_VERSION: 35,
  TOPIC_ALREADY_EXISTS: 36,
  INVALID_PARTITIONS: 37,
  INVALID_REPLICATION_FACTOR: 38,
  INVALID_REPLICA_ASSIGNMENT: 39,
  INVALID_CONFIG: 40,
  INVALID_REQUEST: 42,
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 43,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  INVALID_PRODUCER_EPOCH: 47,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 53,
  NON_EMPTY_GROUP: 68,
  GROUP_ID_NOT_FOUND: 69,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  MEMBER_ID_REQUIRED: 79,
  FENCED_INSTANCE_ID: 82,
  GROUP_SUBSCRIBED_TO_TOPIC: 86,
  INVALID_RECORD: 87,
  UNKNOWN_TOPIC_ID: 100,
} as const

export type ErrorName = keyof typeof ErrorCode

/** A refusal: the code, and the words where the answer has room for them. */
export class Refusal extends Error {
  readonly code: number
  readonly type: ErrorName
  constructor(type: ErrorName, message: string = type) {
    super(message)
    this.name = 'Refusal'
    this.type = type
    this.code = ErrorCode[type]
  }
}

export interface RecordError {
  /** The record's place in its batch. */
  readonly index: number
  readonly message: string
}

/** What came is not one sound batch of a size that fits; the log was not looked at. */
export class BatchRefused extends Refusal {}

/** A batch that was looked into and refused because of its records. */
export class RecordsRefused extends Refusal {
  readonly errors: readonly RecordError[]
  constructor(type: ErrorName, message: string, errors: readonly RecordError[]) {
    super(type, message)
    this.errors = errors
  }
}

/** Runs `work`; a refusal becomes a value, everything else passes. */
export function refusalOf(work: () => void): Refusal | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
