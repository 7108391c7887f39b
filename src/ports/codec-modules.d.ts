/** Packages that bring no types of their own; only what is used here. */
declare module 'snappyjs' {
  const snappy: {
    compress(plain: Uint8Array): Uint8Array
    uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array
  }
  export default snappy
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The queue of one connection; only the fields that kafkajs.ts mends. */
  class RequestQueue {
    pending: unknown[]
    throttledUntil: number
    throttleCheckTimeoutId: NodeJS.Timeout | null
    checkPendingRequests(): void
    scheduleCheckPendingRequests(): void
  }
  export default RequestQueue
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    writeBuffer(bytes: Buffer): this
  }
  export default Encoder
}

declare module 'kafkajs/src/protocol/requests/*/response.js' {
  const response: { parse(data: unknown): Promise<unknown> }
  export default response
}
