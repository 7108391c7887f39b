/** Certificates for tests: authorities, and what they sign, written as DER here since Node reads certificates and makes none (RFC 5280). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

export interface Identity {
  /** PEM. */
  readonly cert: string
  /** PEM, PKCS #8. */
  readonly key: string
}

export interface Authority {
  /** PEM of its own certificate. */
  readonly cert: string
  issue(options?: IssueOptions): Identity
}

export interface IssueOptions {
  readonly commonName?: string
  /** Host names and addresses. Default: those of the loopback. */
  readonly names?: readonly string[]
  /** From when and until when it is valid. Default: from a day ago for ten. */
  readonly from?: Date
  readonly until?: Date
}

const DAY_MS = 86_400_000

/** `now`: epoch milliseconds. */
export function createAuthority(commonName: string, now: number): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const validity = (from = new Date(now - DAY_MS), until = new Date(now + 10 * DAY_MS)) => seq(time(from), time(until))
  const certificate = (subject: string, publicKey: KeyObject, dates: Buffer, extensions: readonly Buffer[]): string => {
    const body = seq(
      context(0, integer(Buffer.from([2]))),
      integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
      ECDSA_SHA256,
      nameOf(commonName),
      dates,
      nameOf(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      context(3, seq(...extensions)),
    )
    return pem('CERTIFICATE', seq(body, ECDSA_SHA256, bits(sign('sha256', body, keys.privateKey))))
  }
  const keyId = createHash('sha1')
    .update(keys.publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
  // basicConstraints, keyUsage (signs certificates and lists), subjectKeyIdentifier
  const own = [extension('551d13', seq(BOOLEAN_TRUE), true), extension('551d0f', tlv(0x03, Buffer.from([1, 0b110])), true), extension('551d0e', octets(keyId))]
  return {
    cert: certificate(commonName, keys.publicKey, validity(), own),
    issue({ commonName: subject = 'localhost', names = ['localhost', '127.0.0.1'], from, until } = {}) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      // subjectAltName, authorityKeyIdentifier
      const extensions = [extension('551d11', seq(...names.map(alternative))), extension('551d23', seq(tlv(0x80, keyId)))]
      return {
        cert: certificate(subject, publicKey, validity(from, until), extensions),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      }
    },
  }
}

// ---------------------------------------------------------------- DER

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value])
  const length = Buffer.from(value.length.toString(16).padStart(value.length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, value])
}

const seq = (...parts: readonly Buffer[]) => tlv(0x30, ...parts)
const integer = (value: Buffer) => tlv(0x02, value)
const octets = (value: Buffer) => tlv(0x04, value)
const bits = (value: Buffer) => tlv(0x03, Buffer.from([0]), value)
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'))
const context = (number: number, value: Buffer) => tlv(0xa0 | number, value)
const BOOLEAN_TRUE = tlv(0x01, Buffer.from([0xff]))
const ECDSA_SHA256 = seq(oid('2a8648ce3d040302'))

const nameOf = (commonName: string) => seq(tlv(0x31, seq(oid('550403'), tlv(0x0c, Buffer.from(commonName)))))
const extension = (id: string, value: Buffer, critical = false) => seq(oid(id), ...(critical ? [BOOLEAN_TRUE] : []), octets(value))
const alternative = (name: string) => (isIP(name) === 4 ? tlv(0x87, Buffer.from(name.split('.').map(Number))) : tlv(0x82, Buffer.from(name)))
/** UTCTime: `YYMMDDhhmmssZ`. */
const time = (date: Date) => tlv(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replaceAll(/[-T:]/g, '')}Z`))

const pem = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der
    .toString('base64')
    .replaceAll(/(.{64})/g, '$1\n')
    .trimEnd()}\n-----END ${label}-----\n`
