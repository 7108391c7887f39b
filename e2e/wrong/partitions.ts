/** Numbers of partitions and replicas that cannot be had, and keys that have no form. */
import { BASE, script, type WrongCase } from './case.ts'

const SQL = 'spec.statements[1].sql'
const JOIN = 'CREATE STREAM $T_X AS SELECT C.USERID AS USERID, U.NAME AS NAME\nFROM $T_CLICKS C JOIN $T_USERS U ON C.USERID = U.ID;'

export const partitions: readonly WrongCase[] = [
  {
    sentence: 'several key columns under the KAFKA format',
    spec: script('CREATE TABLE $T_X AS\nSELECT USERID, IP, COUNT(*) AS N FROM $T_CLICKS GROUP BY USERID, IP;'),
    reason: 'KeyFormatUnsupported',
    at: `${SQL}:1:1`,
    says: 'only supports a single field',
    mend: "KEY_FORMAT='JSON'",
  },
  {
    sentence: 'a join of topics whose partition counts differ',
    spec: script(JOIN).replace('{name: $t-clicks}', '{name: $t-clicks, partitions: 3}'),
    reason: 'PartitionMismatch',
    at: `${SQL}:2:20`,
    says: "number of partitions don't match",
    mend: '$t-clicks has 3 (spec.topics[0]), $t-users has 1 (spec.topics[1])',
  },
  {
    sentence: 'a join with a topic that is there already and has other partitions',
    spec: script(JOIN).replace(/ {2}- \{name: \$t-users.*\n/, ''),
    given: ({ backends, named }) => backends.kafka.createTopic({ name: named('$t-users'), partitions: 4, replicas: 1 }),
    reason: 'PartitionMismatch',
    at: `${SQL}:2:20`,
    says: '$t-users',
    mend: '$t-users has 4',
  },
  {
    sentence: 'a stream that wants other partitions than its topic has',
    spec: script("CREATE STREAM $T_X (A INT) WITH (KAFKA_TOPIC='$t-clicks', VALUE_FORMAT='JSON', PARTITIONS=4);"),
    reason: 'PartitionMismatch',
    at: `${SQL}:1:1`,
    says: '$T_X wants 4 partitions, and topic $t-clicks has 1',
    mend: 'Leave PARTITIONS out',
  },
  {
    sentence: 'a query into a declared topic of other partitions',
    spec: script('CREATE STREAM $T_X AS SELECT * FROM $T_CLICKS;').replace('{name: $t-clicks}', '{name: $t-clicks}\n  - {name: $T_X, partitions: 5}'),
    reason: 'PartitionMismatch',
    at: `${SQL}:1:1`,
    says: '$T_X would write 1 partitions, and its topic $T_X has 5 (spec.topics[1])',
    mend: 'PARTITIONS=5',
  },
  {
    sentence: 'fewer partitions than the topic has already',
    spec: BASE,
    given: ({ backends, named }) => backends.kafka.createTopic({ name: named('$t-clicks'), partitions: 6, replicas: 1 }),
    reason: 'PartitionsCannotShrink',
    at: 'spec.topics[0]',
    says: 'Topic $t-clicks is there already with 6 partitions, and 1 are declared',
    mend: 'Declare 6 partitions',
  },
  {
    sentence: 'more replicas than there are brokers',
    spec: BASE.replace('{name: $t-clicks}', '{name: $t-clicks, replicas: 3}'),
    reason: 'PartitionsInvalid',
    at: 'spec.topics[0]',
    says: 'Kafka refuses topic $t-clicks: Unable to replicate the partition 3 time(s)',
    mend: 'Declare no more replicas than there are brokers',
  },
  {
    sentence: 'a table without a primary key',
    spec: script("CREATE TABLE $T_X (A INT) WITH (KAFKA_TOPIC='$t-users', VALUE_FORMAT='JSON');"),
    reason: 'SqlInvalid',
    at: `${SQL}:1:1`,
    says: 'PRIMARY KEY',
  },
  {
    sentence: 'a topic config that Kafka does not know',
    spec: BASE.replace('{name: $t-clicks}', '{name: $t-clicks, config: {retention.days: 7}}'),
    reason: 'TopicInvalid',
    at: 'spec.topics[0]',
    says: 'Kafka refuses topic $t-clicks: Unknown topic config name: retention.days',
    mend: 'Correct',
  },
  {
    sentence: 'a topic config whose value is none',
    spec: BASE.replace('{name: $t-clicks}', '{name: $t-clicks, config: {cleanup.policy: shred}}'),
    reason: 'TopicInvalid',
    at: 'spec.topics[0]',
    says: 'cleanup.policy',
    mend: 'Correct',
  },
]
