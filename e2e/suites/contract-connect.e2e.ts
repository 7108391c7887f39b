/** What a Connect worker must do, held by the stand-in and, with `--real kafka,connect`, by a real one over a real Kafka. */
import { connect } from '../contract/connect.ts'
import { contractSuite } from '../contract/hold.ts'

contractSuite(connect)
