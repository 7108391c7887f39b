import { elasticsearch } from '../../e2e/contract/elasticsearch.ts'
import { elasticsearch7 } from '../../e2e/contract/elasticsearch7.ts'
import { holdContract, keepOutcome } from '../../e2e/contract/hold.ts'

for (const contract of [elasticsearch, elasticsearch7]) {
  holdContract(contract, 'stand-in')
  keepOutcome(contract, () => false, 'elasticsearch')
}
