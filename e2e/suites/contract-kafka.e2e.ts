/** What the broker must do, held by the stand-in and, with `--real kafka`, by Apache Kafka. */
import { contractSuite } from '../contract/hold.ts'
import { kafka } from '../contract/kafka.ts'

contractSuite(kafka)
