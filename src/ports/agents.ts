/** Connections over TLS that are kept alive, with one trust at a time: a new one gets new connections, and the old go with their last user. */
import { Agent } from 'node:https'

/** As long as Node's own agent keeps an idle connection. */
const IDLE_MS = 5_000

export interface Lease {
  readonly agent: Agent
  /** The answer has come to its end. */
  done(): void
}

interface Held {
  readonly ca: string
  readonly agent: Agent
  users: number
}

export class TrustingAgents {
  #current: Held | undefined

  /** `ca`: PEM certificates that are trusted instead of the system's. */
  lease(ca: string): Lease {
    if (this.#current?.ca !== ca) {
      const old = this.#current
      this.#current = { ca, agent: new Agent({ ca, keepAlive: true, timeout: IDLE_MS }), users: 0 }
      if (old) this.#endIfIdle(old)
    }
    const mine = this.#current
    mine.users++
    let isDone = false
    return {
      agent: mine.agent,
      done: () => {
        if (isDone) return
        isDone = true
        mine.users--
        this.#endIfIdle(mine)
      },
    }
  }

  /** Destroying an agent cuts what is under way on it. */
  #endIfIdle(held: Held): void {
    if (held !== this.#current && held.users === 0) held.agent.destroy()
  }
}
