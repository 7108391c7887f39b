import { connect } from '../../e2e/contract/connect.ts'
import { holdContract, keepOutcome } from '../../e2e/contract/hold.ts'

holdContract(connect, 'stand-in')
keepOutcome(connect, () => false)
