import { holdContract, keepOutcome } from '../../e2e/contract/hold.ts'
import { kubernetes } from '../../e2e/contract/kubernetes.ts'

holdContract(kubernetes, 'stand-in')
keepOutcome(kubernetes, () => false)
