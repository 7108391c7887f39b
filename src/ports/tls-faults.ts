/** Why a TLS connection did not come about, in words that say what to do. Node tells it by codes, OpenSSL's among them. */

/** The server's certificate has no authority that is trusted; the last: a new authority has the name of the old one. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
])

/** OpenSSL's words for what Node has codes for: some clients keep the words alone. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^unable to verify the first certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/^unable to get (local )?issuer certificate/, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  [/^self-signed certificate in certificate chain/, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/^self-signed certificate/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/^certificate signature failure/, 'CERT_SIGNATURE_FAILURE'],
  [/^certificate has expired/, 'CERT_HAS_EXPIRED'],
  [/^certificate is not yet valid/, 'CERT_NOT_YET_VALID'],
  [/^Hostname\/IP does not match certificate's altnames/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/:SSL routines:/, 'EPROTO'],
]

const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED$/, 'the certificate of the server, or of its authority, has expired: renew it'],
  [/^CERT_NOT_YET_VALID$/, 'the certificate of the server is not valid yet: look at its dates and at the clock of this machine'],
  [/ALERT_CERTIFICATE_REQUIRED/, 'the server demands a client certificate, and none was shown'],
  [
    /ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED)|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/,
    'the server demands a client certificate, and there is none, or it has expired, or comes from an authority that the server does not trust',
  ],
  [/ALERT_HANDSHAKE_FAILURE/, 'the server refuses the handshake: it demands a client certificate, or knows none of our ciphers'],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|RECORD_LAYER_FAILURE|UNSUPPORTED_PROTOCOL/,
    'the server does not speak TLS on this port: use the port that does, or leave TLS out',
  ],
]
/** First bytes of a TLS alert that comes where an answer in the clear is waited for. */
const ALERT = 0x15
const DEPTH_MAX = 6

/** Undefined: it was something else. */
export function tlsFaultOf(error: unknown): string | undefined {
  for (const one of causesOf(error)) {
    const { message = '', rawPacket } = one
    const code = one.code ?? WORDS.find(([words]) => words.test(message))?.[1] ?? ''
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
      return `the certificate of the server is for other names (${shortened(message)}): use an address that it has, or give the server another one`
    if (UNTRUSTED.has(code)) return `the certificate of the server comes from an authority that is not trusted (${code}): name that authority in caRef`
    // OpenSSL's words become the code, or stay in the message of a failed write.
    const said = `${code} ${message.toUpperCase().replaceAll(/[ :]/g, '_')}`
    const isTls = /^(ERR_SSL_|ERR_OSSL_|ERR_TLS_|CERT_|EPROTO)/.test(code)
    const known = isTls && FAULTS.find(([pattern]) => pattern.test(code) || (code === 'EPROTO' && pattern.test(said)))
    if (known) return `${known[1]} (${code})`
    if (isTls) return `TLS failed (${code})`
    if (/before secure TLS connection was established/.test(message))
      return 'the server closed the connection during the handshake: it does not speak TLS on this port, or demands a client certificate'
    if (rawPacket?.[0] === ALERT) return 'the server speaks TLS on this port: let the url begin with https://'
  }
  return undefined
}

interface Told {
  readonly code?: string
  readonly message?: string
  readonly rawPacket?: Uint8Array
}

/** The error, what caused it, and what stands in an aggregate. */
function causesOf(error: unknown, depth = 0): Told[] {
  if (typeof error !== 'object' || error === null || depth > DEPTH_MAX) return []
  const { code, message, rawPacket, cause, errors } = error as Record<string, unknown>
  const told: Told = {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(rawPacket instanceof Uint8Array ? { rawPacket } : {}),
  }
  return [told, ...causesOf(cause, depth + 1), ...(Array.isArray(errors) ? errors.flatMap((one) => causesOf(one, depth + 1)) : [])]
}

const shortened = (message: string): string =>
  message
    .replaceAll(/\s+/g, ' ')
    .replace(/^Hostname\/IP does not match certificate's altnames: /, '')
    .slice(0, 200)
