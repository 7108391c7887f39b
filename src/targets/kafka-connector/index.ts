export { listKafkaConnectors } from './list.ts'
export { createKafkaConnectorTarget, type KafkaConnectorOptions } from './target.ts'
