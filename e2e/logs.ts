/** Where a suite leaves what its servers and the operator wrote: a directory of its own, which the runner names and empties. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ALL = fileURLToPath(new URL('../.cache/e2e', import.meta.url))

export const logsOf = (suite: string): string => join(ALL, suite)

/** Of the suite that runs in this process; one that runs without the runner shares `alone`. */
export const LOGS = logsOf(process.env.CLICKSTREAM_E2E_SUITE ?? 'alone')
