/** What Elasticsearch must do, held by the stand-in and, with `--real elasticsearch`, by 9.5.3 and, for what that lacks, 7.17.29. */
import { elasticsearch } from '../contract/elasticsearch.ts'
import { elasticsearch7 } from '../contract/elasticsearch7.ts'
import { contractSuite } from '../contract/hold.ts'

contractSuite(elasticsearch)
contractSuite(elasticsearch7, 'elasticsearch')
