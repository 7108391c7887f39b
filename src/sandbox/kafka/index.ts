/**
 * A Kafka broker for one machine: the wire protocol over TCP, everything in memory.
 *
 * One node, which is leader of every partition and coordinator of every group; no transactions, no authorizer, no
 * fetch sessions, no `consumer` group protocol (KIP-848); `__consumer_offsets` shows as a topic without records.
 */
import { createServer, type Socket } from 'node:net'
import type { Clock, Logger, Random } from '../../ports/index.ts'
import { RequestLog, type SandboxServer } from '../server.ts'
import { Broker } from './broker.ts'
import { serveConnection } from './connection.ts'
import { keepHouse } from './housekeeping.ts'

export interface KafkaOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log?: Logger
  /** Default 0: the system gives one. */
  readonly port?: number
  /** Between two rounds of retention and compaction; default 30 s. */
  readonly housekeepingMs?: number
  /** Records beyond that cost the largest topics their oldest segments; default 512 MiB. */
  readonly memoryBytes?: number
  /** How long the first member of a new group waits for others; default 0, at a real broker 3000. */
  readonly groupInitialRebalanceDelayMs?: number
}

export interface KafkaServer extends SandboxServer {
  readonly clusterId: string
  /** Retention, compaction and expiry now, beside the timer. */
  housekeep(): void
  /** Cuts every connection, as a restart would; clients come back. */
  dropConnections(): void
}

const HOUSEKEEPING_MS = 30_000
const MEMORY_BYTES = 512 * 1024 * 1024
/** Every fetch is logged, so that a busy minute must not push the last change out. */
const LOGGED_REQUESTS = 200_000

export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const broker = new Broker({ ...options, groupInitialRebalanceDelayMs: options.groupInitialRebalanceDelayMs ?? 0 })
  const requests = new RequestLog(LOGGED_REQUESTS)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveConnection(socket, { broker, requests, ...(options.log ? { log: options.log } : {}) })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: broker.host, port: options.port ?? 0 }, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the broker has no TCP address')
  broker.port = address.port

  const housekeep = () => keepHouse(broker, options.memoryBytes ?? MEMORY_BYTES)
  let cancelTimer = () => {}
  const arm = () => {
    cancelTimer = options.clock.after(options.housekeepingMs ?? HOUSEKEEPING_MS, () => {
      housekeep()
      arm()
    })
  }
  arm()
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy()
  }

  return {
    name: 'kafka',
    url: `${broker.host}:${broker.port}`,
    requests,
    clusterId: broker.clusterId,
    housekeep,
    dropConnections,
    async close() {
      cancelTimer()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      broker.groups.close()
      dropConnections()
      await closed
    },
  }
}
