/** All contracts. */
import { connect } from './connect.ts'
import type { Contract } from './contract.ts'
import { elasticsearch } from './elasticsearch.ts'
import { kafka } from './kafka.ts'
import { kubernetes } from './kubernetes.ts'

/** What one can ask of a contract without a server. */
export type AnyContract = Pick<Contract<never>, 'name' | 'cases' | 'callOf'>

export const contracts: readonly AnyContract[] = [kubernetes, kafka, connect, elasticsearch]
