/** Values of Secrets that no plan has seen: the worker would put in what they refer to, such as files of its own. */
import { type Desired, type Finding, placeOf, unsafeConfig } from '../../plan/index.ts'
import { Failure } from '../../ports/index.ts'

/** `values`: config key -> value, which is never part of what is said. */
export function unsafeSecret(node: Desired<'Connector'>, values: Readonly<Record<string, string>>): Finding | undefined {
  const [objection] = unsafeConfig(values)
  if (!objection) return undefined
  const { key, why } = objection
  const message = `The value that a Secret has for ${key} of connector ${node.name} ${why}`
  const mend = 'Put another value into the Secret, or have the owner of the platform set spec.limits.allowUnsafeConnectorConfig.'
  return { severity: 'error', reason: 'UnsafeConfigRefused', ...placeOf(node, key), message, mend }
}

/** It may have changed since the check. */
export function refuseUnsafeSecret(node: Desired<'Connector'>, values: Readonly<Record<string, string>>): void {
  const unsafe = unsafeSecret(node, values)
  if (unsafe) throw new Failure('Stall', unsafe.reason, unsafe.message)
}
