/** What was recorded once is still so: the conversation, turn by turn, and the verdicts on definitions. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Case } from '../contract.ts'
import { callOfRequest } from './calls.ts'
import type { Kube } from './client.ts'
import { conversation, type Reply, reply } from './conversation.ts'
import { trials, verdict } from './definition-trials.ts'

function recording<T>(name: string): T[] {
  return JSON.parse(gunzipSync(readFileSync(new URL(`../../../test/data/${name}.json.gz`, import.meta.url))).toString()) as T[]
}

/** In the order of the conversation, which has some sentences twice. */
const answers = recording<Reply & { readonly turn: string }>('kubernetes-answers')
const verdicts = new Map(recording<{ readonly trial: string; readonly causes: string[] }>('kubernetes-definitions').map(({ trial, causes }) => [trial, causes]))

const turns = conversation.map(
  (turn, i): Case<Kube> => ({
    call: callOfRequest(turn.method, turn.path),
    name: turn.name,
    run: async (server) => assert.deepEqual({ turn: turn.name, ...(await reply(server, turn)) }, answers[i]),
  }),
)

const judged = trials.map(
  ([name, definition]): Case<Kube> => ({
    call: 'POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    name: `verdict on ${name}`,
    run: async (server) => assert.deepEqual(await verdict(server, definition), verdicts.get(name)),
  }),
)

export const recorded: readonly Case<Kube>[] = [...turns, ...judged]
