/** What the worker is started with; connectors take its converters where they name none. */
import type { Config } from './config-def.ts'

export const VERSION = '4.3.1'
export const COMMIT = '26b251a451ce941d'

export const WORKER_CONFIG: Config = {
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
}
