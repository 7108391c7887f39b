/** Makes a mocha suite of a contract. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Contract, Outcome, Side, Started, Used } from './contract.ts'
import { faultsOf, outcomeOf } from './contract.ts'

const fileOf = (name: string) => new URL(`outcome/${name}.json`, import.meta.url)

/** Who was seen to make which call, by server; written by the suite `contract-used`. */
export function usedBy(name: string): Used {
  const file = new URL('used.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Used>)[name] ?? {}
}

/** The contract itself is sound, and its cases do on that side what it says of them. Gives whether all did, once it has run. */
export function holdContract<Server>(contract: Contract<Server>, side: Side): { readonly held: boolean } {
  let held = 0
  describe(`contract of the ${contract.title}, held by ${side === 'real' ? contract.real : 'the stand-in'}`, function () {
    this.timeout(180_000)
    let started: Started<Server>
    before(async () => {
      started = await contract.start(side)
    })
    after(() => started?.stop())

    for (const { call, name, run, differs } of contract.cases) {
      it(`${call}: ${name}${differs === undefined ? '' : ` (differs: ${differs.id})`}`, async () => {
        if (differs === undefined || side === 'real') await run(started.server)
        else await fails(run, started.server, `The stand-in does as the real server does: take the difference ${differs.id} off this case.`)
        if (differs !== undefined && side === 'stand-in') await differs.instead(started.server)
        if (differs !== undefined && side === 'real')
          await fails(differs.instead, started.server, `The real server does what ${differs.id} says of the stand-in only.`)
        held++
      })
    }
  })
  return {
    get held() {
      return held === contract.cases.length
    },
  }
}

/**
 * The outcome that is kept is this contract's. It is written anew only behind a run in which both sides held; `written` says
 * whether this is one. `suite`: the suite `contract-SUITE` holds this contract.
 */
export function keepOutcome<Server>(contract: Contract<Server>, written: () => boolean, suite: string = contract.name): void {
  describe(`what is kept of the contract of the ${contract.title}`, () => {
    const used = usedBy(contract.name)

    it('no difference too many, none without a case, none on a call of operator or demo', () => {
      assert.deepEqual(faultsOf(contract, used), [])
    })

    it('the kept outcome is that of these cases', () => {
      const outcome = JSON.parse(JSON.stringify(outcomeOf(contract, used))) as Outcome
      const file = fileOf(contract.name)
      if (written()) writeFileSync(file, `${JSON.stringify(outcome, null, 2)}\n`)
      const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Outcome) : undefined
      assert.deepEqual(
        kept,
        outcome,
        `e2e/contract/outcome/${contract.name}.json is of other cases: hold the contract against the real server with "npm run e2e -- --suite contract-${suite} --real ${suite}", which writes it.`,
      )
    })
  })
}

/** The suite `contract-NAME`: the stand-in, and the real server too where the runner was told `--real KIND`, by default `--real NAME`. */
export function contractSuite<Server>(contract: Contract<Server>, kind: string = contract.name): void {
  const real = (process.env.CLICKSTREAM_E2E_REAL ?? '').split(',').includes(kind)
  const standIn = holdContract(contract, 'stand-in')
  const other = real ? holdContract(contract, 'real') : undefined
  keepOutcome(contract, () => standIn.held && other?.held === true, kind)
}

async function fails<Server>(run: (server: Server) => Promise<void>, server: Server, otherwise: string): Promise<void> {
  try {
    await run(server)
  } catch {
    return
  }
  assert.fail(otherwise)
}
