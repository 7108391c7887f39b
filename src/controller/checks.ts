/** Which declarations a backend has been asked about lately, so that a change is checked once and not at every look. */
import type { Desired, Finding, ResourceId } from '../plan/index.ts'

const PASSED_MS = 5 * 60_000
const REFUSED_MS = 30_000

export class CheckMemory {
  readonly #passed = new Map<string, Map<ResourceId, { hash: string; at: number }>>()
  readonly #refused = new Map<string, { signature: string; at: number; findings: readonly Finding[] }>()

  /** What is left to ask about. */
  open(key: string, desired: readonly Desired[], now: number): readonly Desired[] {
    const passed = this.#passed.get(key)
    return desired.filter(({ id, hash }) => {
      const known = passed?.get(id)
      return known?.hash !== hash || now - known.at > PASSED_MS
    })
  }

  /** The refusal of exactly these, while it is young. */
  refusal(key: string, desired: readonly Desired[], now: number): readonly Finding[] | undefined {
    const known = this.#refused.get(key)
    return known !== undefined && known.signature === signatureOf(desired) && now - known.at < REFUSED_MS ? known.findings : undefined
  }

  passed(key: string, desired: readonly Desired[], now: number): void {
    this.#refused.delete(key)
    const passed = this.#passed.get(key) ?? new Map()
    for (const { id, hash } of desired) passed.set(id, { hash, at: now })
    this.#passed.set(key, passed)
  }

  refused(key: string, desired: readonly Desired[], findings: readonly Finding[], now: number): void {
    this.#refused.set(key, { signature: signatureOf(desired), at: now, findings })
  }

  forget(key: string): void {
    this.#passed.delete(key)
    this.#refused.delete(key)
  }
}

const signatureOf = (desired: readonly Desired[]): string =>
  desired
    .map(({ id, hash }) => `${id}=${hash}`)
    .sort()
    .join('\n')
