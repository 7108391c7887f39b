/** What the runner has to know of a suite before it starts it. A suite that does not stand here takes real components or stand-ins alike. */
import { KINDS, type Kind } from './components/index.ts'

export interface SuiteFacts {
  /**
   * `either`: all that it starts comes from `givenDemo`, which takes the components that the runner chose. `real`: it is about real
   * components and starts those of `needs` itself. `stand-ins`: it is about them alone.
   */
  readonly over: 'either' | 'real' | 'stand-ins'
  /** Without these of `either` or `real` it makes no sense; the others may be stand-ins. */
  readonly needs?: readonly Kind[]
  /** How long it takes over real components, starting them included. Default: 3. */
  readonly minutes?: number
}

const USUAL_MINUTES = 3

const FACTS: Readonly<Record<string, SuiteFacts>> = {
  change: { over: 'either', minutes: 1 },
  components: { over: 'real', needs: KINDS, minutes: 10 },
  'contract-connect': { over: 'either', minutes: 2 },
  'contract-elasticsearch': { over: 'either', minutes: 2 },
  'contract-kafka': { over: 'either', minutes: 1 },
  'contract-kubernetes': { over: 'either', minutes: 2 },
  faults: { over: 'either', minutes: 6 },
  image: { over: 'either', minutes: 1 },
  install: { over: 'either', minutes: 1 },
  kcat: { over: 'either', minutes: 1 },
  kubectl: { over: 'either', minutes: 1 },
  leader: { over: 'either', minutes: 5 },
  outages: { over: 'real', needs: KINDS, minutes: 8 },
  panel: { over: 'either', minutes: 1 },
  permissions: { over: 'either', minutes: 3 },
  quiet: { over: 'either', minutes: 7 },
  security: { over: 'real', needs: ['kafka', 'connect', 'elasticsearch'], minutes: 4 },
  tenants: { over: 'either', minutes: 2 },
  'third-party': { over: 'real', needs: ['kafka', 'connect'] },
  manifests: { over: 'real', needs: ['kubernetes'], minutes: 1 },
  // It reads the request logs of the stand-ins.
  'contract-used': { over: 'stand-ins' },
}

export const cataloguedSuites = Object.keys(FACTS)

const factsOf = (suite: string): SuiteFacts => FACTS[suite] ?? { over: 'either' }

export const minutesOf = (suite: string): number => factsOf(suite).minutes ?? USUAL_MINUTES

/** How to run a suite, or why not. */
export type Choice = { readonly run: true; readonly real: readonly Kind[] } | { readonly run: false; readonly why: string }

/**
 * `chosen`: kinds that shall be real. `missing`: of those, what this machine cannot run, with the word that says why. A suite that
 * can do without them runs over the stand-ins in their place.
 */
export function choose(suite: string, chosen: readonly Kind[], missing: ReadonlyMap<Kind, string>): Choice {
  const { over, needs = [] } = factsOf(suite)
  if (over === 'stand-ins') return { run: true, real: [] }
  const unchosen = needs.find((kind) => !chosen.includes(kind))
  if (unchosen !== undefined) return { run: false, why: `it is about a real ${unchosen}` }
  const lacking = needs.find((kind) => missing.has(kind))
  if (lacking !== undefined) return { run: false, why: `${lacking}: ${missing.get(lacking)}` }
  const there = chosen.filter((kind) => !missing.has(kind))
  return { run: true, real: there.filter((kind) => kind !== 'connect' || there.includes('kafka')) }
}
