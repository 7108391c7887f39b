/**
 * Contracts: what a server must do, written once and held against the stand-in and against the real server.
 *
 * A contract is a list of cases, each a function that asks a server and asserts what it does. A case holds on both, or it
 * has a listed difference: then the real server passes it, the stand-in fails it, and `instead` says what the stand-in does.
 * So an entry whose difference is gone fails the suite, and so does a difference without an entry.
 *
 * What came of a run with the real server is kept in `outcome/NAME.json`; docs/parity.md is generated from those.
 */

const SIDES = ['stand-in', 'real'] as const
export type Side = (typeof SIDES)[number]

export interface Case<Server> {
  /** Of whose contract it is part, as an operation: `GET /api/v1/namespaces/{namespace}/configmaps`, `Metadata`. */
  readonly call: string
  /** A sentence, unique in its call. */
  readonly name: string
  /** Throws when the server does otherwise. */
  run(server: Server): Promise<void>
  /** Only where the stand-in does otherwise. */
  readonly differs?: {
    /** Of an entry in the contract's differences. */
    readonly id: string
    /** Throws when the server does not do what the entry says of the stand-in. Fails on the real one. */
    instead(server: Server): Promise<void>
  }
}

export interface Difference {
  /** Short and stable, with dashes: `transactions`. */
  readonly id: string
  /** What the real server does; a sentence. */
  readonly real: string
  /** What the stand-in does; a sentence. */
  readonly standIn: string
  /** Why that stays. */
  readonly reason: string
  /** The stand-in does not take the call at all, and says so as the real one would of something it does not know. */
  readonly refused?: boolean
}

export interface Started<Server> {
  readonly server: Server
  stop(): Promise<void>
}

export interface LoggedCall {
  readonly method: string
  /** With its query. */
  readonly path: string
}

export interface Contract<Server> {
  /** Name of the outcome's file, and of the suite: `kubernetes` has the suite `contract-kubernetes`. */
  readonly name: string
  /** For people: `Kubernetes API server`. */
  readonly title: string
  /** What it is compared with: `kube-apiserver 1.37.2`. */
  readonly real: string
  /** In the order in which they run; later ones may build upon earlier ones. */
  readonly cases: readonly Case<Server>[]
  readonly differences: readonly Difference[]
  /** The call that a request of a server's log makes, where that is not what `callOf` finds among the cases. */
  callOf?(request: LoggedCall): string
  /** An empty server, and a client of it. Throws Unavailable when this machine cannot run the real one. */
  start(side: Side): Promise<Started<Server>>
}

/**
 * yes: every case holds on both. partly: some have a listed difference. refused: all of them have one, and it says that the
 * stand-in refuses.
 */
export type Support = 'yes' | 'partly' | 'refused'

/** The first that applies: the operator's own requests, those of the rest of the demo, or only those of other clients. */
export type User = 'operator' | 'demo' | 'clients'

export interface CallOutcome {
  readonly call: string
  readonly support: Support
  readonly usedBy: User
  /** Names. */
  readonly cases: readonly string[]
  /** Ids. */
  readonly differences: readonly string[]
}

/** What `outcome/NAME.json` holds. */
export interface Outcome {
  readonly name: string
  readonly title: string
  readonly real: string
  readonly calls: readonly CallOutcome[]
  readonly differences: readonly Difference[]
}

/** By call, who was seen to make it in a demo run. */
export type Used = Readonly<Record<string, 'operator' | 'demo'>>

/** A list is trusted only while it is short. */
const MAX_DIFFERENCES = 10

/** The outcome that a run has when every case did what the contract says of it. */
export function outcomeOf<Server>(contract: Contract<Server>, used: Used): Outcome {
  const calls = [...Map.groupBy(contract.cases, ({ call }) => call)]
    .map(([call, cases]): CallOutcome => {
      const ids = [...new Set(cases.flatMap(({ differs }) => (differs === undefined ? [] : [differs.id])))]
      return { call, support: supportOf(cases, contract.differences), usedBy: used[call] ?? 'clients', cases: cases.map(({ name }) => name), differences: ids }
    })
    .sort((a, b) => (a.call < b.call ? -1 : 1))
  return { name: contract.name, title: contract.title, real: contract.real, calls, differences: contract.differences }
}

function supportOf<Server>(cases: readonly Case<Server>[], differences: readonly Difference[]): Support {
  if (cases.every(({ differs }) => differs === undefined)) return 'yes'
  const refused = (id: string | undefined) => differences.some((difference) => difference.id === id && difference.refused === true)
  return cases.every(({ differs }) => refused(differs?.id)) ? 'refused' : 'partly'
}

/** What is wrong with a contract by itself, as sentences. */
export function faultsOf<Server>(contract: Contract<Server>, used: Used): string[] {
  const faults: string[] = []
  const ids = contract.differences.map(({ id }) => id)
  const referred = new Set(contract.cases.flatMap(({ differs }) => (differs === undefined ? [] : [differs.id])))
  const names = contract.cases.map(({ call, name }) => `${call}: ${name}`)
  for (const name of twice(names)) faults.push(`There are two cases "${name}".`)
  for (const id of twice(ids)) faults.push(`There are two differences ${id}.`)
  for (const id of ids) if (!referred.has(id)) faults.push(`No case shows the difference ${id}.`)
  for (const id of referred) if (!ids.includes(id)) faults.push(`A case shows a difference ${id} that is not listed.`)
  if (ids.length > MAX_DIFFERENCES) faults.push(`There are ${ids.length} differences, more than ${MAX_DIFFERENCES}.`)
  const calls = outcomeOf(contract, used).calls
  for (const call of Object.keys(used)) if (!calls.some((outcome) => outcome.call === call)) faults.push(`${used[call]} uses ${call}, which has no case.`)
  for (const { call, usedBy, support } of calls)
    if (usedBy !== 'clients' && support !== 'yes') faults.push(`${usedBy} uses ${call}, which the stand-in supports ${support}.`)
  return faults
}

const twice = (values: readonly string[]) => new Set(values.filter((value, i) => values.indexOf(value) !== i))

/**
 * The call of a contract that a logged request makes. HTTP: `METHOD /path/with/{parts}`, where `{part}` is one segment and a
 * last `{part...}` one or more; of several the one with the fewest parts. Others: the first word of the call. Undefined: none.
 */
export function callOf(calls: readonly string[], request: LoggedCall): string | undefined {
  const segments = request.path.split('?')[0]!.split('/')
  const fitting = calls.filter((call) => {
    const [method, path] = call.split(' ')
    if (method !== request.method) return false
    return path === undefined || !path.startsWith('/') || fits(path.split('/'), segments)
  })
  return fitting.sort((a, b) => parts(a) - parts(b))[0]
}

const parts = (call: string) => call.split('{').length + (call.includes('...}') ? 100 : 0)

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const open = pattern.at(-1)?.endsWith('...}') ?? false
  if (open ? segments.length < pattern.length : segments.length !== pattern.length) return false
  return pattern.every((part, i) => part.startsWith('{') || part === segments[i])
}
