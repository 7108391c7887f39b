import { holdContract, keepOutcome } from '../../e2e/contract/hold.ts'
import { kafka } from '../../e2e/contract/kafka.ts'

holdContract(kafka, 'stand-in')
keepOutcome(kafka, () => false)
