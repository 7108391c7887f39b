/**
 * A second, independent reading of the protocol: messages as text in the way of Kafka's documentation, and a client of
 * single requests over TCP. `name:type@from-to`; types i8 i16 i32 i64 bool str nstr bytes nbytes uuid, `[...]` for
 * arrays, `?[...]` for arrays that may be null.
 */
import { connect, type Socket } from 'node:net'

interface Field {
  readonly name: string
  readonly type: string
  readonly items?: readonly Field[]
  readonly from: number
  readonly to: number
}

export type Value = string | number | bigint | boolean | null | Buffer | readonly Value[] | { readonly [name: string]: Value }
export type Message = { readonly [name: string]: Value }

interface Api {
  readonly key: number
  readonly flexibleFrom: number
  readonly request: readonly Field[]
  readonly response: readonly Field[]
}

function parse(text: string): Field[] {
  let at = 0
  const fields = (): Field[] => {
    const found: Field[] = []
    for (;;) {
      while (text[at] === ' ' || text[at] === '\n') at++
      if (at >= text.length || text[at] === ']') return found
      found.push(field())
    }
  }
  const field = (): Field => {
    const name = match(/[A-Za-z]+:|/y).slice(0, -1)
    const nullable = match(/\?|/y)
    let type = 'array'
    let items: Field[] | undefined
    if (text[at] === '[') {
      at++
      items = fields()
      at++
    } else {
      type = match(/[a-z0-9]+/y)
    }
    const range = match(/@\d+(\+|-\d+)|/y)
    const [from = '0', to = ''] = range.slice(1).split(/[+-]/)
    return { name, type: nullable + type, ...(items ? { items } : {}), from: Number(from), to: to === '' ? 99 : Number(to) }
  }
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  return fields()
}

const api = (key: number, flexibleFrom: number, request: string, response: string): Api => ({
  key,
  flexibleFrom,
  request: parse(request),
  response: parse(response),
})

const apis = {
  Produce: api(
    0,
    9,
    'transactionalId:nstr acks:i16 timeout:i32 topics:[name:str partitions:[index:i32 records:nbytes]]',
    'topics:[name:str partitions:[index:i32 error:i16 base:i64 appendTime:i64 start:i64@5+ errors:[i:i32 m:nstr]@8+ message:nstr@8+]] throttle:i32',
  ),
  Fetch: api(
    1,
    12,
    'replica:i32 maxWait:i32 minBytes:i32 maxBytes:i32 isolation:i8 session:i32@7+ epoch:i32@7+ topics:[name:str partitions:[partition:i32 leaderEpoch:i32@9+ offset:i64 lastEpoch:i32@12+ logStart:i64@5+ maxBytes:i32]] forgotten:[name:str partitions:[i32]]@7+ rack:str@11+',
    'throttle:i32 error:i16@7+ session:i32@7+ topics:[name:str partitions:[partition:i32 error:i16 highWatermark:i64 lastStable:i64 start:i64@5+ aborted:?[producer:i64 first:i64] preferred:i32@11+ records:nbytes]]',
  ),
  ListOffsets: api(
    2,
    6,
    'replica:i32 isolation:i8@2+ topics:[name:str partitions:[partition:i32 leaderEpoch:i32@4+ timestamp:i64]]',
    'throttle:i32@2+ topics:[name:str partitions:[partition:i32 error:i16 timestamp:i64 offset:i64 leaderEpoch:i32@4+]]',
  ),
  Metadata: api(
    3,
    9,
    'topics:?[topicId:uuid@10+ name:nstr@10+ name:str@0-9] auto:bool@4+ clusterOps:bool@8-10 topicOps:bool@8+',
    'throttle:i32@3+ brokers:[node:i32 host:str port:i32 rack:nstr@1+] clusterId:nstr@2+ controller:i32@1+ topics:[error:i16 name:nstr topicId:uuid@10+ internal:bool@1+ partitions:[error:i16 partition:i32 leader:i32 leaderEpoch:i32@7+ replicas:[i32] isr:[i32] offline:[i32]@5+] ops:i32@8+] clusterOps:i32@8-10',
  ),
  OffsetCommit: api(
    8,
    8,
    'group:str generation:i32 member:str instance:nstr@7+ retention:i64@2-4 topics:[name:str partitions:[partition:i32 offset:i64 leaderEpoch:i32@6+ metadata:nstr]]',
    'throttle:i32@3+ topics:[name:str partitions:[partition:i32 error:i16]]',
  ),
  OffsetFetch: api(
    9,
    6,
    'group:str@1-7 topics:?[name:str partitions:[i32]]@1-7 groups:[group:str topics:?[name:str partitions:[i32]]]@8+ stable:bool@7+',
    'throttle:i32@3+ topics:[name:str partitions:[partition:i32 offset:i64 leaderEpoch:i32@5+ metadata:nstr error:i16]]@1-7 error:i16@2-7 groups:[group:str topics:[name:str partitions:[partition:i32 offset:i64 leaderEpoch:i32 metadata:nstr error:i16]] error:i16]@8+',
  ),
  FindCoordinator: api(
    10,
    3,
    'key:str@0-3 type:i8@1+ keys:[str]@4+',
    'throttle:i32@1+ error:i16@0-3 message:nstr@1-3 node:i32@0-3 host:str@0-3 port:i32@0-3 coordinators:[key:str node:i32 host:str port:i32 error:i16 message:nstr]@4+',
  ),
  JoinGroup: api(
    11,
    6,
    'group:str session:i32 rebalance:i32@1+ member:str instance:nstr@5+ type:str protocols:[name:str metadata:bytes] reason:nstr@8+',
    'throttle:i32@2+ error:i16 generation:i32 type:nstr@7+ protocol:nstr leader:str skip:bool@9+ memberId:str members:[memberId:str instance:nstr@5+ metadata:bytes]',
  ),
  Heartbeat: api(12, 4, 'group:str generation:i32 member:str instance:nstr@3+', 'throttle:i32@1+ error:i16'),
  LeaveGroup: api(
    13,
    4,
    'group:str member:str@0-2 members:[member:str instance:nstr reason:nstr@5+]@3+',
    'throttle:i32@1+ error:i16 members:[member:str instance:nstr error:i16]@3+',
  ),
  SyncGroup: api(
    14,
    4,
    'group:str generation:i32 member:str instance:nstr@3+ type:nstr@5+ protocol:nstr@5+ assignments:[member:str assignment:bytes]',
    'throttle:i32@1+ error:i16 type:nstr@5+ protocol:nstr@5+ assignment:bytes',
  ),
  DescribeGroups: api(
    15,
    5,
    'groups:[str] ops:bool@3+',
    'throttle:i32@1+ groups:[error:i16 group:str state:str type:str protocol:str members:[memberId:str instance:nstr@4+ client:str host:str metadata:bytes assignment:bytes] ops:i32@3+]',
  ),
  ListGroups: api(16, 3, 'states:[str]@4+', 'throttle:i32@1+ error:i16 groups:[group:str type:str state:str@4+]'),
  ApiVersions: api(18, 3, 'software:str@3+ version:str@3+', 'error:i16 keys:[key:i16 min:i16 max:i16] throttle:i32@1+'),
  CreateTopics: api(
    19,
    5,
    'topics:[name:str partitions:i32 replicas:i16 assignments:[partition:i32 brokers:[i32]] configs:[name:str value:nstr]] timeout:i32 validateOnly:bool',
    'throttle:i32@2+ topics:[name:str topicId:uuid@7+ error:i16 message:nstr@1+ partitions:i32@5+ replicas:i16@5+ configs:?[name:str value:nstr readOnly:bool source:i8 sensitive:bool]@5+]',
  ),
  DeleteTopics: api(
    20,
    4,
    'topics:[name:nstr topicId:uuid]@6+ names:[str]@0-5 timeout:i32',
    'throttle:i32@1+ topics:[name:nstr topicId:uuid@6+ error:i16 message:nstr@5+]',
  ),
  DeleteRecords: api(
    21,
    2,
    'topics:[name:str partitions:[partition:i32 offset:i64]] timeout:i32',
    'throttle:i32 topics:[name:str partitions:[partition:i32 low:i64 error:i16]]',
  ),
  InitProducerId: api(22, 2, 'transactionalId:nstr timeout:i32 producer:i64@3+ epoch:i16@3+', 'throttle:i32 error:i16 producerId:i64 epoch:i16'),
  OffsetForLeaderEpoch: api(
    23,
    4,
    'replica:i32@3+ topics:[name:str partitions:[partition:i32 current:i32 epoch:i32]]',
    'throttle:i32 topics:[name:str partitions:[error:i16 partition:i32 epoch:i32 end:i64]]',
  ),
  DescribeConfigs: api(
    32,
    4,
    'resources:[type:i8 name:str keys:?[str]] synonyms:bool@1+ documentation:bool@3+',
    'throttle:i32 results:[error:i16 message:nstr type:i8 name:str configs:[name:str value:nstr readOnly:bool source:i8 sensitive:bool synonyms:[name:str value:nstr source:i8] type:i8@3+ documentation:nstr@3+]]',
  ),
  AlterConfigs: api(
    33,
    2,
    'resources:[type:i8 name:str configs:[name:str value:nstr]] validateOnly:bool',
    'throttle:i32 results:[error:i16 message:nstr type:i8 name:str]',
  ),
  CreatePartitions: api(
    37,
    2,
    'topics:[name:str count:i32 assignments:?[brokers:[i32]]] timeout:i32 validateOnly:bool',
    'throttle:i32 results:[name:str error:i16 message:nstr]',
  ),
  DeleteGroups: api(42, 2, 'groups:[str]', 'throttle:i32 results:[group:str error:i16]'),
  IncrementalAlterConfigs: api(
    44,
    1,
    'resources:[type:i8 name:str configs:[name:str operation:i8 value:nstr]] validateOnly:bool',
    'throttle:i32 results:[error:i16 message:nstr type:i8 name:str]',
  ),
  DescribeCluster: api(
    60,
    0,
    'ops:bool endpoints:i8@1+',
    'throttle:i32 error:i16 message:nstr endpoints:i8@1+ clusterId:str controller:i32 brokers:[node:i32 host:str port:i32 rack:nstr] ops:i32',
  ),
} satisfies Record<string, Api>

export type ApiName = keyof typeof apis

function encodeRequest(name: ApiName, version: number, message: Message): Buffer {
  const { request, flexibleFrom } = apis[name]
  return writeFields(request, version, version >= flexibleFrom, message)
}

export function decodeResponse(name: ApiName, version: number, bytes: Buffer): Message {
  const { response, flexibleFrom } = apis[name]
  const reader = { bytes, at: 0 }
  const message = readFields(response, version, version >= flexibleFrom, reader)
  if (reader.at !== bytes.length) throw new Error(`${name} v${version}: ${bytes.length - reader.at} bytes are left over`)
  return message
}

function writeFields(fields: readonly Field[], version: number, flexible: boolean, message: Message): Buffer {
  const parts = fields
    .filter(({ from, to }) => version >= from && version <= to)
    .map((field) => {
      const value = message[field.name]
      if (value === undefined) throw new Error(`the request lacks ${field.name}`)
      return write(field, version, flexible, value)
    })
  return Buffer.concat(flexible ? [...parts, Buffer.from([0])] : parts)
}

function number(bytes: number, value: bigint): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigInt64BE(value)
  return buffer.subarray(8 - bytes)
}
function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80)
    if (rest < 0x80) return Buffer.from(bytes)
  }
}

function write(field: Field, version: number, flexible: boolean, value: Value): Buffer {
  const type = field.type.replace('?', '')
  if (type === 'array') {
    const values = value as readonly Value[] | null
    const length = values?.length ?? -1
    const items = (values ?? []).map((item) => {
      const [only] = field.items ?? []
      return only && only.name === '' ? write(only, version, flexible, item) : writeFields(field.items ?? [], version, flexible, item as Message)
    })
    return Buffer.concat([flexible ? varint(length + 1) : number(4, BigInt(length)), ...items])
  }
  if (type === 'bool') return Buffer.from([value ? 1 : 0])
  if (type === 'uuid') return Buffer.from(value as string, 'base64url')
  if (type.startsWith('i')) return number(Number(type.slice(1)) / 8, BigInt(value as number))
  const bytes = value === null ? null : Buffer.isBuffer(value) ? value : Buffer.from(value as string)
  const length = bytes?.length ?? -1
  const lengthBytes = flexible ? varint(length + 1) : number(type.endsWith('str') ? 2 : 4, BigInt(length))
  return Buffer.concat([lengthBytes, bytes ?? Buffer.alloc(0)])
}

interface Cursor {
  readonly bytes: Buffer
  at: number
}

function readVarint(cursor: Cursor): number {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = cursor.bytes.readUInt8(cursor.at++)
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
}

function readFields(fields: readonly Field[], version: number, flexible: boolean, cursor: Cursor): Message {
  const message: Record<string, Value> = {}
  for (const field of fields) {
    if (version >= field.from && version <= field.to) message[field.name] = read(field, version, flexible, cursor)
  }
  if (flexible) {
    for (let count = readVarint(cursor); count > 0; count--) {
      readVarint(cursor)
      const length = readVarint(cursor)
      cursor.at += length
    }
  }
  return message
}

function read(field: Field, version: number, flexible: boolean, cursor: Cursor): Value {
  const type = field.type.replace('?', '')
  const take = (bytes: number) => {
    const taken = cursor.bytes.subarray(cursor.at, cursor.at + bytes)
    if (taken.length < bytes) throw new Error(`the answer ends in ${field.name}`)
    cursor.at += bytes
    return taken
  }
  if (type === 'array') {
    const length = flexible ? readVarint(cursor) - 1 : take(4).readInt32BE()
    if (length < 0) return null
    const [only] = field.items ?? []
    return Array.from({ length }, () =>
      only && only.name === '' ? read(only, version, flexible, cursor) : readFields(field.items ?? [], version, flexible, cursor),
    )
  }
  if (type === 'bool') return take(1)[0] !== 0
  if (type === 'uuid') return take(16).toString('base64url')
  if (type === 'i64') return take(8).readBigInt64BE()
  if (type.startsWith('i')) return take(Number(type.slice(1)) / 8).readIntBE(0, Number(type.slice(1)) / 8)
  const length = flexible ? readVarint(cursor) - 1 : type.endsWith('str') ? take(2).readInt16BE() : take(4).readInt32BE()
  if (length < 0) return null
  return type.endsWith('str') ? take(length).toString('utf8') : Buffer.from(take(length))
}

/** One connection; requests are sent as they come, answers are matched by their number. */
export class RawClient {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #nextId = 1
  readonly #waiting = new Map<number, (answer: Buffer | undefined) => void>()
  readonly closed: Promise<void>

  constructor(address: string) {
    const [host = '', port = ''] = address.split(':')
    this.#socket = connect(Number(port), host)
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#socket.on('error', () => this.#socket.destroy())
    this.closed = new Promise((resolve) =>
      this.#socket.on('close', () => {
        for (const answer of this.#waiting.values()) answer(undefined)
        resolve()
      }),
    )
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    while (this.#received.length >= 4 && this.#received.length >= 4 + this.#received.readInt32BE()) {
      const end = 4 + this.#received.readInt32BE()
      const id = this.#received.readInt32BE(4)
      this.#waiting.get(id)?.(Buffer.from(this.#received.subarray(8, end)))
      this.#waiting.delete(id)
      this.#received = this.#received.subarray(end)
    }
  }

  /** The body of the answer behind the correlation id; undefined when the connection was closed instead. */
  send(key: number, version: number, flexible: boolean, body: Buffer): Promise<Buffer | undefined> {
    const id = this.#nextId++
    const client = Buffer.from('raw')
    const header = Buffer.concat([number(2, BigInt(key)), number(2, BigInt(version)), number(4, BigInt(id)), number(2, BigInt(client.length)), client])
    const request = Buffer.concat([header, flexible ? Buffer.from([0]) : Buffer.alloc(0), body])
    this.#socket.write(Buffer.concat([number(4, BigInt(request.length)), request]))
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  async callRaw(name: ApiName, version: number, message: Message): Promise<Buffer | undefined> {
    const { key, flexibleFrom } = apis[name]
    const flexible = version >= flexibleFrom
    const answer = await this.send(key, version, flexible, encodeRequest(name, version, message))
    // The tagged fields of the response header, of which there are none.
    return answer && flexible && name !== 'ApiVersions' ? answer.subarray(1) : answer
  }

  async call(name: ApiName, version: number, message: Message): Promise<Message> {
    const answer = await this.callRaw(name, version, message)
    if (!answer) throw new Error(`${name} v${version}: the connection was closed`)
    return decodeResponse(name, version, answer)
  }

  close(): void {
    this.#socket.destroy()
  }
}
