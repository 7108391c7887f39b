/** Every condition and every reason that may stand in a status or an event, with what it means. The docs are made from it. */

/** Conditions of a pipeline, in the order in which they are shown. */
export const conditionTypes = {
  Ready: 'Everything exists as declared and runs. Data need not flow for it: see DataFlowing.',
  Reconciling: 'Work is under way. Only there while True.',
  Stalled: 'Nothing moves until somebody changes something. Only there while True.',
  SpecValid: 'The spec, its references and its SQL make sense, and the backends would accept it.',
  TopicsReady: 'The topics exist as declared.',
  SourcesReady: 'The source connectors exist as declared and run.',
  StatementsReady: 'The streams, tables and queries exist as declared and run.',
  TemplatesReady: 'The index templates exist as declared and hold for their indices.',
  SinksReady: 'The sink connectors exist as declared and run.',
  DashboardsReady: 'The data sources and dashboards exist as declared.',
  DataFlowing: 'Every stage whose input moves moves too.',
} as const
export type ConditionType = keyof typeof conditionTypes

/** Conditions of a platform. */
export const platformConditionTypes = {
  Ready: 'Every backend can be used.',
  KafkaAvailable: 'Kafka and the KafkaTopics of Strimzi can be used.',
  KsqldbAvailable: 'ksqlDB can be used.',
  ConnectAvailable: 'Kafka Connect can be used.',
  ElasticsearchAvailable: 'Elasticsearch can be used.',
  GrafanaAvailable: 'Grafana can be used.',
} as const
export type PlatformConditionType = keyof typeof platformConditionTypes

export const reasons = {
  // What is well.
  Ready: 'Exists as declared and runs.',
  Available: 'The backend answers and can be used.',
  Valid: 'All checks have passed.',
  ValidWithWarnings: 'All checks have passed, but something may surprise; the message says what.',
  Flowing: 'Data moves through every stage.',
  Idle: 'No new input, so nothing can move.',
  Scheduled: 'The source rests as its schedule says.',
  Paused: 'The pipeline, or the object, is paused as declared.',
  Completed: 'A generator with an end has reached it.',
  NothingDeclared: 'The pipeline declares nothing of this kind.',
  // What is under way.
  Progressing: 'Work is under way.',
  Pending: 'Made, and the backend is still at work on it.',
  WaitingForPlatform: 'The platform is not there, or not ready, yet.',
  WaitingForBackend: 'A backend cannot be used at the moment; tried again with back-off.',
  WaitingForData: 'No record has come yet.',
  Deleting: 'The pipeline is being removed.',
  ReconcileDisabled: 'spec.reconcile is Disabled: nothing is changed or repaired.',
  // Mistakes in a spec, found before anything is touched.
  InvalidSpec: 'A field has a wrong value.',
  ReferenceNotFound: 'Something that is referred to does not exist.',
  NamespaceNotAllowed: 'The platform does not allow pipelines from this namespace.',
  LimitExceeded: 'A limit of the platform forbids it.',
  NameConflict: 'Two entries of this pipeline would make the same object.',
  SqlSyntax: 'The SQL cannot be read; the message names line and column.',
  SqlUnsupported: 'The SQL can be read, but is not supported here.',
  SqlInvalid: 'The SQL names what does not exist, or its types do not fit.',
  SqlStatementRefused: 'A statement that has no place in a pipeline, such as DROP or INSERT VALUES.',
  StatementRefused: 'ksqlDB refuses the statement.',
  KeyFormatUnsupported: 'Several key columns need KEY_FORMAT JSON.',
  PartitionMismatch: 'Sources that are joined have different numbers of partitions.',
  PartitionsInvalid: 'The number of partitions or replicas cannot be had.',
  TopicInvalid: 'The topic cannot be made as declared.',
  ConnectorClassNotFound: 'No installed plugin has the connector class.',
  ConnectorConfigInvalid: 'Kafka Connect refuses the config.',
  SecretNotFound: 'A Secret, or a key in it, is missing.',
  PlainSecretRefused: 'The value of a Secret would stand in clear in a connector’s config, and the platform does not allow it.',
  TemplateInvalid: 'Elasticsearch refuses the index template.',
  TemplateOverlap: 'Another template of the same priority holds for the same indices.',
  MappingConflict: 'An index exists whose mapping contradicts the template.',
  FieldNotInIndex: 'A panel reads a field that its index will not have.',
  AggregationMisleading: 'A sum, average or count over an index that keeps every update would count twice.',
  DashboardInvalid: 'Grafana refuses the dashboard.',
  CycleFound: 'Statements depend on each other in a circle.',
  Surprising: 'Accepted, but it may not do what it seems to.',
  // Why a change is not made.
  OwnedByAnother: 'Another pipeline, or somebody else, has an object of this name.',
  ApprovalRequired: 'The change cannot be made in place; it waits.',
  PartitionsCannotShrink: 'The number of partitions of a topic can only grow.',
  PlanTooLarge: 'The change takes more actions than one plan may have.',
  // Why an action was chosen.
  Missing: 'Declared, and not there.',
  SpecChanged: 'The declaration has changed.',
  Drifted: 'Somebody else has changed the object.',
  NoLongerDeclared: 'There, and no longer declared.',
  InterruptedCreate: 'Its making was interrupted and is repeated.',
  NotRunning: 'It should run, and does not.',
  ScheduleDue: 'Its schedule says so.',
  // What is wrong with an object.
  Failed: 'The backend says that it has failed.',
  TaskFailed: 'A task of the connector has failed.',
  QueryFailing: 'The query fails and is retried.',
  SourceTopicMissing: 'The topic that it reads is gone.',
  NotReady: 'Not everything is as declared, or runs.',
  Stalled: 'A stage stands still although its input moves; the message names the first.',
  RetentionNear: 'The pipeline is paused, and records will be deleted before they are read.',
  // What is wrong with a backend.
  Unreachable: 'It cannot be reached.',
  TimedOut: 'It did not answer in time.',
  Unauthorized: 'It refuses the credentials.',
  Forbidden: 'The credentials do not permit it.',
  BackendError: 'It answered with an error.',
  UnexpectedAnswer: 'It answered in a form that is not known.',
  UnsupportedVersion: 'Its version is not supported.',
  Refused: 'It refuses a request.',
  Canceled: 'The request was given up because the operator stops.',
  InternalError: 'A fault of the operator; tried again.',
  // What events tell.
  Created: 'An object was made.',
  Updated: 'An object was changed as declared.',
  Repaired: 'An object that somebody else had changed or removed is as declared again.',
  DriftFound: 'An object was changed by somebody else; driftPolicy says to leave it.',
  Removed: 'An object was removed.',
  Released: 'An object that holds data was left behind.',
  LeftBehind: 'A pipeline was released although a backend could not be reached; the message says what stays.',
  Restarted: 'A failed connector was restarted.',
} as const
export type Reason = keyof typeof reasons
